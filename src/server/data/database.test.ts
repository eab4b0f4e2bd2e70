// What a data folder may be, what it becomes, and what is said of one that cannot be used.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { SearchWords } from "../../room/search-words.ts";
import { TestData } from "../fixtures/test-data.ts";
import { DATABASE_FILE, DataFolderError, openDatabase } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";

const OPENER = fileURLToPath(new URL("fixtures/killed-opener.ts", import.meta.url));

/** An empty folder. */
class Folder implements Disposable {
  readonly #kept = new TestData();
  readonly path = join(this.#kept.folder, "data");
  readonly file = join(this.path, DATABASE_FILE);

  /** A mailbox of before there were data folders, with mail, a line, and who heard it. */
  makeMailbox(): void {
    mkdirSync(this.path);
    const database = new DatabaseSync(this.file);
    database.exec(MIGRATIONS[0] ?? "");
    database.exec(`PRAGMA user_version = 1;
      INSERT INTO lines VALUES (7, 1000, 'Jon', 'heard'), (8, 2000, 'Jon', 'unheard');
      INSERT INTO names VALUES ('zoë', 1000, 7);
      INSERT INTO mail (key, sender, at_ms, text, bytes) VALUES ('zoë', 'Jon', 1500, 'psst', 7);`);
    database.close();
  }

  version(): unknown {
    using database = new DatabaseSync(this.file);
    return database.prepare("PRAGMA user_version").get()?.user_version;
  }

  /** A data folder whose days are long enough for what is very old. */
  open(): TestData {
    return new TestData({ folder: this.path, days: 1e6 });
  }

  [Symbol.dispose](): void {
    this.#kept[Symbol.dispose]();
  }
}

test("a data folder that is not there is made, and is its user's alone, with all that is in it", () => {
  using folder = new Folder();
  openDatabase(folder.path).close();
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  expect(statSync(folder.file).mode & 0o777).toBe(0o600);
  chmodSync(folder.file, 0o644);
  const database = openDatabase(folder.path);
  expect([folder.file, `${folder.file}-wal`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  database.close();
});

describe("a mailbox of before", () => {
  test("is taken in: its mail is delivered, its lines are history, and the log goes on behind them", () => {
    using folder = new Folder();
    folder.makeMailbox();
    using kept = folder.open();
    expect(kept.data.logStart).toMatchObject({ sequence: 8, atMs: 2000 });
    const part = { after: 0, before: 100, newestFirst: false, linesMax: 10 };
    expect(kept.data.archive.lines(part).map(({ sequence, text }) => [sequence, text])).toEqual([
      [7, "heard"],
      [8, "unheard"],
    ]);
    const words = new SearchWords("UNHEARD");
    expect(kept.data.archive.lines({ ...part, words }).map(({ sequence }) => sequence)).toEqual([8]);
    expect(kept.data.mailbox.waitingFor("Zoë").map(({ text }) => text)).toEqual(["psst", "unheard"]);
  });

  test("has accounts of before apart, by places that no log gives", () => {
    using folder = new Folder();
    mkdirSync(folder.path);
    {
      using database = new DatabaseSync(folder.file);
      for (const step of MIGRATIONS.slice(0, 3)) database.exec(step);
      database.exec(`PRAGMA user_version = 3;
        INSERT INTO accounts VALUES ('jon', 'Jon', 'aa', 'bb', 'cc'), ('zoë', 'Zoë', 'aa', 'bb', 'cc')`);
    }
    using kept = folder.open();
    expect(kept.data.accounts.map(({ name, since }) => [name, since])).toEqual([
      ["Jon", -1],
      ["Zoë", -2],
    ]);
  });

  test("is whole and of its old version when a step fails, or the process is killed before the last one is written", () => {
    using folder = new Folder();
    folder.makeMailbox();
    expect(() => openDatabase(folder.path, [...MIGRATIONS, "CREATE TABLE a (b); nonsense"])).toThrow("nonsense");
    expect(folder.version()).toBe(1);
    const killed = spawnSync(process.execPath, [OPENER, folder.path], { encoding: "utf8" });
    expect([killed.signal, killed.stderr]).toEqual(["SIGKILL", ""]);
    expect(folder.version()).toBe(1);
    using kept = folder.open();
    expect(kept.data.mailbox.waitingFor("Zoë").map(({ text }) => text)).toEqual(["psst", "unheard"]);
  });
});

describe("a folder that nothing can be kept in is said in one line:", () => {
  test.each([
    { what: "a file", make: (path: string) => writeFileSync(path, ""), why: "something is there already" },
    {
      what: "one that others may write in",
      make: (path: string) => {
        mkdirSync(path);
        chmodSync(path, 0o777);
      },
      why: "others may write in it; chmod 700 makes it this user's",
    },
    {
      what: "one whose database is a folder",
      make: (path: string) => mkdirSync(join(path, DATABASE_FILE), { recursive: true }),
      why: "it is a folder",
    },
    {
      what: "one whose database is a text",
      make: (path: string) => {
        mkdirSync(path);
        writeFileSync(join(path, DATABASE_FILE), "x".repeat(5000));
      },
      why: "file is not a database",
    },
    {
      what: "one with another program's database",
      make: (path: string) => {
        mkdirSync(path);
        using database = new DatabaseSync(join(path, DATABASE_FILE));
        database.exec("CREATE TABLE a (b)");
      },
      why: "howdy.db is another program's database",
    },
    {
      what: "one of a newer server",
      make: (path: string) => openDatabase(path, [...MIGRATIONS, "CREATE TABLE later (a)"]).close(),
      why: `it is of version ${MIGRATIONS.length + 1}, and this server knows up to ${MIGRATIONS.length}: start a newer one`,
    },
  ])("$what", ({ make, why }) => {
    using folder = new Folder();
    make(folder.path);
    expect(() => openDatabase(folder.path)).toThrow(DataFolderError);
    expect(() => openDatabase(folder.path)).toThrow(`the data folder ${folder.path} cannot be used: ${why}`);
  });

  test("one that another server uses, or whose database is damaged", () => {
    using kept = new TestData();
    expect(() => openDatabase(kept.folder)).toThrow("another server uses it");
    const from = { session: "1", name: "Jon" };
    for (let sequence = 1; sequence < 20; sequence += 1) {
      const said = { kind: "said", from, text: "x".repeat(3000), original: undefined, nonce: undefined } as const;
      kept.data.hear(said, { sequence, atMs: 0 });
    }
    kept.data.close();
    const file = join(kept.folder, DATABASE_FILE);
    const whole = readFileSync(file);
    expect(whole.length).toBeGreaterThan(40_000);
    writeFileSync(file, whole.fill(0xff, 8192, 16_384));
    expect(() => openDatabase(kept.folder)).toThrow(/it is damaged|malformed/);
  });
});
