import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { TestClock } from "../../fixtures/test-clock.ts";
import { MAIL_LAZY_MS } from "../limits.ts";
import { Mailbox, type MailboxOptions, type Waiting } from "./mailbox.ts";
import { MailboxFileError, openMailboxFile } from "./sqlite.ts";

/** A mailbox in a folder of its own, which can be opened again. */
class TestMailbox implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "howdy-"));
  readonly file = join(this.folder, "mail.db");
  readonly clock = new TestClock();
  readonly faults: unknown[] = [];
  mailbox: Mailbox;
  #database: DatabaseSync | undefined;
  readonly #options: Partial<MailboxOptions>;

  constructor(options: Partial<MailboxOptions> = {}) {
    this.#options = options;
    this.mailbox = this.open();
  }

  open(): Mailbox {
    const { file, clock, faults } = this;
    this.mailbox = new Mailbox({
      file,
      linesMax: 3,
      days: 30,
      clock,
      onFault: (error) => faults.push(error),
      open: (path) => {
        this.#database = openMailboxFile(path);
        return this.#database;
      },
      ...this.#options,
    });
    return this.mailbox;
  }

  /** Names that were here and have gone. */
  away(...names: readonly string[]): void {
    for (const name of names) {
      this.mailbox.joined(name);
      this.mailbox.left(name);
    }
  }

  whisper(receiver: string, text: string, sender = "Jon"): Promise<string> {
    return new Promise((resolve) => this.mailbox.keep({ sender, receiver, text }, resolve));
  }

  /** Lets the file grow no more, or again: SQLite then says what it says of a full disk. */
  fillDisk(full: boolean): void {
    this.#database?.exec(`PRAGMA max_page_count = ${full ? 1 : 1_000_000}`);
  }

  /** Keeps a whisper for a name, gives it another key in the file, and opens that again. */
  rename(key: string, another: string): void {
    this.mailbox.close();
    const database = openMailboxFile(this.file);
    database
      .prepare("INSERT INTO mail (key, sender, at_ms, text, bytes) VALUES (?, 'Abe', ?, 'Hi', 5)")
      .run(another, this.clock.dateMs());
    database.prepare("UPDATE names SET key = ? WHERE key = ?").run(another, key);
    database.close();
    this.open();
  }

  /** Lets the file take no change at all, or again. */
  lockDisk(locked: boolean): void {
    this.#database?.exec(`PRAGMA query_only = ${locked ? 1 : 0}`);
  }

  /** The texts that wait, and the name is here. */
  texts(name: string): readonly string[] {
    return this.mailbox.joined(name).map(({ text }) => text);
  }

  [Symbol.dispose](): void {
    this.mailbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe("a whisper", () => {
  test("to a name that was seen is kept, in any of its spellings, with its sender and time", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    expect(await kept.whisper("ZOE\u0308", "Hi")).toBe("kept");
    expect(kept.mailbox.joined("zoë")).toEqual([
      { how: "whispered", whisper: 1, sender: "Jon", atMs: Date.parse("2026-11-20T14:03:00Z"), text: "Hi" },
    ]);
  });

  test("that an older server kept, when names were told apart that are now the same, is there", () => {
    using kept = new TestMailbox();
    kept.away("Jon\u200b", "Zoë");
    kept.rename("jon", "jon\u200b");
    expect(kept.texts("Jon")).toEqual(["Hi"]);
  });

  test("to a name that was never seen is not", async () => {
    using kept = new TestMailbox();
    expect(await kept.whisper("Abe", "Hi")).toBe("absent");
    expect(kept.texts("Abe")).toEqual([]);
  });

  test("waits until it was taken, also when the receiver comes and goes, and then waits no more", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    for (const text of ["one", "two", "three"]) await kept.whisper("Zoë", text);
    const [first] = kept.mailbox.joined("Zoë");
    kept.mailbox.taken(first as Waiting);
    kept.mailbox.left("Zoë");
    expect(kept.texts("Zoë")).toEqual(["two", "three"]);
    expect(kept.mailbox.counts).toMatchObject({ waiting: 2, kept: 3, delivered: 1, refused: 0 });
  });

  test("that was answered is there when the server comes again, and so is who was seen", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    await kept.whisper("Zoë", "Hi");
    kept.mailbox.close();
    kept.open();
    expect(kept.texts("Zoë")).toEqual(["Hi"]);
    expect(statSync(kept.file).mode & 0o077).toBe(0);
  });

  test("sent in the turn in which its receiver comes is not overlooked", () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    void kept.whisper("Zoë", "Hi");
    expect(kept.texts("Zoë")).toEqual(["Hi"]);
  });

  test("many of one turn are answered in their order, in one transaction", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    const fates: string[] = [];
    const all = Array.from({ length: 50 }, (_, number) =>
      kept.whisper(number % 2 === 0 ? "Zoë" : "nobody", `${number}`).then((fate) => fates.push(`${number} ${fate}`)),
    );
    await Promise.all(all);
    expect(fates.slice(0, 3)).toEqual(["0 kept", "1 absent", "2 kept"]);
    expect(kept.texts("Zoë")).toEqual(Array.from({ length: 25 }, (_, number) => `${2 * number}`));
  });
});

describe("a limit", () => {
  test("on whispers for one name leaves other names room", async () => {
    using kept = new TestMailbox({ limits: { perNameMax: 2 } });
    kept.away("Zoë", "Abe");
    const fates = [];
    for (const text of ["one", "two", "three"]) fates.push(await kept.whisper("Zoë", text));
    expect(fates).toEqual(["kept", "kept", "full"]);
    expect(await kept.whisper("Abe", "Hi")).toBe("kept");
    expect(kept.mailbox.counts).toMatchObject({ waiting: 3, kept: 3, refused: 1 });
  });

  test("on bytes holds for one name, and for all", async () => {
    using kept = new TestMailbox({ limits: { bytesPerNameMax: 100, bytesMax: 150 } });
    kept.away("Zoë", "Abe");
    expect(await kept.whisper("Zoë", "x".repeat(98))).toBe("full");
    expect(await kept.whisper("Zoë", "x".repeat(97))).toBe("kept");
    expect(await kept.whisper("Abe", "x".repeat(60))).toBe("full");
    expect(await kept.whisper("Abe", "x".repeat(40))).toBe("kept");
  });

  test("on names costs the one that is away for longest and has no mail", async () => {
    using kept = new TestMailbox({ limits: { namesMax: 3 } });
    kept.away("first", "second");
    await kept.whisper("first", "Hi");
    kept.mailbox.joined("online");
    kept.away("newcomer");
    expect(await kept.whisper("second", "Hi")).toBe("absent");
    expect(await kept.whisper("first", "Hi")).toBe("kept");
    expect(await kept.whisper("newcomer", "Hi")).toBe("kept");
    kept.away("one too many");
    expect(await kept.whisper("one too many", "Hi")).toBe("absent");
  });

  test("on days forgets whispers, names and lines that are older", async () => {
    using kept = new TestMailbox({ days: 1 });
    kept.away("Zoë", "Abe");
    kept.mailbox.said("Jon", "old");
    await kept.whisper("Zoë", "old");
    await kept.clock.pass(20 * 3_600_000);
    await kept.whisper("Zoë", "new");
    kept.mailbox.said("Jon", "new to all");
    await kept.clock.pass(5 * 3_600_000 + MAIL_LAZY_MS);
    expect(await kept.whisper("Abe", "Hi")).toBe("absent");
    expect(kept.texts("Zoë")).toEqual(["new", "new to all"]);
  });
});

describe("what was said to All", () => {
  test("since a name left waits for it, the last lines only, in one order with its whispers", async () => {
    using kept = new TestMailbox();
    kept.mailbox.said("Jon", "before");
    kept.away("Zoë");
    for (const text of ["one", "two"]) kept.mailbox.said("Jon", text);
    await kept.clock.pass(1000);
    await kept.whisper("Zoë", "psst");
    await kept.clock.pass(1000);
    for (const text of ["three", "four"]) kept.mailbox.said("Jon", text);
    expect(kept.texts("Zoë")).toEqual(["two", "psst", "three", "four"]);
    kept.mailbox.said("Jon", "heard");
    kept.mailbox.left("Zoë");
    expect(kept.texts("Zoë")).toEqual(["psst"]);
  });

  test("does not wait for who was never here, nor where no lines are wanted", () => {
    using kept = new TestMailbox();
    kept.mailbox.said("Jon", "one");
    expect(kept.texts("Zoë")).toEqual([]);
    using none = new TestMailbox({ linesMax: 0 });
    none.away("Zoë");
    none.mailbox.said("Jon", "one");
    expect(none.texts("Zoë")).toEqual([]);
  });

  test("waits across a restart, and whoever was online then has heard what came before", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    kept.mailbox.joined("Abe");
    kept.mailbox.said("Jon", "one");
    kept.mailbox.close();
    kept.open();
    kept.mailbox.said("Jon", "two");
    expect(kept.texts("Zoë")).toEqual(["one", "two"]);
    expect(kept.texts("Abe")).toEqual(["two"]);
  });

  test("begins again at the first line that was not heard", () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    for (const text of ["one", "two"]) kept.mailbox.said("Jon", text);
    const second = kept.mailbox.joined("Zoë")[1];
    kept.mailbox.left("Zoë", second !== undefined && "line" in second ? second.line : undefined);
    expect(kept.texts("Zoë")).toEqual(["two"]);
  });
});

describe("a disk that refuses", () => {
  test("is said once, costs what it refused, and is used again when it takes something", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    expect(await kept.whisper("Zoë", "first")).toBe("kept");
    kept.fillDisk(true);
    expect(await kept.whisper("Zoë", "x".repeat(20_000))).toBe("failed");
    expect(await kept.whisper("Zoë", "y".repeat(20_000))).toBe("failed");
    expect(kept.faults).toHaveLength(1);
    kept.fillDisk(false);
    expect(await kept.whisper("Zoë", "second")).toBe("kept");
    expect(kept.texts("Zoë")).toEqual(["first", "second"]);
    expect(kept.mailbox.counts).toMatchObject({ kept: 2, refused: 2 });
  });

  test("does not bring back what was taken meanwhile", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    await kept.whisper("Zoë", "once");
    const [one] = kept.mailbox.joined("Zoë");
    kept.lockDisk(true);
    kept.mailbox.taken(one as Waiting);
    expect(await kept.whisper("Zoë", "x".repeat(20_000))).toBe("failed");
    expect(kept.texts("Zoë")).toEqual([]);
    kept.lockDisk(false);
    await kept.clock.pass(MAIL_LAZY_MS);
    kept.mailbox.close();
    kept.open();
    expect(kept.texts("Zoë")).toEqual([]);
  });
});

describe("a file that no mailbox can be kept in", () => {
  test.each([
    { what: "a text", make: (file: string) => writeFileSync(file, "x".repeat(5000)), why: "file is not a database" },
    {
      what: "a folder that is not there",
      make: () => undefined,
      path: "nowhere/mail.db",
      why: "there is nothing of that name",
    },
    { what: "a folder", make: () => undefined, path: ".", why: "it is a folder" },
  ])("is said in one line: $what", ({ make, path, why }) => {
    const folder = mkdtempSync(join(tmpdir(), "howdy-"));
    const file = join(folder, path ?? "mail.db");
    make(file);
    const open = () => new Mailbox({ file, linesMax: 3, days: 30, clock: new TestClock(), onFault: () => undefined });
    expect(open).toThrow(MailboxFileError);
    expect(open).toThrow(why);
    rmSync(folder, { recursive: true });
  });

  test("is also one that another server uses, or that is damaged", async () => {
    using kept = new TestMailbox();
    expect(() => kept.open()).toThrow("another server uses it");
    kept.away("Zoë");
    for (let count = 0; count < 20; count += 1) await kept.whisper("Zoë", "x".repeat(3000));
    kept.mailbox.close();
    const whole = readFileSync(kept.file);
    expect(whole.length).toBeGreaterThan(40_000);
    writeFileSync(kept.file, whole.fill(0xff, 8192, 16_384));
    expect(() => kept.open()).toThrow(/it is damaged|malformed/);
  });
});
