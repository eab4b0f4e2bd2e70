// Owns what is sent to an engine's builder: a folder, less what its .dockerignore leaves out, as a tar stream. It must not
// know what a Dockerfile means, which is the engine's. Invariant: the Dockerfile is sent, and never more than
// CONTEXT_BYTES_MAX.

import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import dockerignore from "@balena/dockerignore";
import { type Pack, pack } from "tar-stream";
import { BedUnavailableError } from "./bed-unavailable.ts";

export interface BuildContext {
  /** The Dockerfile's name in the stream. */
  readonly dockerfile: string;
  /** What is sent, folders too; relative to the folder, with forward slashes. */
  readonly names: ReadonlySet<string>;
  /** A new stream of it. */
  readonly open: () => Readable;
}

export interface ContextLimits {
  readonly bytesMax: number;
  readonly filesMax: number;
}

/** More than this in a folder to build from is a forgotten .dockerignore. */
export const CONTEXT_LIMITS: ContextLimits = { bytesMax: 536_870_912, filesMax: 100_000 };

/** A file up to this size is read at once. */
const AT_ONCE_BYTES_MAX = 1_048_576;

/** The name of a Dockerfile that lies outside of the folder. */
const OUTSIDE_NAME = ".howdy-lab.dockerfile";

/**
 * Finds what a build is to be sent.
 *
 * @param dockerfile - Its path, relative to the folder.
 * @throws BedUnavailableError where it cannot be read, or is over a limit.
 */
export function readBuildContext(directory: string, dockerfile: string, limits = CONTEXT_LIMITS): BuildContext {
  try {
    const text = readFileSync(join(directory, dockerfile), "utf8");
    const isOutside = dockerfile.startsWith("../");
    const name = isOutside ? OUTSIDE_NAME : dockerfile;
    const names = findNames(directory, new Left(readIgnoreFile(directory, dockerfile)), limits);
    // It is needed even where .dockerignore leaves it out, as many do. An engine that takes a stream finds it nowhere else.
    if (!isOutside) for (const part of pathsTo(name)) names.add(part);
    return { dockerfile: name, names, open: () => open(directory, names, isOutside ? { name, text } : null) };
  } catch (cause) {
    if (cause instanceof BedUnavailableError || !(cause instanceof Error)) throw cause;
    throw new BedUnavailableError(`${dockerfile} in ${directory} cannot be built from: ${cause.message}`, { cause });
  }
}

/** What a .dockerignore leaves out. */
export class Left {
  readonly #patterns: { ignores(path: string): boolean };
  /** What its exceptions begin with. */
  readonly #exceptions: readonly string[];

  constructor(text: string) {
    // Its types know only the name that it gives itself as an ES module.
    this.#patterns = dockerignore.default().add(text);
    this.#exceptions = text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line.startsWith("!"))
      .map((line) => `${posix.normalize(line.slice(1).trim()).replace(/^\/|\/$/g, "")}/`);
  }

  has(path: string): boolean {
    return this.#patterns.ignores(path);
  }

  /** Whether nothing in a folder that is left out needs to be looked at. An exception counts by its first characters. */
  hasAllOf(folder: string): boolean {
    return this.has(folder) && !this.#exceptions.some((each) => each.startsWith("*") || each.startsWith(`${folder}/`));
  }
}

/** A Dockerfile may have a .dockerignore of its own, which then is the only one. */
function readIgnoreFile(directory: string, dockerfile: string): string {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    if (existsSync(join(directory, name))) return readFileSync(join(directory, name), "utf8");
  }
  return "";
}

function findNames(directory: string, left: Left, limits: ContextLimits): Set<string> {
  const names = new Set<string>();
  let bytes = 0;
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!left.hasAllOf(name)) folders.push(name);
        if (!left.has(name)) names.add(name);
        // Sockets and pipes are nothing that an image could have.
      } else if ((entry.isFile() || entry.isSymbolicLink()) && !left.has(name)) {
        for (const part of pathsTo(name)) names.add(part);
        bytes += lstatSync(join(directory, name)).size;
      }
      if (bytes > limits.bytesMax || names.size > limits.filesMax) throw tooMuch(directory, limits);
    }
  }
  return names;
}

function tooMuch(directory: string, { bytesMax, filesMax }: ContextLimits): BedUnavailableError {
  return new BedUnavailableError(
    `${directory} has more than ${bytesMax / 1_048_576} MiB or ${filesMax} files to send to the builder: ` +
      "list in its .dockerignore what the image does not need",
  );
}

/** "a", "a/b" and "a/b/c" of the last. */
function pathsTo(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function open(
  directory: string,
  names: ReadonlySet<string>,
  extra: { readonly name: string; readonly text: string } | null,
): Readable {
  const tar = pack();
  const send = async (): Promise<void> => {
    for (const name of [".", ...names]) await add(tar, join(directory, name), name);
    if (extra !== null) tar.entry({ name: extra.name }, extra.text);
    tar.finalize();
  };
  send().catch((fault: Error) => tar.destroy(fault));
  return tar;
}

/** Settles when it has been taken. Most files are small: to read one at once takes a tenth of what a stream does. */
async function add(tar: Pack, path: string, name: string): Promise<void> {
  const stats = lstatSync(path);
  const { gid, mode, mtime, size, uid } = stats;
  const header = { name, mode, mtime, uid, gid };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (fault?: Error | null): void => (fault ? reject(fault) : resolve());
  if (stats.isDirectory()) tar.entry({ ...header, type: "directory" }, end);
  else if (stats.isSymbolicLink()) tar.entry({ ...header, type: "symlink", linkname: readlinkSync(path) }, end);
  else if (size <= AT_ONCE_BYTES_MAX) tar.entry(header, readFileSync(path), end);
  else await pipeline(createReadStream(path), tar.entry({ ...header, size }, end));
  await promise;
}
