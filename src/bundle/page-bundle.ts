// Owns a page's bundle: what a browser gets of a page of this project, made once and read as often as its sources stay what they
// are. It must not know what pages show. Invariant: a page is never older than its sources; where no bundle can be kept, it is
// made each time.

import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { type Bundle, keepBundle, makeBundle } from "./bundler.ts";
import { findBundle } from "./found-bundle.ts";

/** Paths relative to the project's folder. */
export interface PageEntries {
  readonly script: string;
  readonly style: string;
}

/** Texts. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

const OPTIONS = {
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
} as const satisfies BuildOptions;

/** Takes some 2 ms where the page has been bundled, else some 100. */
export async function bundlePage(repository: string, page: PageEntries): Promise<PageBundle> {
  return (await readBundle(repository, page)) ?? (await makePage(repository, page));
}

async function readBundle(repository: string, { script, style }: PageEntries): Promise<PageBundle | undefined> {
  const found = findBundle(repository, script);
  if (found === undefined) return undefined;
  try {
    const files = [found, join(dirname(found), basename(style))];
    const [scriptText = "", styleText = ""] = await Promise.all(files.map((file) => readFile(file, "utf8")));
    return { script: scriptText, style: styleText };
  } catch {
    return undefined; // Somebody has made newer ones since, and removed this.
  }
}

async function makePage(repository: string, { script, style }: PageEntries): Promise<PageBundle> {
  const recipe = { entries: [script, style], options: OPTIONS, from: import.meta.url };
  // A Ctrl-C that calls the lab off ends the bundler's process as well, which waits for the page.
  const bundle = await makeBundle(repository, recipe).catch(() => makeBundle(repository, recipe));
  // A folder that is not to be written to is no fault.
  await keepBundle(repository, script, `${basename(script, extname(script))}.js`, bundle).catch(() => undefined);
  return textsOf(bundle);
}

function textsOf({ files }: Bundle): PageBundle {
  const [script, style] = files;
  if (script === undefined || style === undefined) throw new Error("expected a script and a style of the bundler");
  return { script: script.text, style: style.text };
}
