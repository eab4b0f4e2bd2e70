// Owns what hand-ins come in: a folder, a zip, a tar, a tar that is gzipped. It gives what is in one, entry by entry. It must
// not know what may be taken. Invariant: of an archive no more is read into memory than a chunk of one file, and whatever is
// wrong with one is a RefusedError.

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { openPromise, type Entry as ZipEntry, type ZipFile } from "yauzl";
import { type Entry, type IntakeLimits, RefusedError } from "./intake.ts";

/** What a hand-in's name ends with, by what reads it. */
const READERS = [
  [/\.zip$/i, readZip],
  [/\.tar$/i, (path: string, limits: IntakeLimits) => readTar(path, limits, false)],
  [/\.(?:tar\.gz|tgz)$/i, (path: string, limits: IntakeLimits) => readTar(path, limits, true)],
] as const;

/** A tar's headers and what fills its blocks, beside its files. */
const TAR_OVERHEAD_BYTES_A_ENTRY = 8_192;

const MODE_SHIFT = 16;
const EXECUTABLE = 0o111;
const TYPE_BITS = 0o170000;
const LINK_TYPE = 0o120000;
const PLAIN_TYPES: readonly number[] = [0, 0o100000, 0o040000];

/** The name without what says that it is an archive; undefined where it is none. */
export function archiveStem(name: string): string | undefined {
  const found = READERS.find(([ending]) => ending.test(name));
  return found === undefined ? undefined : name.replace(found[0], "");
}

/** What is in a folder or an archive. */
export async function* entriesOf(path: string, limits: IntakeLimits): AsyncGenerator<Entry> {
  const about = await stat(path);
  if (about.isDirectory()) return yield* readFolder(path, "");
  const reader = READERS.find(([ending]) => ending.test(path))?.[1];
  if (reader === undefined) throw new RefusedError("it is neither a folder nor a zip, tar or tar.gz");
  if (about.size > limits.archiveBytesMax) {
    throw new RefusedError(`the archive is more than ${limits.archiveBytesMax / 1_048_576} MiB`);
  }
  yield* refusing(async () => reader(path, limits));
}

/** The same, with what is wrong in an archive as a RefusedError. */
async function* refusing<Part>(open: () => Promise<AsyncIterable<Part>>): AsyncGenerator<Part> {
  try {
    yield* await open();
  } catch (cause) {
    if (cause instanceof RefusedError || !(cause instanceof Error) || isSystemError(cause)) throw cause;
    throw new RefusedError(`the archive cannot be read: ${cause.message.replace(/\.$/, "")}`, { cause });
  }
}

async function* readFolder(root: string, below: string): AsyncGenerator<Entry> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    const full = join(root, path);
    if (entry.isDirectory()) {
      yield { kind: "folder", path };
      yield* readFolder(root, path);
    } else if (entry.isFile()) {
      const { mode } = await stat(full);
      yield { kind: "file", path, isExecutable: (mode & EXECUTABLE) !== 0, open: async () => createReadStream(full) };
    } else yield { kind: "other", path, what: entry.isSymbolicLink() ? "a link" : "no plain file" };
  }
}

async function* readZip(path: string): AsyncGenerator<Entry> {
  const zip = await openPromise(path, { lazyEntries: true, strictFileNames: false });
  try {
    for await (const entry of zip.eachEntry()) yield toEntry(zip, entry);
  } finally {
    zip.close();
  }
}

function toEntry(zip: ZipFile, entry: ZipEntry): Entry {
  const { fileName: path } = entry;
  const mode = entry.externalFileAttributes >>> MODE_SHIFT;
  const type = mode & TYPE_BITS;
  if (type === LINK_TYPE) return { kind: "other", path, what: "a link" };
  if (!PLAIN_TYPES.includes(type)) return { kind: "other", path, what: "no plain file" };
  if (entry.isEncrypted()) return { kind: "other", path, what: "encrypted" };
  if (path.endsWith("/")) return { kind: "folder", path };
  const isExecutable = (mode & EXECUTABLE) !== 0;
  return { kind: "file", path, isExecutable, open: async () => refusing(() => zip.openReadStreamPromise(entry)) };
}

async function* readTar(path: string, limits: IntakeLimits, isZipped: boolean): AsyncGenerator<Entry> {
  const bytesMax = limits.bytesMax + limits.entriesMax * TAR_OVERHEAD_BYTES_A_ENTRY;
  const tar = extract();
  const from = createReadStream(path);
  const counted = new ByteLimit(bytesMax);
  // What is wrong ends the loop below.
  const fail = (fault: unknown): void => void (fault instanceof Error && tar.destroy(fault));
  if (isZipped) pipeline(from, createGunzip(), counted, tar, fail);
  else pipeline(from, counted, tar, fail);
  for await (const stream of tar) {
    const { name, type, mode = 0 } = stream.header;
    if (type === "directory") yield { kind: "folder", path: name };
    else if (type === "file" || type === "contiguous-file") {
      yield {
        kind: "file",
        path: name,
        isExecutable: (mode & EXECUTABLE) !== 0,
        open: async () => readWhole(stream, name, counted),
      };
    } else
      yield { kind: "other", path: name, what: type === "link" || type === "symlink" ? "a link" : "no plain file" };
    stream.resume();
  }
}

/** A file of a tar. Its stream says only that it was destroyed, whatever became of what it is read from. */
async function* readWhole(stream: AsyncIterable<Buffer>, name: string, counted: ByteLimit): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (cause) {
    if (counted.errored instanceof RefusedError) throw counted.errored;
    const told = JSON.stringify(name);
    throw new RefusedError(`the archive breaks off in ${told}: it was cut, or damaged on its way`, { cause });
  }
}

/** Lets so many bytes through: a few bytes can be unpacked to more than any disk holds. */
class ByteLimit extends Transform {
  #left: number;

  constructor(bytesMax: number) {
    super();
    this.#left = bytesMax;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (fault?: Error, chunk?: Buffer) => void): void {
    this.#left -= chunk.length;
    if (this.#left < 0) done(new RefusedError("its files are more than a hand-in may have, unpacked"));
    else done(undefined, chunk);
  }
}

/** The disk is full, or something cannot be opened: nothing that the archive could be blamed for. */
function isSystemError(fault: Error): boolean {
  return "syscall" in fault;
}
