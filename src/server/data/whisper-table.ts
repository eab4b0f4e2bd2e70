// Owns the whispers that a data folder keeps: those between two owners. It must not know names' accounts. Invariant: a whisper
// is given to nobody but its two ends, by the places of their registrations, which nobody else ever has; what is kept has a limit.

import type { DatabaseSync } from "node:sqlite";
import type { ArchiveQuery, Line } from "../../room/history.ts";
import { DATA_TRIM_LINES, DATA_WHISPERS_MAX } from "../limits.ts";
import type { Journal } from "./journal.ts";
import { type Row, Statements } from "./statements.ts";

/** Those of an owner between two places, by an index for each end. */
const OF_OWNER = `SELECT * FROM whispers WHERE from_owner = ?1 AND sequence > ?2 AND sequence < ?3
  UNION ALL SELECT * FROM whispers WHERE to_owner = ?1 AND from_owner <> ?1 AND sequence > ?2 AND sequence < ?3`;

const SQL = {
  add: "INSERT OR IGNORE INTO whispers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  oldest: `${OF_OWNER} ORDER BY sequence LIMIT ?4`,
  newest: `${OF_OWNER} ORDER BY sequence DESC LIMIT ?4`,
  newestOfAll: "SELECT * FROM whispers WHERE sequence > ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
  trim: "DELETE FROM whispers WHERE sequence <= (SELECT sequence FROM whispers ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
} as const;

/** Where a whisper was said, that is no place of this run. */
const NO_SESSION = "";

export interface WhisperLimits {
  readonly whispersMax: number;
  /** Whispers between two looks at the limit. */
  readonly trimWhispers: number;
}

export class WhisperTable {
  readonly #statements: Statements<keyof typeof SQL>;
  readonly #journal: Journal;
  readonly #limits: WhisperLimits;
  #untilTrim = 0;

  constructor(database: DatabaseSync, journal: Journal, limits: Partial<WhisperLimits> = {}) {
    this.#statements = new Statements(database, SQL);
    this.#journal = journal;
    this.#limits = { whispersMax: DATA_WHISPERS_MAX, trimWhispers: DATA_TRIM_LINES, ...limits };
  }

  /** Nothing for whoever owns no name, and nothing for words: whispers are in no index. */
  lines({ owner, after, before, newestFirst, linesMax, words }: ArchiveQuery): readonly Line[] {
    if (owner === undefined || words !== undefined) return [];
    return this.#journal.read(() => this.#rows(owner, newestFirst, [after, before, linesMax]).map(lineOf)) ?? [];
  }

  #rows(owner: number | "all", newestFirst: boolean, part: readonly number[]): readonly Row[] {
    if (owner === "all") return this.#statements.rows("newestOfAll", ...part);
    return this.#statements.rows(newestFirst ? "newest" : "oldest", owner, ...part);
  }

  /** Inside a transaction: keeps a whisper between two owners. */
  add({ sequence, atMs, from, to, text, nonce, owners }: Line): void {
    if (to === undefined || owners === undefined) throw new Error("only a whisper between two owners is kept");
    this.#statements.run("add", sequence, atMs, from.name, to.name, text, nonce ?? null, ...owners);
    this.#untilTrim -= 1;
    if (this.#untilTrim > 0) return;
    this.#untilTrim = this.#limits.trimWhispers;
    this.#statements.run("trim", this.#limits.whispersMax);
  }
}

function lineOf(row: Row): Line {
  const { sequence, at_ms: atMs, sender, receiver, text, nonce, from_owner: from, to_owner: to } = row;
  return {
    sequence: Number(sequence),
    atMs: Number(atMs),
    from: { session: NO_SESSION, name: String(sender) },
    to: { session: NO_SESSION, name: String(receiver) },
    text: String(text),
    nonce: typeof nonce === "string" ? nonce : undefined,
    owners: [Number(from), Number(to)],
  };
}
