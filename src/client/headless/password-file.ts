// Owns how a password comes to a program that another one drives: in a file, whose path stands in the command. It must not know
// what the password is for. Invariant: neither a password nor a path, which may be one by mistake, stands in what is said of a
// file that cannot be read; no more of a file is read than a password may have.

import { open } from "node:fs/promises";
import { PASSWORD_BYTES_MAX } from "../password.ts";

/** Room for the line break, and one byte more that tells that there is too much. */
const READ_BYTES_MAX = PASSWORD_BYTES_MAX + 3;

export class PasswordFileError extends Error {}

/**
 * What stands in a file, without one line break at its end.
 * @throws PasswordFileError when it cannot be read, or holds what is no UTF-8.
 */
export async function readPasswordFile(path: string): Promise<string> {
  const bytes = await readBeginning(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch (error) {
    throw new PasswordFileError("passwordFile: expected UTF-8 in the file; got other bytes", { cause: error });
  }
}

async function readBeginning(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const buffer = new Uint8Array(READ_BYTES_MAX);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = (await file.read(buffer, length, buffer.length - length)).bytesRead;
    }
    return buffer.subarray(0, length);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const what = `passwordFile: expected a file that can be read; got ${error.code}`;
    throw new PasswordFileError(what, { cause: error });
  }
}
