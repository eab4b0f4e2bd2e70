// Owns when changes of the database are written: those of one turn of the event loop are one transaction (group commit). It
// must not know what a change does. Invariant: a change is told done only when it is in the file, and one that was promised
// only when the disk has it; changes are made in the order in which they came.

import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock.ts";
import { DATA_CHANGES_MAX, DATA_LAZY_MS, DATA_RETRIES_MAX } from "../limits.ts";

export interface Change {
  /**
   * "promised": at the end of this turn, and it survives a power cut. "soon": at the end of this turn, and it survives the
   * process. "later": within DATA_LAZY_MS, the same.
   */
  readonly when: "promised" | "soon" | "later";
  /** Changes tables, inside the transaction. What it throws undoes the whole transaction. */
  readonly make: () => void;
  readonly done?: () => void;
  readonly failed?: () => void;
  /** What becomes of it when it could not be written; without it, nothing. "bounded": the oldest of many are given up. */
  readonly retries?: "always" | "bounded";
}

export interface JournalOptions {
  readonly clock: Clock;
  /** The disk refused something. Called once, and again only after a write that worked. */
  readonly onFault: (error: unknown) => void;
}

export class Journal {
  readonly #database: DatabaseSync;
  readonly #options: JournalOptions;
  #changes: Change[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #cancelLazy: (() => void) | undefined;
  #faulty = false;
  #closed = false;

  constructor(database: DatabaseSync, options: JournalOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** It is not made before this returns. */
  add(change: Change): void {
    if (this.#changes.length >= DATA_CHANGES_MAX && change.when !== "later") this.write();
    this.#changes.push(change);
    if (change.when === "later") this.#writeLater();
    else this.#immediate ??= setImmediate(() => this.write());
  }

  /** What `read` gives, behind all that was added; undefined when the disk refuses. */
  read<T>(read: () => T): T | undefined {
    this.write();
    try {
      return read();
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  }

  /** Writes what was added, now. */
  write(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#cancelLazy?.();
    this.#cancelLazy = undefined;
    const changes = this.#changes;
    if (changes.length === 0 || this.#closed) return;
    this.#changes = [];
    try {
      this.#commit(changes);
    } catch (error) {
      this.#failed(error, changes);
      return;
    }
    this.#faulty = false;
    for (const { done } of changes) done?.();
  }

  /** Writes what was added, and closes the database. */
  close(): void {
    if (this.#closed) return;
    this.write();
    this.#cancelLazy?.();
    this.#closed = true;
    this.#database.close();
  }

  #commit(changes: readonly Change[]): void {
    const isPromised = changes.some(({ when }) => when === "promised");
    this.#database.exec(`PRAGMA synchronous = ${isPromised ? "FULL" : "NORMAL"}; BEGIN IMMEDIATE`);
    try {
      for (const { make } of changes) make();
      this.#database.exec("COMMIT");
    } catch (error) {
      // SQLite has rolled back by itself when the disk was full.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #failed(error: unknown, changes: readonly Change[]): void {
    const always = changes.filter(({ retries }) => retries === "always");
    const bounded = changes.filter(({ retries }) => retries === "bounded").slice(-DATA_RETRIES_MAX);
    this.#changes = [...always, ...bounded];
    if (this.#changes.length > 0) this.#writeLater();
    this.#fault(error);
    for (const { failed } of changes) failed?.();
  }

  #fault(error: unknown): void {
    if (!this.#faulty) this.#options.onFault(error);
    this.#faulty = true;
  }

  #writeLater(): void {
    this.#cancelLazy ??= this.#options.clock.after(DATA_LAZY_MS, () => this.write());
  }
}
