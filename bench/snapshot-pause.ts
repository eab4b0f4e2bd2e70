// Owns how long nobody is heard while a server takes a snapshot of as large a room as there may be: the longest of its pieces of
// work. Each is measured some times, and the least counts: what a busy machine adds is not the server's. Without a broker.

import { openInMemory } from "../src/server/data/database.ts";
import { MIGRATIONS } from "../src/server/data/schema.ts";
import { TakenSnapshot } from "../src/server/data/take-snapshot.ts";

const ROUNDS = 3;
const ACCOUNTS = 50_000;
const MAIL_BYTES = 64_000_000;
const MAIL_TEXT_BYTES = 100;
const NAMES = 10_000;
const LINES = 10_000;
const LINE_TEXT_BYTES = 1600;

export interface SnapshotPause {
  readonly longestMs: number;
  readonly allMs: number;
}

export function snapshotPause(): SnapshotPause {
  const database = openInMemory(MIGRATIONS);
  fill(database);
  const pieces: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, ms] of timesOf(database).entries()) pieces[at] = Math.min(pieces[at] ?? ms, ms);
  }
  return { longestMs: Math.max(...pieces), allMs: pieces.reduce((sum, ms) => sum + ms, 0) };
}

/** What each piece of a snapshot takes: its beginning, then each slice. */
function timesOf(database: ReturnType<typeof openInMemory>): readonly number[] {
  const times: number[] = [];
  const timed = <T>(work: () => T): T => {
    const startMs = performance.now();
    const result = work();
    times.push(performance.now() - startMs);
    return result;
  };
  using snapshot = timed(() => TakenSnapshot.begin(database));
  const lines = snapshot?.lines();
  while (lines !== undefined && !timed(() => lines.next()).done);
  return times;
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
