// Owns what a data folder knows of the room's log: which log it is, and where it goes on after a restart. Invariant: no place
// of one log is given twice, also where entries were lost with the process: places are reserved before they are given.

import type { DatabaseSync } from "node:sqlite";
import { DATA_PLACES_RESERVED } from "../limits.ts";
import type { Journal } from "./journal.ts";
import { Statements } from "./statements.ts";

const SQL = {
  get: "SELECT identity, reserved, secret FROM log",
  reserve: "UPDATE log SET reserved = ?",
} as const;

export class LogTable {
  readonly identity: string;
  /** 32 random bytes that stay the same. */
  readonly secret: Uint8Array;
  /** The last place that may have been given before this start. */
  readonly reached: number;
  readonly #statements: Statements<keyof typeof SQL>;
  readonly #journal: Journal;
  #reserved: number;

  constructor(database: DatabaseSync, journal: Journal) {
    this.#statements = new Statements(database, SQL);
    this.#journal = journal;
    const row = this.#statements.row("get");
    this.identity = String(row?.identity);
    if (!(row?.secret instanceof Uint8Array)) throw new Error("a migrated database has a secret");
    this.secret = row.secret;
    this.reached = Number(row?.reserved);
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
