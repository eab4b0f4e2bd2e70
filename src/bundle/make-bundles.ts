// Owns how a program of this project becomes a bundle: a file that Node loads at once, where it would find and link some
// hundred modules at every start. It must not know what programs do. Invariant: whatever goes wrong here costs time alone, for
// programs without a bundle start from their sources.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, Loader, OutputFile, Plugin } from "esbuild";
import { BUNDLES, type BundleNote, findBundle, nameOf, noteOf, type Source, sourceAt } from "./found-bundle.ts";

/** Packages that become part of a bundle, being of many files each. Others are loaded as ever, and few programs need them. */
const INLINED: readonly string[] = ["diff", "leven", "pino", "unhomoglyph", "xmlbuilder2", "yaml", "zod"];
/** A bundle's folder, whatever it is called at last. */
const BUNDLE = join(BUNDLES, "a");
/** Former bundles of a program that stay: one that runs may still load a part of its own. */
const FORMER_MAX = 4;
const LOADERS: Readonly<Record<string, Loader>> = { ".ts": "ts", ".json": "json" };
/** What a source asks for in order to know where it is. */
const URL_OF_SOURCE = "import.meta.url";
/** Packages of an older kind require what Node brings. */
const BANNER =
  'import { createRequire as makeRequire } from "node:module";' +
  "const bundleUrl = import.meta.url, require = makeRequire(bundleUrl);";

/**
 * Makes the bundles of programs that have none which is like their sources: some 100 ms each.
 *
 * @param programs - Paths relative to the repository.
 */
export async function haveBundles(repository: string, programs: readonly string[]): Promise<void> {
  const without = programs.filter((program) => findBundle(repository, program) === undefined);
  // What cannot be bundled says what is wrong with it when it is started; a folder that is not to be written to is no fault.
  await Promise.allSettled(without.map((program) => makeBundle(repository, program)));
}

async function makeBundle(repository: string, program: string): Promise<void> {
  // Loaded only here: at most starts there is nothing to make.
  const { build } = await import("esbuild");
  const sources = new Map<string, Source>();
  note(repository, fileURLToPath(import.meta.url), sources);
  const { outputFiles } = await build({
    ...OPTIONS,
    absWorkingDir: repository,
    entryPoints: [join(repository, program)],
    outdir: join(repository, BUNDLE),
    external: await externalOf(repository),
    plugins: [readingFrom(repository, sources)],
  });
  const file = `${basename(program, extname(program))}.mjs`;
  const folder = await keep(join(repository, BUNDLES), nameOf(program), outputFiles);
  const written: BundleNote = { folder, file, sources: [...sources.values()] };
  await replace(join(repository, noteOf(program)), JSON.stringify(written));
}

const OPTIONS = {
  bundle: true,
  // What a program loads only when it needs it stays apart.
  splitting: true,
  write: false,
  platform: "node",
  format: "esm",
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  banner: { js: BANNER },
  define: { [URL_OF_SOURCE]: "ownUrl" },
  sourcemap: "external",
  sourcesContent: false,
  logLevel: "silent",
  tsconfigRaw: "{}",
} as const satisfies BuildOptions;

async function externalOf(repository: string): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  return Object.keys(dependencies).filter((name) => !INLINED.includes(name));
}

/** Notes each file before it is read, and has the project's own know where they are in the repository. */
function readingFrom(repository: string, sources: Map<string, Source>): Plugin {
  const packages = join(repository, "node_modules", sep);
  return {
    name: "reading",
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.(?:ts|[cm]?js|json)$/, namespace: "file" }, async ({ path }) => {
        note(repository, path, sources);
        const text = await readFile(path, "utf8");
        const contents = path.startsWith(packages) ? text : placed(text, relative(BUNDLE, relative(repository, path)));
        return { contents, loader: LOADERS[extname(path)] ?? "js" };
      });
    },
  };
}

/** @param path - The source's, seen from its bundle. */
function placed(text: string, path: string): string {
  if (/import\.meta\b(?!\.url\b)/.test(text)) throw new Error(`${path} asks for more than its URL`);
  if (!text.includes(URL_OF_SOURCE)) return text;
  return `const ownUrl = new URL(${JSON.stringify(path.replaceAll(sep, "/"))}, bundleUrl).href; ${text}`;
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
  const half = join(bundles, `${folder}.${process.pid}`);
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
  const half = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(half, text);
  await rename(half, file);
}
