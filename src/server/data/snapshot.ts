// Owns what is made of a room's text (take-snapshot.ts), so that a server that has nothing can begin behind it. It must not
// know where such texts lie. Invariant: what is read is checked, and a database takes all of a snapshot or nothing.

import type { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { createGzip, gunzip } from "node:zlib";
import * as z from "zod";
import { SNAPSHOT_UNPACKED_BYTES_MAX } from "../limits.ts";
import { migrate, openInMemory } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";
import { SNAPSHOT_ROWS_MAX, SNAPSHOT_TABLES, SNAPSHOT_VERSION, TakenSnapshot } from "./take-snapshot.ts";

const SQL = {
  set: "UPDATE log SET identity = ?, position = ?, applied = ?, forgotten = ?",
  columns: "SELECT name FROM pragma_table_info(?)",
} as const;

/** The index of the lines' words is made of them. */
const INDEX_AGAIN = `INSERT INTO words (words) VALUES ('delete-all');
  INSERT INTO words (rowid, text) SELECT sequence, words_of(text) FROM lines`;

const headSchema = z.strictObject({
  v: z.literal(SNAPSHOT_VERSION),
  /** The version of the tables. */
  tables: z.int().positive(),
  identity: z.string(),
  position: z.string(),
  applied: z.int().nonnegative(),
  forgotten: z.int().nonnegative(),
  /** Rows of all tables. */
  rows: z.int().nonnegative(),
});

const rowsSchema = z.strictObject({
  table: z.enum(SNAPSHOT_TABLES),
  columns: z.array(z.string()).min(1),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))).max(SNAPSHOT_ROWS_MAX),
});

export type SnapshotHead = z.infer<typeof headSchema>;

/** What is no snapshot, or none that this server can read. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}

/** @throws SnapshotError when the text has no head that this server knows. */
export function readHead(text: string, migrations = MIGRATIONS): SnapshotHead {
  const end = text.indexOf("\n");
  const head = headSchema.safeParse(parse(end < 0 ? text : text.slice(0, end))).data;
  if (head === undefined) throw new SnapshotError("it is none that this server can read");
  if (head.tables > migrations.length) {
    throw new SnapshotError(
      `its tables are of version ${head.tables}, and this server knows up to ${migrations.length}`,
    );
  }
  return head;
}

/**
 * Puts a snapshot in the place of all that a database has.
 * @throws SnapshotError when it cannot be; then the database is as it was.
 */
export function loadSnapshot(database: DatabaseSync, text: string, migrations = MIGRATIONS): void {
  const head = readHead(text, migrations);
  if (head.tables === migrations.length) fill(database, head, text);
  else loadSnapshot(database, ofToday(text, head, migrations), migrations);
}

/** Packs the lines of a snapshot, one in a turn of the event loop. @throws SnapshotError when there is too much of it. */
export async function pack(lines: Iterable<string>): Promise<Uint8Array> {
  const packed: Uint8Array[] = [];
  await pipeline(Readable.from(pieces(lines)), createGzip(), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) packed.push(chunk);
  });
  return Buffer.concat(packed);
}

async function* pieces(lines: Iterable<string>): AsyncGenerator<Uint8Array> {
  let [bytes, between] = [0, ""];
  for (const line of lines) {
    const piece = Buffer.from(between + line);
    bytes += piece.length;
    if (bytes > SNAPSHOT_UNPACKED_BYTES_MAX) {
      throw new SnapshotError(`it would have over ${SNAPSHOT_UNPACKED_BYTES_MAX} bytes`);
    }
    yield piece;
    between = "\n";
    await nextTurn();
  }
}

/** @throws SnapshotError when the bytes are none that pack() gave. */
export async function unpack(bytes: Uint8Array): Promise<string> {
  try {
    return (await promisify(gunzip)(bytes, { maxOutputLength: SNAPSHOT_UNPACKED_BYTES_MAX })).toString();
  } catch (error) {
    throw new SnapshotError("it cannot be unpacked", { cause: error });
  }
}

/** A snapshot of older tables, led to today's. */
function ofToday(text: string, head: SnapshotHead, migrations: readonly string[]): string {
  const database = openInMemory(migrations.slice(0, head.tables));
  try {
    fill(database, head, text);
    migrate(database, migrations);
    using snapshot = TakenSnapshot.begin(database);
    if (snapshot === undefined) throw new SnapshotError("it has no position");
    return snapshot.text;
  } finally {
    database.close();
  }
}

function fill(database: DatabaseSync, head: SnapshotHead, text: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const table of SNAPSHOT_TABLES) if (columnsOf(database, table).size > 0) database.exec(`DELETE FROM ${table}`);
    let rows = 0;
    for (const line of linesBehind(text)) rows += insert(database, line);
    if (columnsOf(database, "words").size > 0) database.exec(INDEX_AGAIN);
    if (rows !== head.rows) throw new SnapshotError(`it has ${rows} rows of ${head.rows}`);
    database.prepare(SQL.set).run(head.identity, head.position, head.applied, head.forgotten);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError("its rows do not fit the tables", { cause: error });
  }
}

function insert(database: DatabaseSync, line: string): number {
  const part = rowsSchema.safeParse(parse(line)).data;
  if (part === undefined) throw new SnapshotError("it has a line that is no rows of a table");
  const known = columnsOf(database, part.table);
  if (!part.columns.every((column) => known.has(column))) throw new SnapshotError(`${part.table} has other columns`);
  const places = part.columns.map(() => "?").join(", ");
  const statement = database.prepare(`INSERT INTO ${part.table} (${part.columns.join(", ")}) VALUES (${places})`);
  for (const row of part.rows) statement.run(...row);
  return part.rows.length;
}

function columnsOf(database: DatabaseSync, table: string): ReadonlySet<string> {
  return new Set(
    database
      .prepare(SQL.columns)
      .all(table)
      .map(({ name }) => String(name)),
  );
}

function* linesBehind(text: string): Iterable<string> {
  for (let start = text.indexOf("\n") + 1; start > 0; ) {
    const end = text.indexOf("\n", start);
    yield end < 0 ? text.slice(start) : text.slice(start, end);
    start = end + 1;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // SyntaxError, its one error.
  }
}
