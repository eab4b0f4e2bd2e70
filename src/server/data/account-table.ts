// Owns the accounts that a data folder keeps. It must not know when a write is due, or who may ask for one.

import type { DatabaseSync } from "node:sqlite";
import { nameKey } from "../../protocol/name.ts";
import type { Account } from "../../room/entry.ts";
import { Statements } from "./statements.ts";

const SQL = {
  all: "SELECT name, salt, stored_key, server_key, since, mark FROM accounts",
  put: `INSERT OR REPLACE INTO accounts (key, name, salt, stored_key, server_key, since, mark)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  remove: "DELETE FROM accounts WHERE key = ?",
} as const;

export class AccountTable {
  readonly #statements: Statements<keyof typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database, SQL);
  }

  all(): readonly Account[] {
    return this.#statements.rows("all").map(({ name, salt, stored_key: storedKey, server_key: serverKey, ...row }) => ({
      name: String(name),
      credentials: { salt: String(salt), storedKey: String(storedKey), serverKey: String(serverKey) },
      since: Number(row.since),
      mark: row.mark === null ? undefined : Number(row.mark),
    }));
  }

  put({ name, credentials: { salt, storedKey, serverKey }, since, mark }: Account): void {
    this.#statements.run("put", nameKey(name), name, salt, storedKey, serverKey, since, mark ?? null);
  }

  remove(name: string): void {
    this.#statements.run("remove", nameKey(name));
  }
}
