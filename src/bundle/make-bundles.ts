// Owns how a program of this project becomes a bundle: a file that Node loads at once, where it would find and link some
// hundred modules at every start. It must not know what programs do. Invariant: whatever goes wrong here costs time alone, for
// programs without a bundle start from their sources.

import { readFile } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import type { BuildOptions } from "esbuild";
import { BUNDLE, keepBundle, makeBundle } from "./bundler.ts";
import { findBundle } from "./found-bundle.ts";

/** Packages that become part of a bundle, being of many files each. Others are loaded as ever, and few programs need them. */
const INLINED: readonly string[] = ["diff", "leven", "pino", "unhomoglyph", "xmlbuilder2", "yaml", "zod"];
/** What a source asks for in order to know where it is. */
const URL_OF_SOURCE = "import.meta.url";
/** Packages of an older kind require what Node brings. */
const BANNER =
  'import { createRequire as makeRequire } from "node:module";' +
  "const bundleUrl = import.meta.url, require = makeRequire(bundleUrl);";

const OPTIONS = {
  // What a program loads only when it needs it stays apart.
  splitting: true,
  platform: "node",
  format: "esm",
  chunkNames: "[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  banner: { js: BANNER },
  define: { [URL_OF_SOURCE]: "ownUrl" },
  sourcemap: "external",
  sourcesContent: false,
} as const satisfies BuildOptions;

/**
 * Makes the bundles of programs that have none which is like their sources: some 100 ms each.
 *
 * @param programs - Paths relative to the repository.
 */
export async function haveBundles(repository: string, programs: readonly string[]): Promise<void> {
  const without = programs.filter((program) => findBundle(repository, program) === undefined);
  // What cannot be bundled says what is wrong with it when it is started; a folder that is not to be written to is no fault.
  await Promise.allSettled(without.map((program) => bundleProgram(repository, program)));
}

async function bundleProgram(repository: string, program: string): Promise<void> {
  const options = { ...OPTIONS, external: await externalOf(repository) };
  const recipe = { entries: [program], options, from: import.meta.url, change: placing(repository) };
  const bundle = await makeBundle(repository, recipe);
  await keepBundle(repository, program, `${basename(program, extname(program))}.mjs`, bundle);
}

async function externalOf(repository: string): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  return Object.keys(dependencies).filter((name) => !INLINED.includes(name));
}

/** Has the project's own sources know where they are in the repository. */
function placing(repository: string): (file: string, text: string) => string {
  const packages = join(repository, "node_modules", sep);
  return (file, text) =>
    file.startsWith(packages) ? text : placed(text, relative(BUNDLE, relative(repository, file)));
}

/** @param path - The source's, seen from its bundle. */
function placed(text: string, path: string): string {
  if (/import\.meta\b(?!\.url\b)/.test(text)) throw new Error(`${path} asks for more than its URL`);
  if (!text.includes(URL_OF_SOURCE)) return text;
  return `const ownUrl = new URL(${JSON.stringify(path.replaceAll(sep, "/"))}, bundleUrl).href; ${text}`;
}
