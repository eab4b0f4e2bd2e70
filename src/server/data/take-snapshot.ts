// Owns how a room becomes a text: what its log has come to, table by table, in slices between which the room goes on. It must not
// know where such texts lie, nor read them. Invariant: all slices are of the moment in which the first one was begun: of a row that
// changes before it is read, what it was is put aside first.

import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { SNAPSHOT_LINES_MAX, SNAPSHOT_TEXTS_BYTES_MAX } from "../limits.ts";

/** A line of the text is the head, or some rows of a table. A new version has another head. */
export const SNAPSHOT_VERSION = 1;

/** A table that the log's entries fill. */
interface Source {
  readonly key: string;
  /** A new row has a greater key than all before it. */
  readonly grows: boolean;
  /** There may be more rows than a snapshot takes, which has the newest ones. Their keys are places in the log. */
  readonly isCut: boolean;
}

const SOURCES = {
  accounts: { key: "key", grows: false, isCut: false },
  sessions: { key: "session", grows: false, isCut: false },
  names: { key: "key", grows: false, isCut: false },
  mail: { key: "id", grows: true, isCut: false },
  kept: { key: "id", grows: true, isCut: false },
  lines: { key: "sequence", grows: true, isCut: true },
  whispers: { key: "sequence", grows: true, isCut: true },
} as const satisfies Record<string, Source>;

type SourceName = keyof typeof SOURCES;

export const SNAPSHOT_TABLES = Object.keys(SOURCES) as readonly SourceName[];

/** Rows of a line that is read. */
export const SNAPSHOT_ROWS_MAX = 1000;

/** Rows of a line that is written, which is one slice: of the longest texts they take some milliseconds. */
const SLICE_ROWS_MAX = 250;

const SQL = {
  log: "SELECT identity, position, applied, forgotten, user_version AS tables FROM log, pragma_user_version",
  // Tells what is put aside for one snapshot from what is for another.
  mark: "SELECT lower(hex(randomblob(4))) AS mark",
  columns: "SELECT name FROM pragma_table_info(?)",
} as const;

/** A snapshot that is being taken. The disposal of it ends what it puts aside. */
export class TakenSnapshot implements Disposable {
  readonly position: string;
  readonly #database: DatabaseSync;
  readonly #head: object;
  readonly #tables: readonly TakenTable[];

  private constructor(database: DatabaseSync, position: string, head: object, tables: readonly TakenTable[]) {
    this.#database = database;
    this.position = position;
    this.#head = head;
    this.#tables = tables;
  }

  /** Undefined where nothing is applied yet. Not inside a transaction. */
  static begin(database: DatabaseSync): TakenSnapshot | undefined {
    const log = database.prepare(SQL.log).get();
    if (typeof log?.position !== "string") return undefined;
    const tables = SNAPSHOT_TABLES.map((name) => new TakenTable(database, name));
    const cut = tables.find(({ name }) => name === "lines")?.cut ?? 0;
    const head = {
      v: SNAPSHOT_VERSION,
      tables: Number(log.tables),
      identity: String(log.identity),
      position: log.position,
      applied: Number(log.applied),
      forgotten: Math.max(cut, Number(log.forgotten)),
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    };
    for (const table of tables) table.watch();
    return new TakenSnapshot(database, log.position, head, tables);
  }

  /** The lines of the text, each read when it is asked for. Once. */
  *lines(): Generator<string> {
    yield JSON.stringify(this.#head);
    for (const table of this.#tables) yield* table.lines();
  }

  /** All of it at once. */
  get text(): string {
    return [...this.lines()].join("\n");
  }

  [Symbol.dispose](): void {
    // The disk may have refused so much that the database was closed meanwhile.
    if (this.#database.isOpen) for (const table of this.#tables) table[Symbol.dispose]();
  }
}

/** One table as it was. */
class TakenTable implements Disposable {
  readonly name: SourceName;
  /** How many there are in all. */
  readonly rows: number;
  /** The place up to which there are none; undefined where the table is taken as a whole. */
  readonly cut: number | undefined;
  readonly #database: DatabaseSync;
  readonly #source: Source;
  /** The greatest key; undefined where a new row may have a lesser one. */
  readonly #last: number | undefined;
  /** Rows that were changed since, as they were (1), and the keys of new ones (0). It lies in memory, for this connection alone. */
  readonly #aside: string;

  constructor(database: DatabaseSync, name: SourceName) {
    this.#database = database;
    this.#source = SOURCES[name];
    this.name = name;
    this.#aside = `aside_${name}_${database.prepare(SQL.mark).get()?.mark}`;
    const { key, grows, isCut } = this.#source;
    this.cut = isCut ? cutOf(database, name) : undefined;
    this.#last = grows ? Number(database.prepare(`SELECT max(${key}) AS last FROM ${name}`).get()?.last) : undefined;
    // Of a table as a whole SQLite knows the count without reading its rows.
    const behind = this.cut === undefined ? "" : ` WHERE ${key} > ${this.cut}`;
    this.rows = Number(database.prepare(`SELECT count(*) AS count FROM ${name}${behind}`).get()?.count);
  }

  /** From now on what changes is put aside. */
  watch(): void {
    const { key, grows } = this.#source;
    const aside = this.#aside;
    const isAside = (row: string) => `EXISTS (SELECT 1 FROM ${aside} WHERE ${key} = ${row}.${key})`;
    // No OR clause here: that of the statement which fires the trigger would take its place.
    const putAside = (row: string) =>
      `INSERT INTO ${aside} SELECT 1, * FROM ${this.name} WHERE ${key} = ${row}.${key} AND NOT ${isAside(row)};`;
    const noteNew = `INSERT INTO ${aside} (was, ${key}) SELECT 0, NEW.${key} WHERE NOT ${isAside("NEW")};`;
    const before = (event: string, row: string, body: string) =>
      `CREATE TEMP TRIGGER ${aside}_${event} BEFORE ${event} ON main.${this.name} WHEN ${this.#isTaken(row)}
        BEGIN ${body} END;`;
    this.#database.exec(`
      CREATE TEMP TABLE ${aside} AS SELECT 1 AS was, * FROM ${this.name} LIMIT 0;
      CREATE UNIQUE INDEX temp.${aside}_key ON ${aside} (${key});
      ${before("UPDATE", "OLD", putAside("OLD"))}
      ${before("DELETE", "OLD", putAside("OLD"))}
      ${grows ? "" : before("INSERT", "NEW", putAside("NEW") + noteNew)}`);
  }

  /** Rows as they were, in the order of their keys: what is not changed yet, and what was put aside. */
  *lines(): Generator<string> {
    const { key, grows } = this.#source;
    const columns = this.#database
      .prepare(SQL.columns)
      .all(this.name)
      .map((row) => String(row.name));
    const all = columns.join(", ");
    const slice = this.#database.prepare(`
      SELECT ${all} FROM ${this.name} AS row WHERE ${key} > ?1 AND ${this.#isTaken("row")}
        AND NOT EXISTS (SELECT 1 FROM ${this.#aside} AS aside WHERE aside.${key} = row.${key})
      UNION ALL SELECT ${all} FROM ${this.#aside} WHERE was = 1 AND ${key} > ?1
      ORDER BY ${key} LIMIT ${SLICE_ROWS_MAX}`);
    const sliceBehind = (reached: SQLOutputValue) => slice.all(reached);
    let rows = sliceBehind(this.cut ?? (grows ? Number.MIN_SAFE_INTEGER : ""));
    for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
      yield JSON.stringify({ table: this.name, columns, rows: rows.map((row) => Object.values(row)) });
      rows = sliceBehind(last[key] ?? null);
    }
  }

  [Symbol.dispose](): void {
    for (const event of ["UPDATE", "DELETE", "INSERT"])
      this.#database.exec(`DROP TRIGGER IF EXISTS temp.${this.#aside}_${event}`);
    this.#database.exec(`DROP TABLE IF EXISTS temp.${this.#aside}`);
  }

  /** Whether a row has a place in the snapshot, as an expression. */
  #isTaken(row: string): string {
    const { key } = this.#source;
    const parts = [
      ...(this.cut === undefined ? [] : [`${row}.${key} > ${this.cut}`]),
      ...(this.#last === undefined ? [] : [`${row}.${key} <= ${this.#last}`]),
    ];
    return parts.length === 0 ? "TRUE" : parts.join(" AND ");
  }
}

/** The place of the newest row that has none in a snapshot, 0 where all have one. A text's bytes are known without reading it. */
function cutOf(database: DatabaseSync, table: SourceName): number {
  const newest = database.prepare(
    `SELECT sequence, octet_length(text) AS bytes FROM ${table} ORDER BY sequence DESC LIMIT ${SNAPSHOT_LINES_MAX + 1}`,
  );
  let [rows, bytes] = [0, 0];
  for (const row of newest.iterate()) {
    rows += 1;
    bytes += Number(row.bytes);
    if (rows > SNAPSHOT_LINES_MAX || bytes > SNAPSHOT_TEXTS_BYTES_MAX) return Number(row.sequence);
  }
  return 0;
}
