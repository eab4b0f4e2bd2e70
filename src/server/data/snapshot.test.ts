import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SNAPSHOT_LINES_MAX } from "../limits.ts";
import { openInMemory } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";
import { loadSnapshot, pack, readHead, SnapshotError, unpack } from "./snapshot.ts";
import { SNAPSHOT_TABLES, TakenSnapshot } from "./take-snapshot.ts";

/** A database to which a log was applied. */
function filled(lines = 3): DatabaseSync {
  const database = openInMemory(MIGRATIONS);
  database.exec(`UPDATE log SET identity = 'a log', position = '{"sequence":9}', applied = 9000, forgotten = 2;
    INSERT INTO accounts VALUES ('zoë', 'Zoë', 'salt', 'stored', 'server', 7, 512);
    INSERT INTO whispers VALUES (4097, 1500, 'Zoë', 'Zoë', 'note', NULL, 512, 512);
    INSERT INTO kept VALUES (3, 'Jon', 'aa');
    INSERT INTO sessions VALUES ('a.1', 'Jon', 1024), ('b.1', 'Abe', 2048);
    INSERT INTO names VALUES ('zoë', 1000, 7), ('jon', 2000, NULL);
    INSERT INTO mail VALUES (4096, 'zoë', 'Jon', 1500, 'psst "\u2028', 9);`);
  const add = database.prepare("INSERT INTO lines VALUES (?, 1000, 'Jon', ?, ?)");
  database.exec("BEGIN");
  for (let number = 1; number <= lines; number += 1)
    add.run(10 * number, `line ${number}`, number % 2 ? "nonce" : null);
  database.exec("COMMIT");
  return database;
}

function textOf(database: DatabaseSync): string {
  using snapshot = TakenSnapshot.begin(database);
  return snapshot?.text ?? "";
}

/** A database with several slices of each table. */
function large(): DatabaseSync {
  const database = filled(ROWS);
  database.exec("BEGIN");
  for (let number = 0; number < ROWS; number += 1) {
    const key = `'name ${number}'`;
    database.exec(`INSERT INTO accounts VALUES (${key}, 'x', 'salt', 'stored', 'server', NULL, ${number});
      INSERT INTO sessions VALUES ('c.${number}', 'x', ${number}); INSERT INTO names VALUES (${key}, 1, NULL);
      INSERT INTO mail VALUES (${5000 + number}, ${key}, 'Jon', 1, 'psst', 4);
      INSERT INTO kept VALUES (${100 + number}, 'Jon', 'aa');
      INSERT INTO whispers VALUES (${5000 + number}, 1, 'Zoë', 'Jon', 'psst', NULL, 1, 2)`);
  }
  database.exec("COMMIT");
  return database;
}

const ROWS = 600;

/** Beginnings of the lines that are not as they should be. */
function othersOf(lines: readonly string[], text: string): readonly string[] {
  const expected = text.split("\n");
  return [...lines, ...expected.slice(lines.length)]
    .filter((line, at) => line !== expected[at] || at >= lines.length)
    .map((line) => line.slice(0, 100));
}

/** What the tables' owners do to rows, of which some are there, some not yet, and some not any more. */
const CHANGES: readonly ((number: number) => string)[] = [
  (n) => `INSERT OR REPLACE INTO accounts VALUES ('name ${n}', 'other', '', '', '', 1, ${n})`,
  (n) => `DELETE FROM accounts WHERE key = 'name ${n}'`,
  (n) => `INSERT OR REPLACE INTO sessions VALUES ('c.${n}', 'other', ${n})`,
  (n) => `DELETE FROM sessions WHERE session = 'c.${n}'`,
  (n) => `INSERT INTO names VALUES ('name ${n}', 9, 9) ON CONFLICT (key) DO UPDATE SET seen_ms = 9, line = NULL`,
  (n) => `UPDATE names SET seen_ms = 8, line = 8 WHERE key = 'name ${n}'`,
  (n) => `DELETE FROM names WHERE key = 'name ${n}'`,
  (n) => `INSERT OR IGNORE INTO mail VALUES (${5000 + n}, 'zoë', 'other', 1, 'other', 5)`,
  (n) => `DELETE FROM mail WHERE id = ${5000 + n}`,
  () => "INSERT INTO kept (sender, nonce) VALUES ('other', 'bb')",
  (n) => `DELETE FROM kept WHERE id <= ${100 + n}`,
  (n) => `INSERT OR IGNORE INTO lines VALUES (${100_000 + n}, 2, 'other', 'x', NULL)`,
  (n) => `DELETE FROM lines WHERE sequence <= ${10 * n}`,
  (n) => `INSERT OR IGNORE INTO whispers VALUES (${100_000 + n}, 2, 'other', 'x', 'x', NULL, 1, 2)`,
  (n) => `DELETE FROM whispers WHERE sequence <= ${5000 + n}`,
];

test("every table that the log fills is in it", () => {
  const database = openInMemory(MIGRATIONS);
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  // The index of words is made of the lines.
  const isOwn = (name: string) => name !== "log" && !/^(?:sqlite_|words)/.test(name);
  const own = tables.map(({ name }) => String(name)).filter(isOwn);
  expect(own.toSorted()).toEqual([...SNAPSHOT_TABLES].toSorted());
});

test("what was taken is loaded in the place of all that was there", async () => {
  const text = textOf(filled());
  const database = openInMemory(MIGRATIONS);
  database.exec("INSERT INTO names VALUES ('old', 1, 1); INSERT INTO lines VALUES (10, 1, 'Old', 'other', NULL)");
  loadSnapshot(database, await unpack(await pack(text.split("\n"))));
  expect(textOf(database)).toBe(text);
  expect(readHead(text).position).toBe('{"sequence":9}');
  const found = database.prepare("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid");
  expect(["line", "other"].map((word) => found.all(word).map(({ rowid }) => rowid))).toEqual([[10, 20, 30], []]);
});

test("of many lines it has the newest, and says up to which there are none", () => {
  const text = textOf(filled(SNAPSHOT_LINES_MAX + 2));
  expect(readHead(text)).toMatchObject({ forgotten: 20 });
  const database = openInMemory(MIGRATIONS);
  loadSnapshot(database, text);
  const row = database.prepare("SELECT count(*) AS count, min(sequence) AS first FROM lines").get();
  expect(row).toEqual({ count: SNAPSHOT_LINES_MAX, first: 30 });
});

test("what changes while it is taken is in it as it was when that began, whatever changes when", () => {
  const change = fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: 0, max: ROWS + 100 }));
  const between = fc.array(fc.array(change, { maxLength: 30 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(between, (changes) => {
      const database = large();
      const expected = textOf(database);
      {
        using snapshot = TakenSnapshot.begin(database);
        const lines: string[] = [];
        for (const line of snapshot?.lines() ?? []) {
          for (const [sql, number] of changes[lines.length % changes.length] ?? []) database.exec(sql(number));
          lines.push(line);
        }
        expect(othersOf(lines, expected)).toEqual([]);
      }
      expect(database.prepare("SELECT name FROM sqlite_temp_master").all()).toEqual([]);
      database.close();
    }),
    { numRuns: 30 },
  );
});

test("two that are taken at once, and one that is given up, do not meet", () => {
  const database = large();
  const expected = textOf(database);
  using first = TakenSnapshot.begin(database);
  const lines = first?.lines();
  const head = lines?.next().value;
  database.exec("DELETE FROM accounts; DELETE FROM mail");
  const later = textOf(database);
  {
    using given = TakenSnapshot.begin(database);
    given?.lines().next();
  }
  database.exec("DELETE FROM lines");
  expect(othersOf([head ?? "", ...(lines ?? [])], expected)).toEqual([]);
  expect(readHead(later).rows).toBeLessThan(readHead(expected).rows);
});

test("a database that nothing of a log was applied to has none", () => {
  expect(TakenSnapshot.begin(openInMemory(MIGRATIONS))).toBeUndefined();
});

test("one of older tables is led to today's; one of newer ones is none", () => {
  const later = [...MIGRATIONS, "ALTER TABLE names ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"];
  const database = openInMemory(later);
  loadSnapshot(database, textOf(filled()), later);
  expect(database.prepare("SELECT colour FROM names").all()).toEqual([{ colour: "red" }, { colour: "red" }]);
  expect(() => readHead(textOf(database))).toThrow(
    `its tables are of version ${later.length}, and this server knows up to ${MIGRATIONS.length}`,
  );
});

describe("what is no snapshot", () => {
  const text = textOf(filled());
  const [head = "", ...rows] = text.split("\n");
  const cases: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a head of another version", text.replace('"v":1', '"v":2')],
    ["no JSON", "{"],
    ["a head alone, without its rows", head],
    ["one that was cut", text.slice(0, -40)],
    ["one without its last line", text.slice(0, text.lastIndexOf("\n"))],
    ["a table that is none of it", text.replace('"table":"names"', '"table":"log"')],
    ["a column that its table does not have", text.replace('"seen_ms"', '"seen_ms, key"')],
    ["a row twice", [head, rows[0], ...rows].join("\n")],
  ];

  test.each(cases)("%s is refused, and changes nothing", (_what, broken) => {
    const database = filled();
    const before = textOf(database);
    expect(() => loadSnapshot(database, broken)).toThrow(SnapshotError);
    expect(textOf(database)).toBe(before);
  });

  test("is what cannot be unpacked", async () => {
    await expect(unpack(Buffer.from("no gzip"))).rejects.toThrow(SnapshotError);
  });
});
