// Owns the folder that a run leaves behind: result.json, what renders it, and a folder a case with what each host said.
// It must not know how it looks to a person. Invariant: `latest` points at a folder that exists.

import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { TranscriptEntry } from "../replay/client-driver.ts";
import type { Evidence } from "../replay/outcome.ts";
import { tellPeerNote } from "../replay/peer-note.ts";
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

export class ReportFolder {
  /** Where the report lies. */
  readonly path: string;
  readonly #casePaths = new Set<string>();

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder that was asked for. */
  static async at(path: string): Promise<ReportFolder> {
    await make(path, true);
    return new ReportFolder(path);
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
   * @returns the case's folder, from the report's on.
   */
  async writeCase(slug: string, evidence: Evidence, pcap: Uint8Array | null): Promise<string> {
    const path = this.#casePath(slug);
    await mkdir(path, { recursive: true });
    const logs = [...evidence.logs].map(([host, lines]) =>
      writeLines(
        join(path, `${host}.log`),
        lines.map(({ raw }) => raw),
      ),
    );
    const transcripts = [...evidence.transcripts].map(([host, entries]) =>
      writeLines(
        join(path, `${host}.transcript.jsonl`),
        entries.map((entry) => JSON.stringify(toJsonEntry(entry))),
      ),
    );
    const pictures = [...evidence.pictures].map(([file, bytes]) => writeFile(join(path, file), bytes));
    const packets = pcap === null ? [] : [writeFile(join(path, PCAP_FILE), pcap)];
    await Promise.all([...logs, ...transcripts, ...pictures, ...packets]);
    return relative(this.path, path);
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReportFolderError(`the report cannot be written: ${reason}`, { cause });
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReportFolderError(`${link} cannot be pointed at the report: ${reason}`, { cause });
  }
}

/** What a peer noted is told there in words, as `wire`. */
function toJsonEntry(entry: TranscriptEntry): object {
  if (!("peer" in entry)) return entry;
  const { peer, atMs, ...rest } = entry;
  return { atMs, wire: tellPeerNote(peer), ...rest };
}

function writeLines(path: string, lines: readonly string[]): Promise<void> {
  return writeFile(path, lines.map((line) => `${line}\n`).join(""));
}
