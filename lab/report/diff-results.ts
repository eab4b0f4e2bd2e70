// Owns `npm run lab -- diff OLD NEW` but for the command line: two results from files, and what changed as text.
// It must not know what a change is. Invariant: whatever is wrong with a file is a ResultFileError.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { tellSystemError } from "../../src/options/index.ts";
import { RESULT_BYTES_MAX, type ReadResult, ResultFileError, readComparable, tooLarge } from "./comparable.ts";
import { compareResults } from "./compare.ts";
import { renderComparison } from "./compare-text.ts";

const RESULT_FILE = "result.json";

/**
 * Compares two results, each a result.json or a folder with one.
 *
 * @returns what changed, for the terminal, and whether something got worse.
 * @throws ResultFileError for a file that is not there, cannot be read or is no result.
 */
export async function diffResults(
  oldPath: string,
  newPath: string,
): Promise<{ readonly text: string; readonly isRegression: boolean }> {
  const old = await readResult(oldPath);
  const fresh = await readResult(newPath);
  if (old.kind !== fresh.kind) {
    throw new ResultFileError(newPath, `expected a ${old.kind}, as ${oldPath} is one; got a ${fresh.kind}`);
  }
  const comparison = compareResults(old.result, fresh.result);
  return { text: renderComparison(comparison), isRegression: comparison.isRegression };
}

async function readResult(path: string): Promise<ReadResult> {
  const given = await sizeOf(path);
  const file = given.isDirectory() ? join(path, RESULT_FILE) : path;
  const found = given.isDirectory() ? await sizeOf(file) : given;
  // What is no plain file may never end, or block.
  if (!found.isFile()) throw new ResultFileError(file, "expected a file, or a folder with result.json; got neither");
  if (found.size > RESULT_BYTES_MAX) throw tooLarge(file, found.size);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  return readComparable(text, file);
}

async function sizeOf(path: string) {
  return stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

function unreadable(file: string, cause: unknown): ResultFileError {
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  const got = isMissing ? "nothing there" : `none, since ${tellSystemError(cause)}`;
  return new ResultFileError(file, `expected result.json, or a folder with one; got ${got}`, { cause });
}
