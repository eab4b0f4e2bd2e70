// Owns the mailbox's tables. A list of changes is one transaction. It must not know when a write is due, or what time it is.
// Invariant: write() makes every change, or throws and makes none. Once it returns, whispers are on the disk.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { nameKey } from "../../protocol/name.ts";
import { textBytes } from "../../protocol/text.ts";

export interface KeptMessage {
  readonly id: number;
  readonly atMs: number;
  readonly sender: string;
  readonly text: string;
}

export interface MailLimits {
  /** Whispers for one name, and their bytes. */
  readonly perNameMax: number;
  readonly bytesPerNameMax: number;
  /** Bytes of whispers for all names. */
  readonly bytesMax: number;
  readonly namesMax: number;
}

/** What becomes of a whisper. "absent": the name was never seen. */
export type KeepOutcome = "kept" | "absent" | "full";

/** A change of the tables. For a name that left, `line` is the last line to All that it heard. */
export type Change =
  | { readonly kind: "seen"; readonly key: string; readonly atMs: number }
  | { readonly kind: "left"; readonly key: string; readonly atMs: number; readonly line: number }
  | ({ readonly kind: "whisper"; readonly key: string } & Omit<KeptMessage, "id">)
  | { readonly kind: "taken"; readonly id: number }
  | ({ readonly kind: "line" } & KeptMessage)
  /** Forgets every line up to this one. */
  | { readonly kind: "lines-over"; readonly line: number }
  /** Forgets everything that is older. */
  | { readonly kind: "prune"; readonly beforeMs: number };

const SQL = {
  nameOf: "SELECT line FROM names WHERE key = ?",
  countNames: "SELECT count(*) AS count FROM names",
  countMail: "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM mail",
  countMailOf: "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM mail WHERE key = ?",
  mailOf: "SELECT id, at_ms AS atMs, sender, text FROM mail WHERE key = ? ORDER BY id",
  lines: "SELECT id, at_ms AS atMs, sender, text FROM lines ORDER BY id",
  lastLine: "SELECT max((SELECT coalesce(max(id), 0) FROM lines), (SELECT coalesce(max(line), 0) FROM names)) AS id",
  // The keys of an older server may tell names apart that are now the same.
  rekeyNames: "UPDATE OR REPLACE names SET key = name_key(key) WHERE key <> name_key(key)",
  rekeyMail: "UPDATE mail SET key = name_key(key) WHERE key <> name_key(key)",
  // Whoever was online when the server ended has heard all that was said.
  allLeft: "UPDATE names SET line = ? WHERE line IS NULL",
  see: "INSERT INTO names VALUES (?, ?, NULL) ON CONFLICT (key) DO UPDATE SET seen_ms = excluded.seen_ms, line = NULL",
  // The name that is away for longest and has no mail gives way to a new one.
  forgetOne: `DELETE FROM names WHERE key = (SELECT key FROM names WHERE line IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.key = names.key) ORDER BY seen_ms LIMIT 1)`,
  leave: "UPDATE names SET seen_ms = ?, line = ? WHERE key = ?",
  keep: "INSERT INTO mail (key, sender, at_ms, text, bytes) VALUES (?, ?, ?, ?, ?)",
  take: "DELETE FROM mail WHERE id = ?",
  say: "INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?)",
  pruneMail: "DELETE FROM mail WHERE at_ms < ?",
  pruneNames: `DELETE FROM names WHERE line IS NOT NULL AND seen_ms < ?
    AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.key = names.key)`,
  pruneLines: "DELETE FROM lines WHERE at_ms < ?",
  forgetLines: "DELETE FROM lines WHERE id <= ?",
} as const;

type Row = Readonly<Record<string, number | string>>;

export class MailStore {
  readonly #database: DatabaseSync;
  readonly #limits: MailLimits;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, limits: MailLimits) {
    this.#database = database;
    this.#limits = limits;
    database.function("name_key", { deterministic: true }, (key) => nameKey(String(key)));
    this.#run("rekeyNames");
    this.#run("rekeyMail");
    this.#run("allLeft", this.lastLine);
  }

  /** The number of the last line that was ever said, as far as it is known. */
  get lastLine(): number {
    return Number(this.#row("lastLine")?.id);
  }

  get counts(): { readonly names: number; readonly waiting: number } {
    return { names: Number(this.#row("countNames")?.count), waiting: Number(this.#row("countMail")?.count) };
  }

  /** In the order in which they were said. */
  lines(): readonly KeptMessage[] {
    return this.#rows("lines").map(messageOf);
  }

  /** The whispers that wait for a name, in their order. */
  mailOf(key: string): readonly KeptMessage[] {
    return this.#rows("mailOf", key).map(messageOf);
  }

  /** The last line before a name left; undefined when it was never seen, or is online. */
  leftAt(key: string): number | undefined {
    const line = this.#row("nameOf", key)?.line;
    return typeof line === "number" ? line : undefined;
  }

  /** Makes the changes, and says what became of each whisper, in their order. */
  write(changes: readonly Change[]): readonly KeepOutcome[] {
    // A whisper is promised to its sender, so it must survive a power cut. The rest must only survive the process.
    const promises = changes.some(({ kind }) => kind === "whisper");
    this.#database.exec(`PRAGMA synchronous = ${promises ? "FULL" : "NORMAL"}; BEGIN IMMEDIATE`);
    try {
      const outcomes = changes.flatMap((change) => this.#make(change) ?? []);
      this.#database.exec("COMMIT");
      return outcomes;
    } catch (error) {
      // SQLite has rolled back by itself when the disk was full.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #make(change: Change): KeepOutcome | undefined {
    switch (change.kind) {
      case "seen":
        this.#see(change.key, change.atMs);
        return undefined;
      case "left":
        this.#run("leave", change.atMs, change.line, change.key);
        return undefined;
      case "whisper":
        return this.#keep(change);
      case "taken":
        this.#run("take", change.id);
        return undefined;
      case "line":
        this.#run("say", change.id, change.atMs, change.sender, change.text);
        return undefined;
      case "prune":
        this.#run("pruneMail", change.beforeMs);
        this.#run("pruneNames", change.beforeMs);
        this.#run("pruneLines", change.beforeMs);
        return undefined;
      case "lines-over":
        this.#run("forgetLines", change.line);
        return undefined;
    }
  }

  #see(key: string, atMs: number): void {
    const isNew = this.#row("nameOf", key) === undefined;
    if (isNew && Number(this.#row("countNames")?.count) >= this.#limits.namesMax) {
      if (this.#run("forgetOne") === 0) return;
    }
    this.#run("see", key, atMs);
  }

  #keep({ key, sender, atMs, text }: Extract<Change, { kind: "whisper" }>): KeepOutcome {
    if (this.#row("nameOf", key) === undefined) return "absent";
    const bytes = textBytes(sender) + textBytes(text);
    const own = this.#row("countMailOf", key);
    const { perNameMax, bytesPerNameMax, bytesMax } = this.#limits;
    const full = Number(own?.count) >= perNameMax || Number(own?.bytes) + bytes > bytesPerNameMax;
    if (full || Number(this.#row("countMail")?.bytes) + bytes > bytesMax) return "full";
    this.#run("keep", key, sender, atMs, text, bytes);
    return "kept";
  }

  #run(name: keyof typeof SQL, ...values: readonly (number | string)[]): number {
    return Number(this.#statement(name).run(...values).changes);
  }

  #row(name: keyof typeof SQL, ...values: readonly (number | string)[]): Row | undefined {
    return this.#statement(name).get(...values) as Row | undefined;
  }

  #rows(name: keyof typeof SQL, ...values: readonly (number | string)[]): readonly Row[] {
    return this.#statement(name).all(...values) as Row[];
  }

  #statement(name: keyof typeof SQL): StatementSync {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(SQL[name]);
    this.#statements.set(name, statement);
    return statement;
  }
}

function messageOf({ id, atMs, sender, text }: Row): KeptMessage {
  return { id: Number(id), atMs: Number(atMs), sender: String(sender), text: String(text) };
}
