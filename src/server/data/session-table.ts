// Owns who is online in a room on several servers, as far as its log is applied. It must not know when a write is due.

import type { DatabaseSync } from "node:sqlite";
import type { User } from "../../room/entry.ts";
import { Statements } from "./statements.ts";

const SQL = {
  all: "SELECT session, name FROM sessions ORDER BY sequence",
  put: "INSERT OR REPLACE INTO sessions (session, name, sequence) VALUES (?, ?, ?)",
  remove: "DELETE FROM sessions WHERE session = ?",
} as const;

export class SessionTable {
  readonly #statements: Statements<keyof typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database, SQL);
  }

  /** In the order in which they came. */
  all(): readonly User[] {
    return this.#statements.rows("all").map(({ session, name }) => ({ session: String(session), name: String(name) }));
  }

  put({ session, name }: User, sequence: number): void {
    this.#statements.run("put", session, name, sequence);
  }

  remove({ session }: User): void {
    this.#statements.run("remove", session);
  }
}
