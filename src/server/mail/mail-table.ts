// Owns the mailbox's tables: names that were here, and whispers that wait for them. It must not know when a write is due, or
// what time it is. Invariant: what waits has a limit.

import type { DatabaseSync } from "node:sqlite";
import { nameKey } from "../../protocol/name.ts";
import { textBytes } from "../../protocol/text.ts";
import { type Row, Statements } from "../data/statements.ts";
import { ANSWERS_MAX } from "../doors/door.ts";

/** A whisper that waits. */
export interface KeptWhisper {
  /** Where in the room's log it was whispered. */
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

/** That a whisper was kept, by what its sender called it. */
export interface KeptAnswer {
  readonly sender: string;
  readonly nonce: string;
}

/** What becomes of a whisper. "absent": the name was never seen. */
export type KeepOutcome = "kept" | "absent" | "full";

const SQL = {
  nameOf: "SELECT line FROM names WHERE key = ?",
  countNames: "SELECT count(*) AS count FROM names",
  countMail: "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM mail",
  countMailOf: "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM mail WHERE key = ?",
  mailOf: "SELECT id, at_ms AS atMs, sender, text FROM mail WHERE key = ? ORDER BY id",
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
  answer: "INSERT INTO kept (sender, nonce) VALUES (?, ?)",
  answers: "SELECT sender, nonce FROM kept ORDER BY id",
  forgetAnswers: "DELETE FROM kept WHERE id <= (SELECT max(id) FROM kept) - ?",
  keep: "INSERT OR IGNORE INTO mail (id, key, sender, at_ms, text, bytes) VALUES (?, ?, ?, ?, ?, ?)",
  take: "DELETE FROM mail WHERE id = ?",
  takeAllOf: "DELETE FROM mail WHERE key = ?",
  // Who is here with the name is here as before.
  forgetName: "DELETE FROM names WHERE key = ? AND line IS NOT NULL",
  pruneMail: "DELETE FROM mail WHERE at_ms < ?",
  pruneNames: `DELETE FROM names WHERE line IS NOT NULL AND seen_ms < ?
    AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.key = names.key)`,
} as const;

export class MailTable {
  readonly #statements: Statements<keyof typeof SQL>;
  readonly #limits: MailLimits;

  /**
   * `lastLine`: nobody is online, and every line that was said before this start has a place up to this; undefined where
   * sessions outlive this server.
   */
  constructor(database: DatabaseSync, limits: MailLimits, lastLine: number | undefined) {
    this.#statements = new Statements(database, SQL);
    this.#limits = limits;
    database.function("name_key", { deterministic: true }, (key) => nameKey(String(key)));
    this.#statements.run("rekeyNames");
    this.#statements.run("rekeyMail");
    if (lastLine !== undefined) this.#statements.run("allLeft", lastLine);
  }

  get counts(): { readonly names: number; readonly waiting: number } {
    const [names, mail] = [this.#statements.row("countNames"), this.#statements.row("countMail")];
    return { names: Number(names?.count), waiting: Number(mail?.count) };
  }

  /** The whispers that wait for a name, in their order. */
  mailOf(key: string): readonly KeptWhisper[] {
    return this.#statements.rows("mailOf", key).map(whisperOf);
  }

  /** The last line before a name left; undefined when it was never seen, or is online. */
  leftAt(key: string): number | undefined {
    const line = this.#statements.row("nameOf", key)?.line;
    return typeof line === "number" ? line : undefined;
  }

  see(key: string, atMs: number): void {
    const isNew = this.#statements.row("nameOf", key) === undefined;
    if (isNew && Number(this.#statements.row("countNames")?.count) >= this.#limits.namesMax) {
      if (this.#statements.run("forgetOne") === 0) return;
    }
    this.#statements.run("see", key, atMs);
  }

  /** `line` is the last line to All that the name heard. */
  leave(key: string, atMs: number, line: number): void {
    this.#statements.run("leave", atMs, line, key);
  }

  /** Which whispers were kept, oldest first: the last of them. */
  get answers(): readonly KeptAnswer[] {
    return this.#statements.rows("answers").map(({ sender, nonce }) => {
      return { sender: String(sender), nonce: String(nonce) };
    });
  }

  /** Inside a transaction: keeps a whisper, and the answer to who gave it a nonce. */
  keep(
    key: string,
    { id, sender, atMs, text, nonce }: KeptWhisper & { readonly nonce: string | undefined },
  ): KeepOutcome {
    if (this.#statements.row("nameOf", key) === undefined) return "absent";
    const bytes = textBytes(sender) + textBytes(text);
    const own = this.#statements.row("countMailOf", key);
    const { perNameMax, bytesPerNameMax, bytesMax } = this.#limits;
    const full = Number(own?.count) >= perNameMax || Number(own?.bytes) + bytes > bytesPerNameMax;
    if (full || Number(this.#statements.row("countMail")?.bytes) + bytes > bytesMax) return "full";
    this.#statements.run("keep", id, key, sender, atMs, text, bytes);
    if (nonce === undefined) return "kept";
    this.#statements.run("answer", sender, nonce);
    this.#statements.run("forgetAnswers", ANSWERS_MAX);
    return "kept";
  }

  take(id: number): void {
    this.#statements.run("take", id);
  }

  /** Forgets what waits for a name, and when it was here last. */
  forget(key: string): void {
    this.#statements.run("takeAllOf", key);
    this.#statements.run("forgetName", key);
  }

  /** Forgets what is older. */
  prune(beforeMs: number): void {
    this.#statements.run("pruneMail", beforeMs);
    this.#statements.run("pruneNames", beforeMs);
  }
}

function whisperOf({ id, atMs, sender, text }: Row): KeptWhisper {
  return { id: Number(id), atMs: Number(atMs), sender: String(sender), text: String(text) };
}
