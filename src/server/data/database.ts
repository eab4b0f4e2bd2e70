// Owns how a data folder and its database are opened, and what is wrong with those that cannot be used. SQLite is loaded only
// when there is a data folder: a server without one is smaller and starts sooner. Invariant: a database is migrated as a
// whole or not at all, whenever the process is killed.

import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { tellSystemError } from "../../options/index.ts";
import { wordsOf } from "../../room/search-words.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";

/** The database's name in a data folder. */
export const DATABASE_FILE = "howdy.db";

/** Somebody else holds the file's lock (SQLite, "Result Codes"). */
const SQLITE_BUSY = 5;

/** Bytes of a database that is checked as a whole at the start: more would take seconds. */
const CHECKED_BYTES_MAX = 67_108_864;

/** The mode bits by which the group and all others may write. */
const OTHERS_WRITE = 0o022;

/** Nothing can be kept in the folder. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

/**
 * Opens a data folder's database for this process alone. Makes what is not there. Without a folder, it is in memory.
 * @throws DataFolderError in one line for the user.
 */
export function openDatabase(folder: string | undefined, migrations: readonly string[] = MIGRATIONS): DatabaseSync {
  if (folder === undefined) return openInMemory(migrations);
  try {
    prepareFolder(folder);
    const file = join(folder, DATABASE_FILE);
    // Only its user may read it; SQLite gives its other files the same mode.
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
    const database = databaseAt(file);
    try {
      prepare(database, migrations, statSync(file).size <= CHECKED_BYTES_MAX);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw new DataFolderError(`the data folder ${folder} cannot be used: ${reason(error)}`, { cause: error });
  }
}

/** A database that nobody else sees, and that ends with this process. */
export function openInMemory(migrations: readonly string[]): DatabaseSync {
  const database = databaseAt(":memory:");
  migrate(database, migrations);
  return database;
}

function databaseAt(path: string): DatabaseSync {
  const database = new (process.getBuiltinModule("node:sqlite").DatabaseSync)(path);
  // What a snapshot puts aside fills no other disk, where one may not write, either.
  database.exec("PRAGMA temp_store = MEMORY");
  return database;
}

function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode } = statSync(folder);
  if ((mode & OTHERS_WRITE) !== 0) throw new Error("others may write in it; chmod 700 makes it this user's");
}

function prepare(database: DatabaseSync, migrations: readonly string[], isChecked: boolean): void {
  // Exclusive: no other server may use it at the same time, and no shared memory lies beside it.
  database.exec(
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
  );
  if (isChecked) check(database);
  migrate(database, migrations);
  database.exec("COMMIT");
}

function check(database: DatabaseSync): void {
  const found = String(Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0]);
  if (found !== "ok") throw new Error(`it is damaged (${found.replaceAll("\n", " ")})`);
}

export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_master LIMIT 1").get() === undefined;
  const { application_id: id } = database.prepare("PRAGMA application_id").get() ?? {};
  if (!isEmpty && id !== APPLICATION_ID) throw new Error(`${DATABASE_FILE} is another program's database`);
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > migrations.length) {
    throw new Error(`it is of version ${version}, and this server knows up to ${migrations.length}: start a newer one`);
  }
  database.function("words_of", { deterministic: true }, (text) => wordsOf(String(text)));
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

function reason(error: unknown): string {
  if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return "another server uses it";
  return tellSystemError(error);
}
