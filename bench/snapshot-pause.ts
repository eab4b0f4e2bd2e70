// Owns how long nobody is heard while a server takes a snapshot of as large a room as there may be: the longest of its pieces of
// work, in this thread's time on a core, so that a busy machine tells the same. Without a broker.

import { openInMemory } from "../src/server/data/database.ts";
import { MIGRATIONS } from "../src/server/data/schema.ts";
import { pack } from "../src/server/data/snapshot.ts";
import { TakenSnapshot } from "../src/server/data/take-snapshot.ts";

const ACCOUNTS = 50_000;
const MAIL_BYTES = 64_000_000;
const MAIL_TEXT_BYTES = 100;
const NAMES = 10_000;
const LINES = 10_000;
const LINE_TEXT_BYTES = 1600;

export interface SnapshotPause {
  readonly longestMs: number;
  readonly allMs: number;
  readonly packedBytes: number;
}

export async function snapshotPause(): Promise<SnapshotPause> {
  const database = openInMemory(MIGRATIONS);
  fill(database);
  const pieces: number[] = [];
  const timed = <T>(work: () => T): T => {
    const startMs = threadMs();
    const result = work();
    pieces.push(threadMs() - startMs);
    return result;
  };
  using snapshot = timed(() => TakenSnapshot.begin(database));
  if (snapshot === undefined) throw new Error("no snapshot");
  const lines = snapshot.lines();
  const timedLines: Iterable<string> = { [Symbol.iterator]: () => ({ next: () => timed(() => lines.next()) }) };
  const packed = await pack(timedLines);
  const allMs = pieces.reduce((sum, ms) => sum + ms, 0);
  return { longestMs: Math.max(...pieces), allMs, packedBytes: packed.length };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function fill(database: ReturnType<typeof openInMemory>): void {
  database.exec("UPDATE log SET identity = 'a log', position = 'a place'; BEGIN");
  const account = database.prepare("INSERT INTO accounts VALUES (?1, ?1, ?2, ?3, ?3, NULL, ?4)");
  for (let at = 0; at < ACCOUNTS; at += 1) account.run(`name ${at}`, "5".repeat(32), "a".repeat(64), at);
  const name = database.prepare("INSERT INTO names VALUES (?, 1, 1)");
  for (let at = 0; at < NAMES; at += 1) name.run(`name ${at}`);
  const mail = database.prepare("INSERT INTO mail VALUES (?, ?, 'Jon', 1, ?, ?)");
  for (let at = 1; at <= MAIL_BYTES / MAIL_TEXT_BYTES; at += 1) {
    mail.run(at, `name ${at % NAMES}`, textOf(at, MAIL_TEXT_BYTES), MAIL_TEXT_BYTES);
  }
  const line = database.prepare("INSERT INTO lines VALUES (?, 1, 'Jon', ?, NULL)");
  for (let at = 1; at <= LINES; at += 1) line.run(at, textOf(at, LINE_TEXT_BYTES));
  database.exec("COMMIT");
}

function textOf(at: number, bytes: number): string {
  return `${at} says `.repeat(bytes).slice(0, bytes);
}
