// Owns what of a hand-in is let in: each of its files is checked and written below one new folder, and counted into its
// digest. It must not know where files come from. Invariant: nothing is written outside of the folder, nothing but plain
// files and folders is written at all, and never more than the limits.

import { createHash } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeVisibleLine } from "../../src/visible.ts";

export interface IntakeLimits {
  /** Of an archive as it lies there. */
  readonly archiveBytesMax: number;
  /** Of all files, unpacked. */
  readonly bytesMax: number;
  /** Files and folders. */
  readonly entriesMax: number;
  readonly depthMax: number;
  /** Of a whole path, and of a name in it: more than a file system takes. */
  readonly pathBytesMax: number;
  readonly nameBytesMax: number;
}

/** A chat server with all that it needs is a hundredth of that; its image may install more. */
export const INTAKE_LIMITS: IntakeLimits = {
  archiveBytesMax: 67_108_864,
  bytesMax: 134_217_728,
  entriesMax: 10_000,
  depthMax: 32,
  pathBytesMax: 1_024,
  nameBytesMax: 255,
};

const MIB = 1_048_576;
const QUOTED_CHARS_MAX = 80;

/** What a machine leaves in a folder and nobody hands in. It differs between two copies of the same hand-in. */
const PASSED_OVER: ReadonlySet<string> = new Set([".git", "__MACOSX", ".DS_Store"]);

/** A hand-in cannot be taken. The message is one line, for its student. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Something in a hand-in, as whoever reads the archive or folder tells it. */
export type Entry =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly isExecutable: boolean;
      /** Its bytes; asked for once, and only when the file is taken. */
      readonly open: () => Promise<AsyncIterable<Uint8Array>>;
    }
  /** What is never taken: "a link", "a device". */
  | { readonly kind: "other"; readonly path: string; readonly what: string };

export class Intake {
  readonly #folder: string;
  readonly #limits: IntakeLimits;
  readonly #digests = new Map<string, string>();
  #entries = 0;
  #bytes = 0;

  /** @param folder - An empty folder. */
  constructor(folder: string, limits: IntakeLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Of what was taken: the same for the same files, whatever they came in. */
  get digest(): string {
    const hash = createHash("sha256");
    for (const [path, digest] of [...this.#digests].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      hash.update(`${path}\0${digest}\0`);
    }
    return hash.digest("hex");
  }

  get isEmpty(): boolean {
    return this.#digests.size === 0;
  }

  /** @throws RefusedError for whatever makes the hand-in as a whole one that cannot be taken. */
  async take(entry: Entry): Promise<void> {
    this.#entries += 1;
    if (this.#entries > this.#limits.entriesMax) {
      throw new RefusedError(`it holds more than ${this.#limits.entriesMax} files and folders`);
    }
    const parts = readPath(entry.path, this.#limits);
    if (parts.some((part) => PASSED_OVER.has(part))) return;
    if (entry.kind === "other") {
      throw new RefusedError(`${quote(entry.path)} is ${entry.what}: hand in files and folders only`);
    }
    const path = join(this.#folder, ...parts);
    if (entry.kind === "folder") await this.#write(entry.path, () => mkdir(path, { recursive: true }));
    else if (parts.length > 0) await this.#write(entry.path, () => this.#takeFile(parts.join("/"), path, entry));
  }

  async #takeFile(name: string, path: string, entry: Extract<Entry, { kind: "file" }>): Promise<void> {
    const { isExecutable, open: read } = entry;
    await mkdir(dirname(path), { recursive: true });
    const hash = createHash("sha256");
    // A file that is there is not written again: two of one name would be whichever came last.
    await using file = await open(path, "wx", isExecutable ? 0o755 : 0o644);
    for await (const chunk of await read()) {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#limits.bytesMax) {
        throw new RefusedError(`its files are more than ${this.#limits.bytesMax / MIB} MiB, unpacked`);
      }
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    this.#digests.set(`${name}${isExecutable ? " *" : ""}`, hash.digest("hex"));
  }

  async #write(path: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
      if (code !== "EEXIST" && code !== "ENOTDIR" && code !== "EISDIR") throw cause;
      throw new RefusedError(`it holds ${quote(path)} twice`, { cause });
    }
  }
}

/** The names of a path that lies below a folder whatever it holds. */
export function readPath(path: string, limits: IntakeLimits): readonly string[] {
  if (path.startsWith("/") || path.includes("\\") || /^[A-Za-z]:/.test(path)) {
    throw new RefusedError(`${quote(path)} is no path below the hand-in's folder`);
  }
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new RefusedError(`${quote(path)} leads out of the hand-in's folder`);
  if (/\p{Cc}/u.test(path)) throw new RefusedError(`${quote(path)} has a control character in its name`);
  const isLong =
    Buffer.byteLength(path) > limits.pathBytesMax ||
    parts.some((part) => Buffer.byteLength(part) > limits.nameBytesMax) ||
    parts.length > limits.depthMax;
  if (!isLong) return parts;
  const { nameBytesMax, pathBytesMax, depthMax } = limits;
  throw new RefusedError(
    `${quote(path)} is too long: ${nameBytesMax} bytes a name, ${pathBytesMax} bytes and ${depthMax} folders a path`,
  );
}

function quote(path: string): string {
  const shown = path.length <= QUOTED_CHARS_MAX ? path : `${path.slice(0, QUOTED_CHARS_MAX)}…`;
  return makeVisibleLine(JSON.stringify(shown));
}
