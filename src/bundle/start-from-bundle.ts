// Owns the start of a program from its bundle. It must not know programs. Invariant: what cannot be had from a bundle runs from
// its sources, and what is thrown names these in either case.

import { readFileSync, realpathSync } from "node:fs";
import { registerHooks, SourceMap } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BUNDLES, findBundle } from "./found-bundle.ts";

/** Where a frame of a stack is. */
const PLACE = /(?<url>file:\/\/[^\s()]+):(?<line>\d+):(?<column>\d+)/;

/** Puts the bundle of the program that this process was started with in its place, where there is one. */
export function startFromBundle(repository: string): void {
  const [, program] = process.argv;
  if (program === undefined) return;
  const own = realpathIn(program);
  const bundle = own && findBundle(repository, relative(repository, own));
  if (own === undefined || bundle === undefined) return;
  const [from, to] = [own, bundle].map((file) => pathToFileURL(file).href);
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier !== from || to === undefined) return next(specifier, context);
      hooks.deregister();
      return { url: to, format: "module", shortCircuit: true };
    },
  });
  nameSourcesInStacks(pathToFileURL(join(repository, BUNDLES, "/")).href);
}

/** The first argument is what was typed, and need not be a file. */
function realpathIn(program: string): string | undefined {
  try {
    return realpathSync(program);
  } catch {
    return undefined;
  }
}

/** Node would read the maps at every start; so they are read when somebody looks at a stack. */
function nameSourcesInStacks(bundles: string): void {
  const maps = new Map<string, SourceMap>();
  const mapOf = (url: string): SourceMap => {
    const known = maps.get(url) ?? new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), "utf8")));
    maps.set(url, known);
    return known;
  };
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) =>
      `${frame}`.replace(PLACE, (place, url: string, line: string, column: string) => {
        if (!url.startsWith(bundles)) return place;
        const entry = mapOf(url).findEntry(Number(line) - 1, Number(column) - 1);
        if (!("originalSource" in entry)) return place;
        const file = join(dirname(fileURLToPath(url)), entry.originalSource);
        return `${pathToFileURL(file).href}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
      }),
    );
    return [`${error}`, ...lines.map((line) => `    at ${line}`)].join("\n");
  };
}
