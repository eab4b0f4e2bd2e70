// Owns what a server of a shared room begins with: its own data folder as far as that goes, else the newest snapshot, else the
// log's beginning. It must not know how either is written. Invariant: a folder is used only with the log that it is of, and only
// where the log goes on behind it.

import type { DatabaseSync } from "node:sqlite";
import { RoomLogError, type SharedLog } from "../log/room-log.ts";
import { DataFolderError, openDatabase } from "./data/database.ts";
import { adoptLog, type KnownLog, knownLog } from "./data/log-table.ts";
import { loadSnapshot, readHead, SnapshotError, unpack } from "./data/snapshot.ts";
import { DataFolder, type DataOptions } from "./data-folder.ts";
import { SNAPSHOT_LINES_MAX } from "./limits.ts";

export interface SharedDataOptions extends Omit<DataOptions, "shared"> {
  readonly log: SharedLog;
  /** Gets what is odd, for people. */
  readonly report: (text: string) => void;
}

/**
 * Opens a data folder of a shared room, or what takes its place in memory.
 * @throws DataFolderError when the folder is of something else, RoomLogError when nothing leads to where the log begins.
 */
export async function openSharedData({ log, report, ...options }: SharedDataOptions): Promise<DataFolder> {
  const { folder } = options;
  const database = openDatabase(folder);
  try {
    await prepare(database, folder, log, report);
    // In memory the lines that a snapshot has are enough.
    const limits = folder === undefined ? { linesMax: SNAPSHOT_LINES_MAX, ...options.limits } : options.limits;
    return new DataFolder({ ...options, ...(limits && { limits }), shared: log, open: () => database });
  } catch (error) {
    database.close();
    throw error;
  }
}

async function prepare(
  database: DatabaseSync,
  folder: string | undefined,
  log: SharedLog,
  report: (text: string) => void,
): Promise<void> {
  const known = knownLog(database);
  const fit = known.identity === log.identity ? await log.fit(known.position) : undefined;
  const fault = faultOf(known, log, fit);
  if (fault !== undefined) throw new DataFolderError(`the data folder ${folder} cannot be used: ${fault}`);
  if (known.position !== undefined && fit === "fits") return;
  if (await takeNewest(database, log, report)) return;
  if ((await log.fit(undefined)) !== "fits") {
    throw new RoomLogError(
      "the room's log has forgotten its beginning, and there is no snapshot that this server can use",
    );
  }
  adoptLog(database, log.identity);
}

function faultOf(
  { identity, position, reserved }: KnownLog,
  log: SharedLog,
  fit: Awaited<ReturnType<SharedLog["fit"]>> | undefined,
): string | undefined {
  if (position === undefined) {
    return reserved === 0 ? undefined : "it is of a server that was the whole room; give this server an empty folder";
  }
  if (identity !== log.identity) {
    return `it is of another room's log (${identity}, this one is ${log.identity}); give this server an empty folder, which is filled from the log`;
  }
  if (fit === "ahead") {
    return "it has more of the room's log than the log, which was set back; give this server an empty folder, which is filled from the log";
  }
  return undefined;
}

/** True when there was a snapshot that will do. */
async function takeNewest(database: DatabaseSync, log: SharedLog, report: (text: string) => void): Promise<boolean> {
  try {
    const newest = await log.snapshots.newest();
    if (newest === "none") return false;
    if (newest === "foreign") throw new SnapshotError("it is of another log");
    if (newest === "broken") throw new SnapshotError("it is not whole");
    const text = await unpack(newest.bytes);
    const { identity, position } = readHead(text);
    if (identity !== log.identity) throw new SnapshotError("it is of another log");
    if ((await log.fit(position)) !== "fits") throw new SnapshotError("the log does not go on behind it");
    loadSnapshot(database, text);
    return true;
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    report(`The snapshot of the room cannot be used: ${error.message}.`);
    return false;
  }
}
