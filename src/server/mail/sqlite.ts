// Owns how the mailbox's database is opened, and what is wrong with a file that cannot be one. SQLite is loaded only
// when there is a mailbox: a server without one is smaller and starts sooner.

import { closeSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { tellSystemError } from "../../options/index.ts";

/** "Howd": marks our files (SQLite, PRAGMA application_id). */
const APPLICATION_ID = 0x486f7764;
const SCHEMA_VERSION = 1;

/** Somebody else holds the file's lock (SQLite, "Result Codes"). */
const SQLITE_BUSY = 5;

const SCHEMA = `
CREATE TABLE names (key TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL, line INTEGER) WITHOUT ROWID;
CREATE TABLE mail (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, sender TEXT NOT NULL,
  at_ms INTEGER NOT NULL, text TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX mail_of ON mail (key);
CREATE TABLE lines (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** No mailbox can be kept in the file. */
export class MailboxFileError extends Error {
  override readonly name = "MailboxFileError";
}

/**
 * Opens a mailbox's file, made if it is not there, for this process alone.
 * @throws MailboxFileError in one line for the user.
 */
export function openMailboxFile(file: string): DatabaseSync {
  try {
    // Only its user may read it; SQLite gives its other files the same mode.
    closeSync(openSync(file, "a", 0o600));
    const database = new (process.getBuiltinModule("node:sqlite").DatabaseSync)(file);
    try {
      prepare(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw new MailboxFileError(`the mailbox ${file} cannot be used: ${reason(error)}`, { cause: error });
  }
}

function prepare(database: DatabaseSync): void {
  // Exclusive: no other server may use it at the same time, and no shared memory lies beside it.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;");
  const check = String(Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0]);
  if (check !== "ok") throw new Error(`it is damaged (${check.replaceAll("\n", " ")})`);
  const empty = database.prepare("SELECT 1 FROM sqlite_master LIMIT 1").get() === undefined;
  if (empty) database.exec(SCHEMA);
  const { application_id: id } = database.prepare("PRAGMA application_id").get() ?? {};
  const { user_version: version } = database.prepare("PRAGMA user_version").get() ?? {};
  if (id !== APPLICATION_ID) throw new Error("it is another program's database");
  if (version !== SCHEMA_VERSION)
    throw new Error(`it is of version ${version}, and this server knows ${SCHEMA_VERSION}`);
  database.exec("COMMIT");
}

function reason(error: unknown): string {
  if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return "another server uses it";
  return tellSystemError(error);
}
