// Owns when changes of the database are written: those of one turn of the event loop are one transaction (group commit). It
// must not know what a change does. Invariant: a change is told done only when it is in the file, and one that was promised
// only when the disk has it; changes are made in the order in which they came. Of a log that several servers share, no
// transaction has a part of an entry, and none is left out.

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
  /**
   * Where the changes come of a log that outlives this file: says, as the last change of each transaction, how far it is applied.
   * A change that could not be written is tried again then, whatever it is; and nothing is promised, for the log has it.
   */
  readonly seal?: (() => void) | undefined;
}

/** So much waits to be tried again that nothing more is written until the next start, which goes on from what is there. */
export class GivenUpError extends Error {
  override readonly name = "GivenUpError";

  constructor(cause: unknown) {
    super(
      "nothing more is kept there until this server is started again, which takes what is missing from the room's log",
      {
        cause,
      },
    );
  }
}

export class Journal {
  readonly #database: DatabaseSync;
  readonly #options: JournalOptions;
  #changes: Change[] = [];
  /** How many of them, with a log that outlives the file, are of entries that are whole; and whether one is that has no change. */
  #whole = 0;
  #isUnsealed = false;
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
    const isFull = this.#changes.length >= DATA_CHANGES_MAX && change.when !== "later";
    if (isFull && this.#options.seal === undefined) this.write();
    if (this.#closed) change.failed?.();
    else this.#changes.push(change);
    const isSoon = change.when !== "later" && !(this.#faulty && this.#options.seal !== undefined);
    if (!isSoon) this.#writeLater();
    else this.#immediate ??= setImmediate(() => this.write());
  }

  /** With a log that outlives the file: all changes that an entry makes are added. */
  entryEnded(): void {
    this.#whole = this.#changes.length;
    this.#isUnsealed = true;
    if (this.#whole >= DATA_CHANGES_MAX && !this.#faulty) this.write();
    else this.#writeLater();
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

  /** Writes what was added, now; of a log that outlives the file, whole entries. */
  write(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#cancelLazy?.();
    this.#cancelLazy = undefined;
    const count = this.#options.seal === undefined ? this.#changes.length : this.#whole;
    if ((count === 0 && !this.#isUnsealed) || this.#closed) return;
    const changes = this.#changes.splice(0, count);
    this.#whole = 0;
    try {
      this.#commit(changes);
    } catch (error) {
      this.#failed(error, changes);
      return;
    }
    this.#faulty = false;
    this.#isUnsealed = false;
    for (const { done } of changes) done?.();
  }

  /** Writes what was added, and closes the database. */
  close(): void {
    if (this.#closed) return;
    this.#whole = this.#changes.length;
    this.write();
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#cancelLazy?.();
    this.#closed = true;
    this.#database.close();
  }

  #commit(changes: readonly Change[]): void {
    const { seal } = this.#options;
    const isPromised = seal === undefined && changes.some(({ when }) => when === "promised");
    this.#database.exec(`PRAGMA synchronous = ${isPromised ? "FULL" : "NORMAL"}; BEGIN IMMEDIATE`);
    try {
      for (const { make } of changes) make();
      seal?.();
      this.#database.exec("COMMIT");
    } catch (error) {
      // SQLite has rolled back by itself when the disk was full.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #failed(error: unknown, changes: readonly Change[]): void {
    if (this.#options.seal !== undefined) {
      this.#tryAllAgain(error, changes);
      return;
    }
    const always = changes.filter(({ retries }) => retries === "always");
    const bounded = changes.filter(({ retries }) => retries === "bounded").slice(-DATA_RETRIES_MAX);
    this.#changes = [...always, ...bounded];
    if (this.#changes.length > 0) this.#writeLater();
    this.#fault(error);
    for (const { failed } of changes) failed?.();
  }

  #tryAllAgain(error: unknown, changes: readonly Change[]): void {
    this.#changes = [...changes, ...this.#changes];
    this.#whole = changes.length;
    this.#fault(error);
    if (this.#changes.length <= DATA_RETRIES_MAX) this.#writeLater();
    else this.#giveUp(error);
  }

  #giveUp(error: unknown): void {
    this.#options.onFault(new GivenUpError(error));
    const changes = this.#changes.splice(0);
    this.#end();
    for (const { failed } of changes) failed?.();
  }

  #fault(error: unknown): void {
    if (!this.#faulty) this.#options.onFault(error);
    this.#faulty = true;
  }

  #writeLater(): void {
    if (this.#closed) return;
    this.#cancelLazy ??= this.#options.clock.after(DATA_LAZY_MS, () => this.write());
  }
}
