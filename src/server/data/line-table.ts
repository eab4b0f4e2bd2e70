// Owns the lines that a data folder keeps: what was said to everybody, by its place in the room's log. A whisper between two
// guests is not among them: nobody could show later that it may be seen. Invariant: what is kept has a limit, and a line
// that comes twice is one.

import type { DatabaseSync } from "node:sqlite";
import type { Archive, ArchiveQuery, Line } from "../../room/history.ts";
import { DATA_BYTES_MAX, DATA_LINES_MAX, DATA_TRIM_LINES } from "../limits.ts";
import type { Journal } from "./journal.ts";
import { type Row, Statements } from "./statements.ts";

const SQL = {
  add: "INSERT OR IGNORE INTO lines (sequence, at_ms, sender, text, nonce) VALUES (?, ?, ?, ?, ?)",
  oldest: "SELECT * FROM lines WHERE sequence > ? AND sequence < ? ORDER BY sequence LIMIT ?",
  newest: "SELECT * FROM lines WHERE sequence > ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
  lastMs: "SELECT at_ms FROM lines ORDER BY sequence DESC LIMIT 1",
  count: "SELECT count(*) AS count FROM lines",
  bytes: `SELECT (SELECT page_size FROM pragma_page_size) * ((SELECT page_count FROM pragma_page_count)
    - (SELECT freelist_count FROM pragma_freelist_count)) AS bytes`,
  nth: "SELECT sequence FROM lines ORDER BY sequence LIMIT 1 OFFSET ?",
  forgetUpTo: "DELETE FROM lines WHERE sequence <= ?",
  forgotten: "SELECT forgotten FROM log",
  setForgotten: "UPDATE log SET forgotten = ?",
} as const;

export interface LineLimits {
  readonly linesMax: number;
  readonly bytesMax: number;
  /** Lines between two looks at the limits; twice as many are forgotten at a time. */
  readonly trimLines: number;
}

const LIMITS: LineLimits = { linesMax: DATA_LINES_MAX, bytesMax: DATA_BYTES_MAX, trimLines: DATA_TRIM_LINES };

/** Where a line was said, that is no place of this run. */
const NO_SESSION = "";

export class LineTable implements Archive {
  readonly #statements: Statements<keyof typeof SQL>;
  readonly #journal: Journal;
  readonly #limits: LineLimits;
  #forgotten: number;
  #untilTrim: number;
  /** Lines that are kept; counted at the first look at the limits, for it takes a look at each. */
  #count: number | undefined;

  constructor(database: DatabaseSync, journal: Journal, limits: Partial<LineLimits> = {}) {
    this.#statements = new Statements(database, SQL);
    this.#journal = journal;
    this.#limits = { ...LIMITS, ...limits };
    this.#untilTrim = this.#limits.trimLines;
    this.#forgotten = Number(this.#statements.row("forgotten")?.forgotten);
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  /** When the last line was said that is kept. */
  get lastMs(): number {
    return Number(this.#statements.row("lastMs")?.at_ms ?? 0);
  }

  lines({ after, before, newestFirst, linesMax }: ArchiveQuery): readonly Line[] {
    const name = newestFirst ? "newest" : "oldest";
    return this.#journal.read(() => this.#statements.rows(name, after, before, linesMax).map(lineOf)) ?? [];
  }

  /** Inside a transaction: keeps a line. */
  add({ sequence, atMs, from, text, nonce }: Line): void {
    this.#statements.run("add", sequence, atMs, from.name, text, nonce ?? null);
    this.#untilTrim -= 1;
    if (this.#untilTrim > 0) return;
    this.#untilTrim = this.#limits.trimLines;
    this.#trim();
  }

  /** A line is kept nowhere but in memory: the disk refused it. */
  lost(sequence: number): void {
    this.#forgotten = Math.max(this.#forgotten, sequence);
  }

  #trim(): void {
    const { linesMax, bytesMax, trimLines } = this.#limits;
    const count =
      (this.#count ?? Number(this.#statements.row("count")?.count)) + (this.#count === undefined ? 0 : trimLines);
    this.#count = count;
    if (count <= linesMax && Number(this.#statements.row("bytes")?.bytes) <= bytesMax) return;
    const last = this.#statements.row("nth", Math.min(2 * trimLines, count) - 1)?.sequence;
    this.#count = count - this.#statements.run("forgetUpTo", Number(last));
    this.#statements.run("setForgotten", Number(last));
    this.lost(Number(last));
  }
}

function lineOf({ sequence, at_ms: atMs, sender, text, nonce }: Row): Line {
  return {
    sequence: Number(sequence),
    atMs: Number(atMs),
    from: { session: NO_SESSION, name: String(sender) },
    to: undefined,
    text: String(text),
    nonce: typeof nonce === "string" ? nonce : undefined,
  };
}
