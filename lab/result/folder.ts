// Owns the folder that a run leaves behind: result.json, what renders it, and a folder a case with what each host said.
// It must not know how it looks to a person. Invariant: `latest` points at a folder that exists.

import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { tellSystemError } from "../../src/options/index.ts";
import type { Evidence } from "../replay/outcome.ts";
import { tellPeerNote } from "../replay/peer-note.ts";
import type { TranscriptEntry } from "../replay/transcript.ts";
import type { ReportData } from "./report-data.ts";
import type { ReportFile } from "./report-file.ts";
import { PCAP_FILE } from "./wire-result.ts";

const LATEST = "latest";

/** Folders of one second that are tried before the lab gives up. */
const NAMES_MAX = 100;

/** The report cannot be written there. The message is one line for a person. */
export class ReportFolderError extends Error {
  override readonly name = "ReportFolderError";
}

/** What the evidence of a run may take, in bytes; beyond it only small files are written. */
export const RUN_BYTES_MAX = 268_435_456;

const SMALL_BYTES_MAX = 16_384;

const LEFT_OUT_FILE = "left-out.txt";

/** What was written of a case. */
export interface WrittenCase {
  /** From the report's folder on. */
  readonly folder: string;
  readonly hasPcap: boolean;
}

export class ReportFolder {
  /** Where the report lies. */
  readonly path: string;
  readonly #casePaths = new Set<string>();
  readonly #bytesMax: number;
  /** What more of evidence may be written. */
  #room: number;

  private constructor(path: string, bytesMax = RUN_BYTES_MAX) {
    this.path = path;
    this.#bytesMax = bytesMax;
    this.#room = bytesMax;
  }

  /** Makes the folder that was asked for. */
  static async at(path: string, bytesMax?: number): Promise<ReportFolder> {
    await make(path, true);
    return new ReportFolder(path, bytesMax);
  }

  /** Makes a folder named after the time, and points `latest` beside it at it. */
  static async atTime(root: string, time: Date): Promise<ReportFolder> {
    await make(root, true);
    const name = time
      .toISOString()
      .replace(/\.\d+Z$/, "")
      .replaceAll(":", "-");
    for (let number = 1; number <= NAMES_MAX; number += 1) {
      const path = join(root, number === 1 ? name : `${name}-${number}`);
      if (!(await make(path, false))) continue;
      await pointLatest(root, path);
      return new ReportFolder(path);
    }
    throw new ReportFolderError(`${root}: expected a free name such as ${name}; got ${NAMES_MAX} that are taken`);
  }

  /**
   * Writes what a case's hosts said and looked like: `<Host>.log` of servers, `<Host>.transcript.jsonl` of clients,
   * `<Host>-step-<N>.png` of windows, and `wire.pcap` where packets were captured.
   *
   * Where the run has left RUN_BYTES_MAX, what is too large is left out, and `left-out.txt` says what.
   */
  async writeCase(slug: string, evidence: Evidence, pcap: Uint8Array | null): Promise<WrittenCase> {
    const path = this.#casePath(slug);
    await mkdir(path, { recursive: true });
    const files = new Map([...filesOf(evidence), ...(pcap === null ? [] : [[PCAP_FILE, pcap] as const])]);
    const leftOut: string[] = [];
    for (const [name, content] of files) {
      const { length } = content;
      if (length > SMALL_BYTES_MAX && length > this.#room) {
        files.delete(name);
        leftOut.push(`${name} (${length} bytes)`);
      } else this.#room -= length;
    }
    if (leftOut.length > 0) {
      const why = `left out here, because the folder of a run keeps ${this.#bytesMax} bytes: ${leftOut.join(", ")}`;
      files.set(LEFT_OUT_FILE, Buffer.from(`${why}\n`));
    }
    await Promise.all([...files].map(([name, content]) => writeFile(join(path, name), content)));
    return { folder: relative(this.path, path), hasPcap: files.has(PCAP_FILE) };
  }

  /** Writes the run's result, and then what renders it: whatever goes wrong there, the result is written. */
  async writeReports(data: ReportData, files: readonly ReportFile<ReportData>[]): Promise<void> {
    await writeFile(join(this.path, "result.json"), `${JSON.stringify(data.result, null, 2)}\n`);
    await Promise.all(files.map(async ({ name, render }) => writeFile(join(this.path, name), await render(data))));
  }

  /** Writes a matrix's result, and then what renders it. */
  async writeMatrix<Result extends object>(result: Result, files: readonly ReportFile<Result>[]): Promise<void> {
    await writeFile(join(this.path, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
    await Promise.all(files.map(async ({ name, render }) => writeFile(join(this.path, name), await render(result))));
  }

  /** Two files of one name in different folders get folders of their own. */
  #casePath(slug: string): string {
    let path = join(this.path, slug);
    for (let number = 2; this.#casePaths.has(path); number += 1) path = join(this.path, `${slug}-${number}`);
    this.#casePaths.add(path);
    return path;
  }
}

/** Makes a folder; false when it was there and that is not wanted. */
async function make(path: string, mayExist: boolean): Promise<boolean> {
  try {
    await mkdir(path, { recursive: mayExist });
    return true;
  } catch (cause) {
    if (!mayExist && cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw new ReportFolderError(`the report cannot be written to ${path}: ${tellSystemError(cause)}`, { cause });
  }
}

async function pointLatest(root: string, path: string): Promise<void> {
  const link = join(root, LATEST);
  const fresh = join(root, `.${LATEST}-${process.pid}`);
  try {
    await rm(fresh, { force: true });
    await symlink(relative(dirname(link), path), fresh, "dir");
    await rename(fresh, link);
  } catch (cause) {
    throw new ReportFolderError(`${link} cannot be pointed at the report: ${tellSystemError(cause)}`, { cause });
  }
}

/** What a peer noted is told there in words, as `wire`. */
function toJsonEntry(entry: TranscriptEntry): object {
  if (!("peer" in entry)) return entry;
  const { peer, atMs, ...rest } = entry;
  return { atMs, wire: tellPeerNote(peer), ...rest };
}

/** By their names; logs come first, and what is largest and least read last. */
function filesOf({ logs, pictures, transcripts }: Evidence): readonly (readonly [string, Uint8Array])[] {
  return [
    ...[...logs].map(([host, lines]) => [`${host}.log`, toLines(lines.map(({ raw }) => raw))] as const),
    ...[...transcripts].map(([host, entries]) => {
      const lines = entries.map((entry) => JSON.stringify(toJsonEntry(entry)));
      return [`${host}.transcript.jsonl`, toLines(lines)] as const;
    }),
    ...pictures,
  ];
}

function toLines(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}
