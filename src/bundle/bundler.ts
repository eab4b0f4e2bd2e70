// Owns how sources become a bundle, and how it is kept with a note of what they were. It must not know programs or pages.
// Invariant: a source is noted before it is read, so that a bundle is found only while it is exactly like its sources.

import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, OutputFile, Plugin } from "esbuild";
import { BUNDLES, type BundleNote, nameOf, noteOf, type Source, sourceAt } from "./found-bundle.ts";

/** What is bundled, and how. */
export interface Recipe {
  /** Paths relative to the project's folder. */
  readonly entries: readonly string[];
  readonly options: BuildOptions;
  /** The URL of the file that says so: it is a source like any other. */
  readonly from: string;
  /** What is done to a source's text. */
  readonly change?: (file: string, text: string) => string;
}

export interface Bundle {
  readonly files: readonly OutputFile[];
  readonly sources: readonly Source[];
}

/** A bundle's folder, whatever it is called at last. */
export const BUNDLE = join(BUNDLES, "a");
/** Former bundles of an entry that stay: a program that runs may still load a part of its own. */
const FORMER_MAX = 4;

/** Bundles that this process is making. */
let inWork = 0;

export async function makeBundle(repository: string, recipe: Recipe): Promise<Bundle> {
  // Loaded only here: at most starts there is nothing to make.
  const { build, stop } = await import("esbuild");
  const sources = new Map<string, Source>();
  for (const url of [import.meta.url, recipe.from]) note(repository, fileURLToPath(url), sources);
  inWork += 1;
  try {
    const { outputFiles } = await build({
      ...recipe.options,
      bundle: true,
      write: false,
      absWorkingDir: repository,
      entryPoints: recipe.entries.map((entry) => join(repository, entry)),
      entryNames: "[name]",
      outdir: join(repository, BUNDLE),
      logLevel: "silent",
      // Said here and not read from a tsconfig.json: images leave those out.
      tsconfigRaw: "{}",
      plugins: [readingFrom(repository, sources, recipe.change)],
    });
    return { files: outputFiles, sources: [...sources.values()] };
  } finally {
    inWork -= 1;
    // The bundler's process would otherwise live as long as this one.
    if (inWork === 0) await stop();
  }
}

/**
 * Keeps a bundle where findBundle looks for it.
 *
 * @param entry - What it is found by.
 * @param file - What is found.
 */
export async function keepBundle(
  repository: string,
  entry: string,
  file: string,
  { files, sources }: Bundle,
): Promise<void> {
  const folder = await keep(join(repository, BUNDLES), nameOf(entry), files);
  const written: BundleNote = { folder, file, sources };
  await replace(join(repository, noteOf(entry)), JSON.stringify(written));
}

/** Notes each file before it is read. */
function readingFrom(repository: string, sources: Map<string, Source>, change: Recipe["change"]): Plugin {
  return {
    name: "reading",
    setup: ({ onLoad }) => {
      onLoad({ filter: /./, namespace: "file" }, async ({ path }) => {
        note(repository, path, sources);
        const text = await readFile(path, "utf8");
        return { contents: change === undefined ? text : change(path, text), loader: "default" };
      });
    },
  };
}

function note(repository: string, file: string, sources: Map<string, Source>): void {
  const source = sourceAt(file, relative(repository, file));
  if (source !== undefined) sources.set(file, source);
}

/** Writes a bundle into a folder that is called by what is in it, and removes former ones. */
async function keep(bundles: string, name: string, files: readonly OutputFile[]): Promise<string> {
  const hash = createHash("sha256");
  for (const { path, hash: content } of files) hash.update(`${basename(path)} ${content}\n`);
  const folder = `${name}-${hash.digest("hex").slice(0, 16)}`;
  const half = join(bundles, `${folder}.${randomUUID()}`);
  await mkdir(half, { recursive: true });
  await Promise.all(files.map(({ path, contents }) => writeFile(join(half, basename(path)), contents)));
  // Where it is there already, it is the same.
  await rename(half, join(bundles, folder)).catch(() => rm(half, { recursive: true, force: true }));
  const now = new Date();
  await utimes(join(bundles, folder), now, now);
  await forgetFormer(bundles, name);
  return folder;
}

async function forgetFormer(bundles: string, name: string): Promise<void> {
  const folders = (await readdir(bundles)).filter((each) => each.startsWith(`${name}-`));
  const dated = await Promise.all(
    folders.map(async (each) => ({ each, madeMs: (await stat(join(bundles, each))).mtimeMs })),
  );
  const former = dated.toSorted((a, b) => b.madeMs - a.madeMs).slice(1 + FORMER_MAX);
  await Promise.all(former.map(({ each }) => rm(join(bundles, each), { recursive: true, force: true })));
}

/** Nobody reads half of it. */
async function replace(file: string, text: string): Promise<void> {
  const half = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(half, text);
  await rename(half, file);
}
