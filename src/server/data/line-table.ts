// Owns the lines that a data folder keeps: what was said to everybody, by its place in the room's log. A whisper between two
// guests is not among them: nobody could show later that it may be seen. Invariant: what is kept has a limit, and a line
// that comes twice is one.

import type { DatabaseSync } from "node:sqlite";
import type { Place } from "../../room/entry.ts";
import type { Archive, ArchiveQuery, Line, UnreadQuery } from "../../room/history.ts";
import { type SearchWords, wordsOf } from "../../room/search-words.ts";
import { DATA_BYTES_MAX, DATA_LINES_MAX, DATA_TRIM_LINES } from "../limits.ts";
import type { Journal } from "./journal.ts";
import { type Row, Statements } from "./statements.ts";

const SQL = {
  add: "INSERT OR IGNORE INTO lines (sequence, at_ms, sender, text, nonce) VALUES (?, ?, ?, ?, ?)",
  oldest: "SELECT * FROM lines WHERE sequence > ? AND sequence < ? ORDER BY sequence LIMIT ?",
  newest: "SELECT * FROM lines WHERE sequence > ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
  // A number without a fraction: only then the index begins at the place, and not at its end.
  found: `SELECT lines.* FROM words JOIN lines ON lines.sequence = words.rowid
    WHERE words MATCH ? AND words.rowid > CAST(? AS INTEGER) AND words.rowid < CAST(? AS INTEGER)
    ORDER BY words.rowid DESC LIMIT ?`,
  index: "INSERT INTO words (rowid, text) VALUES (?, ?)",
  unindex: "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
  unread: `SELECT count(*) AS count FROM
    (SELECT 1 FROM lines WHERE sequence > ? AND sequence < ? AND sender <> ? LIMIT ?)`,
  last: "SELECT sequence, at_ms FROM lines ORDER BY sequence DESC LIMIT 1",
  count: "SELECT count(*) AS count FROM lines",
  bytes: `SELECT (SELECT page_size FROM pragma_page_size) * ((SELECT page_count FROM pragma_page_count)
    - (SELECT freelist_count FROM pragma_freelist_count)) AS bytes`,
  first: "SELECT sequence, text FROM lines ORDER BY sequence LIMIT ?",
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

  /** Where, and when, the last line was said that is kept. */
  get last(): Place {
    const row = this.#statements.row("last");
    return { sequence: Number(row?.sequence ?? 0), atMs: Number(row?.at_ms ?? 0) };
  }

  lines({ after, before, newestFirst, linesMax, words }: ArchiveQuery): readonly Line[] {
    if (words !== undefined) return this.#found(words, { after, before, linesMax });
    const name = newestFirst ? "newest" : "oldest";
    return this.#journal.read(() => this.#statements.rows(name, after, before, linesMax).map(lineOf)) ?? [];
  }

  unread({ name, after, before, linesMax }: UnreadQuery & { readonly before: number }): number {
    if (before <= after + 1 || linesMax === 0) return 0;
    const count = () => Number(this.#statements.row("unread", after, before, name, linesMax)?.count);
    return this.#journal.read(count) ?? 0;
  }

  /** Inside a transaction: keeps a line. */
  add({ sequence, atMs, from, text, nonce }: Line): void {
    const added = this.#statements.run("add", sequence, atMs, from.name, text, nonce ?? null);
    if (added > 0) this.#statements.run("index", sequence, wordsOf(text));
    this.#untilTrim -= 1;
    if (this.#untilTrim > 0) return;
    this.#untilTrim = this.#limits.trimLines;
    this.#trim();
  }

  /** A line is kept nowhere but in memory: the disk refused it. */
  lost(sequence: number): void {
    this.#forgotten = Math.max(this.#forgotten, sequence);
  }

  #found({ phrases }: SearchWords, { after, before, linesMax }: Omit<ArchiveQuery, "newestFirst">): readonly Line[] {
    // Each in quotes: a word holds none, and so is never taken for syntax.
    const match = phrases.map((phrase) => `"${phrase}"`).join(" ");
    const last = Math.min(before, Number.MAX_SAFE_INTEGER);
    return this.#journal.read(() => this.#statements.rows("found", match, after, last, linesMax).map(lineOf)) ?? [];
  }

  #trim(): void {
    const { linesMax, bytesMax, trimLines } = this.#limits;
    const count =
      (this.#count ?? Number(this.#statements.row("count")?.count)) + (this.#count === undefined ? 0 : trimLines);
    this.#count = count;
    if (count <= linesMax && Number(this.#statements.row("bytes")?.bytes) <= bytesMax) return;
    const oldest = this.#statements.rows("first", 2 * trimLines);
    for (const { sequence, text } of oldest) this.#statements.run("unindex", Number(sequence), wordsOf(String(text)));
    const last = Number(oldest.at(-1)?.sequence);
    this.#count = count - this.#statements.run("forgetUpTo", last);
    this.#statements.run("setForgotten", last);
    this.lost(last);
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
