// Owns what goes into an image: the Dockerfile and the files its COPY lines name, less what .dockerignore leaves out.
// It must not know an engine. Invariant: the same bytes under the same names give the same hash, on any machine.

import { createHash } from "node:crypto";
import { existsSync, globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, sep } from "node:path";
import dockerignore from "@balena/dockerignore";
import { BedUnavailableError } from "./bed-unavailable.ts";

export interface BuildContext {
  /** Relative to the context's directory, like all files. */
  readonly dockerfile: string;
  readonly directory: string;
  /** What the image is made of, the Dockerfile apart; sorted, with forward slashes. */
  readonly files: readonly string[];
  /** The content's name: HASH_DIGITS hexadecimal digits. */
  readonly hash: string;
}

export const HASH_DIGITS = 12;
/** More files than this in an image is a forgotten .dockerignore. */
const FILES_MAX = 5_000;

/** Reads a build's files from its Dockerfile; throws BedUnavailableError where the Dockerfile copies what is not there. */
export function readBuildContext(directory: string, dockerfile: string): BuildContext {
  const text = readContextFile(directory, dockerfile);
  const ignored = readIgnored(directory);
  const files = new Set<string>();
  for (const source of copySources(text)) {
    for (const file of expandSource(directory, source, dockerfile)) if (!ignored(file)) files.add(file);
  }
  if (files.size > FILES_MAX) {
    throw new BedUnavailableError(`${dockerfile}: expected at most ${FILES_MAX} files to copy; got ${files.size}`);
  }
  const sorted = [...files].sort();
  return { directory, dockerfile, files: sorted, hash: hashContent(directory, text, sorted) };
}

/** The sources of every COPY and ADD from the context (not of those from another stage). */
export function copySources(dockerfile: string): readonly string[] {
  const sources: string[] = [];
  for (const line of dockerfile.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
    const instruction = /^\s*(?:COPY|ADD)\s+((?:--\S+\s+)*)(.+)$/i.exec(line);
    if (instruction === null || instruction[1]?.includes("--from=") || instruction[2] === undefined) continue;
    const words = instruction[2]
      .replace(/^\[|\]$|["',]/g, " ")
      .trim()
      .split(/\s+/);
    sources.push(...words.slice(0, -1));
  }
  return sources;
}

/** Whether a .dockerignore leaves a path out. */
export function readIgnorePatterns(text: string): (path: string) => boolean {
  // Its types know only the name that it gives itself as an ES module.
  const patterns = dockerignore.default().add(text);
  return (path) => patterns.ignores(path);
}

function readIgnored(directory: string): (path: string) => boolean {
  const path = join(directory, ".dockerignore");
  return existsSync(path) ? readIgnorePatterns(readFileSync(path, "utf8")) : () => false;
}

function expandSource(directory: string, source: string, dockerfile: string): readonly string[] {
  const found = globSync(posix.normalize(source).replace(/^\/|\/$/g, ""), { cwd: directory });
  if (found.length === 0) throw new BedUnavailableError(`${dockerfile} copies ${source}, which is not in ${directory}`);
  return found.flatMap((entry) => filesUnder(directory, entry.split(sep).join("/")));
}

function filesUnder(directory: string, entry: string): readonly string[] {
  const path = join(directory, entry);
  if (!statSync(path).isDirectory()) return [entry];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) =>
      posix.join(
        entry,
        join(each.parentPath, each.name)
          .slice(path.length + 1)
          .split(sep)
          .join("/"),
      ),
    );
}

function hashContent(directory: string, dockerfileText: string, files: readonly string[]): string {
  const hash = createHash("sha256").update(dockerfileText);
  for (const file of files) {
    const content = readFileSync(join(directory, file));
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, HASH_DIGITS);
}

function readContextFile(directory: string, file: string): string {
  try {
    return readFileSync(join(directory, file), "utf8");
  } catch (cause) {
    throw new BedUnavailableError(`${file} cannot be read in ${directory}`, { cause });
  }
}
