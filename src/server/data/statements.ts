// Owns how a table's SQL is run: each statement is prepared once. It must not know what the statements say.

import type { DatabaseSync, StatementSync } from "node:sqlite";

export type Value = number | string | null | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

export class Statements<Name extends string> {
  readonly #database: DatabaseSync;
  readonly #sql: Readonly<Record<Name, string>>;
  readonly #prepared = new Map<Name, StatementSync>();

  constructor(database: DatabaseSync, sql: Readonly<Record<Name, string>>) {
    this.#database = database;
    this.#sql = sql;
  }

  /** Rows that it changed. */
  run(name: Name, ...values: readonly Value[]): number {
    return Number(this.#statement(name).run(...values).changes);
  }

  row(name: Name, ...values: readonly Value[]): Row | undefined {
    return this.#statement(name).get(...values);
  }

  rows(name: Name, ...values: readonly Value[]): readonly Row[] {
    return this.#statement(name).all(...values);
  }

  #statement(name: Name): StatementSync {
    const known = this.#prepared.get(name);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(this.#sql[name]);
    this.#prepared.set(name, statement);
    return statement;
  }
}
