// Owns which bundle a program of this project may be started from: one that was made of exactly the files that are there now.
// It must not know how bundles are made. Invariant: a bundle of which a source has been written to since, or has gone, is none.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** In the project's folder; beside what Node compiled. */
export const BUNDLES = "node_modules/.cache/howdy-lab/bundles";

/**
 * A source as it was before it was read. The system sets the time of a change by itself, whoever writes and whatever time a
 * file claims to be of.
 */
export type Source = readonly [path: string, sizeBytes: number, changedMs: number];

/** What is kept about a bundle beside it. */
export interface BundleNote {
  /** Its folder, below BUNDLES. */
  readonly folder: string;
  /** What a program begins with, there. */
  readonly file: string;
  /** Their paths are relative to the project's folder. */
  readonly sources: readonly Source[];
}

/** The file to start instead of a program's own; undefined where there is none that is like it. */
export function findBundle(repository: string, program: string): string | undefined {
  const note = readNote(join(repository, noteOf(program)));
  if (note === undefined || !note.sources.every((source) => isUnchanged(repository, source))) return undefined;
  const file = join(repository, BUNDLES, note.folder, note.file);
  return sourceAt(file, "") === undefined ? undefined : file;
}

/** Where the note about a program's bundle is; both paths are relative to the project's folder. */
export function noteOf(program: string): string {
  return join(BUNDLES, `${nameOf(program)}.json`);
}

/** A program's name among bundles. */
export function nameOf(program: string): string {
  return program.replaceAll(/[/\\]/g, "+");
}

/** The file as it is now; undefined where there is none. */
export function sourceAt(file: string, path: string): Source | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && [path, found.size, found.ctimeMs];
}

function isUnchanged(repository: string, [path, sizeBytes, changedMs]: Source): boolean {
  // Not joined: of hundreds of paths, at every start, that would take as long as all the rest.
  const now = sourceAt(`${repository}/${path}`, path);
  return now !== undefined && now[1] === sizeBytes && now[2] === changedMs;
}

function readNote(file: string): BundleNote | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined; // Nobody has made one, or this user may not read it.
  }
}
