// Owns the way from a hand-written file to its text: that it is a file, not too large, and UTF-8. It must not know what the
// text means. Invariant: whatever lies there, it gives a text, or says what is there in its place and where.

import { readFile, stat } from "node:fs/promises";
import { tellSystemError } from "../../src/options/index.ts";
import type { Problem } from "./problem.ts";

export const FILE_BYTES_MAX = 262_144;

export type Source =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "wrong"; readonly problem: Problem };

const NEWLINE = 0x0a;

export async function readSource(file: string): Promise<Source> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return wrong(`expected a file; got ${kindOf(found)}`);
    if (found.size > FILE_BYTES_MAX) return wrong(`expected at most ${FILE_BYTES_MAX} bytes; got ${found.size}`);
    return decode(await readFile(file));
  } catch (error) {
    return wrong(`expected a file that can be read; ${tellSystemError(error)}`);
  }
}

/** A text of its bytes, or the place of the first that is none of it. */
export function decode(bytes: Uint8Array): Source {
  if (isUtf16(bytes)) return wrong("expected UTF-8 text; got UTF-16: save the file as UTF-8");
  if (isText(bytes)) return { kind: "text", text: new TextDecoder().decode(bytes) };
  let low = 0;
  let high = bytes.length;
  // The longest beginning that is text, but for a character that is cut at its end.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isText(bytes.subarray(0, middle), true)) low = middle;
    else high = middle - 1;
  }
  // A character that was cut there is the one that is none.
  while (low > 0 && !isText(bytes.subarray(0, low))) low -= 1;
  const before = bytes.subarray(0, low);
  const begin = before.lastIndexOf(NEWLINE) + 1;
  const line = before.filter((byte) => byte === NEWLINE).length + 1;
  const column = new TextDecoder().decode(before.subarray(begin), { stream: true }).length + 1;
  const isCut = isText(bytes, true);
  const got = isCut ? "half of one" : `the byte ${(bytes[low] ?? 0).toString(16).padStart(2, "0")}`;
  return {
    kind: "wrong",
    problem: { line, column, text: `expected a character of UTF-8; got ${got}: save the file as UTF-8` },
  };
}

function isText(bytes: Uint8Array, stream = false): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}

/** By its mark, or by the half of its first letter that is 0: some editors leave the mark out. */
function isUtf16([first, second]: Uint8Array): boolean {
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || (second !== undefined && (first === 0) !== (second === 0));
}

function kindOf(found: Awaited<ReturnType<typeof stat>>): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return "a device";
}

function wrong(text: string): Source {
  return { kind: "wrong", problem: { line: 1, column: 1, text } };
}
