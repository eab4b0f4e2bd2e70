// Owns how a room becomes a text: what its log has come to, table by table. It must not know where such texts lie, nor read them.

import type { DatabaseSync } from "node:sqlite";
import { SNAPSHOT_LINES_MAX, SNAPSHOT_TEXTS_BYTES_MAX } from "../limits.ts";

/** A line of the text is the head, or some rows of a table. A new version has another head. */
export const SNAPSHOT_VERSION = 1;

/** All tables that the log's entries fill. Of the lines and of the whispers it is the newest ones. */
export const SNAPSHOT_TABLES = ["accounts", "sessions", "names", "mail", "kept", "lines", "whispers"] as const;

/** Those that have places in the log, and of which there may be more than a snapshot takes. */
const PLACED_TABLES = ["lines", "whispers"] as const;
type PlacedTable = (typeof PLACED_TABLES)[number];

/** Rows of one line. */
export const SNAPSHOT_ROWS_MAX = 1000;

const SQL = {
  log: "SELECT identity, position, applied, forgotten, user_version AS tables FROM log, pragma_user_version",
  // The newest row of those that have no place here.
  cut: (
    table: PlacedTable,
  ) => `SELECT sequence FROM (SELECT sequence, row_number() OVER newest AS count, sum(length(text)) OVER newest AS bytes
    FROM (SELECT sequence, text FROM ${table} ORDER BY sequence DESC LIMIT ?1) WINDOW newest AS (ORDER BY sequence DESC))
    WHERE count >= ?1 OR bytes > ?2 ORDER BY sequence DESC LIMIT 1`,
  behind: (table: PlacedTable) => `SELECT * FROM ${table} WHERE sequence > ? ORDER BY sequence`,
} as const;

/** Some rows of a table. */
interface SnapshotRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What a database has of the log, as a text; undefined where nothing is applied yet. */
export function takeSnapshot(database: DatabaseSync): { readonly position: string; readonly text: string } | undefined {
  const log = database.prepare(SQL.log).get();
  if (typeof log?.position !== "string") return undefined;
  const parts = SNAPSHOT_TABLES.flatMap((table) => rowsOf(database, table));
  const rows = parts.reduce((sum, part) => sum + part.rows.length, 0);
  const head = {
    v: SNAPSHOT_VERSION,
    tables: Number(log.tables),
    identity: String(log.identity),
    position: log.position,
    applied: Number(log.applied),
    forgotten: Math.max(cutOf(database, "lines"), Number(log.forgotten)),
    rows,
  };
  return { position: log.position, text: [head, ...parts].map((part) => JSON.stringify(part)).join("\n") };
}

function rowsOf(database: DatabaseSync, table: (typeof SNAPSHOT_TABLES)[number]): readonly SnapshotRows[] {
  const placed = PLACED_TABLES.find((one) => one === table);
  const all =
    placed === undefined
      ? database.prepare(`SELECT * FROM ${table}`).all()
      : database.prepare(SQL.behind(placed)).all(cutOf(database, placed));
  const columns = Object.keys(all[0] ?? {});
  const parts: SnapshotRows[] = [];
  for (let start = 0; start < all.length; start += SNAPSHOT_ROWS_MAX) {
    const rows = all.slice(start, start + SNAPSHOT_ROWS_MAX).map((row) => Object.values(row));
    parts.push({ table, columns, rows });
  }
  return parts;
}

/** The place up to which a snapshot has no rows of a table. */
function cutOf(database: DatabaseSync, table: PlacedTable): number {
  const cut = database.prepare(SQL.cut(table)).get(SNAPSHOT_LINES_MAX + 1, SNAPSHOT_TEXTS_BYTES_MAX);
  return Number(cut?.sequence ?? 0);
}
