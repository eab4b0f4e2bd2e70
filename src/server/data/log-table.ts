// Owns what a data folder knows of the room's log: which log it is, and where it goes on after a restart. Invariant: no place
// of one log is given twice, also where entries were lost with the process: places are reserved before they are given.

import type { DatabaseSync } from "node:sqlite";
import { DATA_PLACES_RESERVED } from "../limits.ts";
import type { Journal } from "./journal.ts";
import { Statements } from "./statements.ts";

const SQL = {
  get: "SELECT identity, reserved, secret, position, applied FROM log",
  reserve: "UPDATE log SET reserved = ?",
  adopt: "UPDATE log SET identity = ?",
  seal: "UPDATE log SET position = ?, applied = ?",
} as const;

/** What a folder says of the log that it is of. */
export interface KnownLog {
  readonly identity: string;
  readonly secret: Uint8Array;
  /** The last place that may have been given by a server that was the whole room; 0: there was none. */
  readonly reserved: number;
  /** How far a log that several servers share is applied; undefined where none was. */
  readonly position: string | undefined;
  /** The place of the last entry of it that is. */
  readonly applied: number;
}

export function knownLog(database: DatabaseSync): KnownLog {
  const { identity, reserved, secret, position, applied } = new Statements(database, SQL).row("get") ?? {};
  if (!(secret instanceof Uint8Array)) throw new Error("a migrated database has a secret");
  return {
    identity: String(identity),
    secret,
    reserved: Number(reserved),
    position: typeof position === "string" ? position : undefined,
    applied: Number(applied),
  };
}

/** The folder is of this log from now on. */
export function adoptLog(database: DatabaseSync, identity: string): void {
  new Statements(database, SQL).run("adopt", identity);
}

/** The log of a room that is one process. */
export class OwnLogTable {
  /** The last place that may have been given before this start. */
  readonly reached: number;
  readonly #statements: Statements<keyof typeof SQL>;
  readonly #journal: Journal;
  #reserved: number;

  constructor(database: DatabaseSync, journal: Journal) {
    this.#statements = new Statements(database, SQL);
    this.#journal = journal;
    this.reached = knownLog(database).reserved;
    this.#reserved = this.reached + DATA_PLACES_RESERVED;
    this.#statements.run("reserve", this.#reserved);
  }

  /** The log has come to a place. More are reserved long before they are needed. */
  passes(sequence: number): void {
    if (this.#reserved - sequence > DATA_PLACES_RESERVED / 2) return;
    this.#reserved += DATA_PLACES_RESERVED;
    const reserved = this.#reserved;
    this.#journal.add({ when: "promised", retries: "always", make: () => this.#statements.run("reserve", reserved) });
  }
}

/** The log of a room on several servers. */
export class SharedLogTable {
  readonly #statements: Statements<keyof typeof SQL>;
  readonly #position: () => string;
  #applied: number;

  /** `position` says behind which message all is applied. */
  constructor(database: DatabaseSync, position: () => string) {
    this.#statements = new Statements(database, SQL);
    this.#position = position;
    this.#applied = knownLog(database).applied;
  }

  /** All that the entry at this place does is added. */
  passes(sequence: number): void {
    this.#applied = sequence;
  }

  /** Inside a transaction, which has whole entries only: says how far they go. */
  seal(): void {
    this.#statements.run("seal", this.#position(), this.#applied);
  }
}
