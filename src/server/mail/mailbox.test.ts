import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestClock } from "../../fixtures/test-clock.ts";
import type { Place } from "../../room/entry.ts";
import { lineOfNews } from "../../room/history.ts";
import { DATABASE_FILE, openDatabase } from "../data/database.ts";
import type { DataOptions } from "../data-folder.ts";
import { TestData } from "../fixtures/test-data.ts";
import { DATA_LAZY_MS } from "../limits.ts";
import type { Mailbox, Waiting } from "./mailbox.ts";

/** A mailbox in a data folder of its own. */
class TestMailbox extends TestData {
  readonly clock: TestClock;
  #sequence = 0;

  constructor(options: Partial<DataOptions> = {}) {
    const clock = new TestClock();
    super({ linesMax: 3, clock, ...options });
    this.clock = clock;
  }

  get mailbox(): Mailbox {
    return this.data.mailbox;
  }

  /** Names that were here and have gone. */
  away(...names: readonly string[]): void {
    for (const name of names) {
      this.joined(name);
      this.left(name);
    }
  }

  /** What waits for a name that comes. */
  joined(name: string): readonly Waiting[] {
    const waiting = this.mailbox.waitingFor(name);
    this.mailbox.joined(name, this.#place());
    return waiting;
  }

  left(name: string, unheard?: number): void {
    this.mailbox.left(name, this.#place(), unheard);
  }

  taken(one: Waiting | undefined): void {
    if (one !== undefined && "whisper" in one) this.mailbox.taken(one.whisper);
  }

  said(name: string, text: string): void {
    const from = { session: "1", name };
    const place = this.#place();
    const news = { kind: "said", from, text, original: undefined, nonce: undefined } as const;
    this.data.hear(news, place);
    this.mailbox.said(lineOfNews(news, place));
  }

  whisper(receiver: string, text: string, sender = "Jon"): Promise<string> {
    return new Promise((resolve) => this.mailbox.keep({ sender, receiver, text }, this.#place(), resolve));
  }

  /** Keeps a whisper for a name, gives it another key in the database, and opens that again. */
  rename(key: string, another: string): void {
    this.data.close();
    const database = openDatabase(this.folder);
    database
      .prepare("INSERT INTO mail (key, sender, at_ms, text, bytes) VALUES (?, 'Abe', ?, 'Hi', 5)")
      .run(another, this.clock.dateMs());
    database.prepare("UPDATE names SET key = ? WHERE key = ?").run(another, key);
    database.close();
    this.open();
  }

  /** The texts that wait, and the name is here. */
  texts(name: string): readonly string[] {
    return this.joined(name).map(({ text }) => text);
  }

  #place(): Place {
    this.#sequence = Math.max(this.#sequence, this.data.logStart.sequence) + 1;
    return { sequence: this.#sequence, atMs: this.clock.dateMs() };
  }
}

describe("a whisper", () => {
  test("to a name that was seen is kept, in any of its spellings, with its sender and time", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    expect(await kept.whisper("ZOE\u0308", "Hi")).toBe("kept");
    expect(kept.joined("zoë")).toEqual([
      { how: "whispered", whisper: 3, sender: "Jon", atMs: Date.parse("2026-11-20T14:03:00Z"), text: "Hi" },
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
    const [first] = kept.joined("Zoë");
    kept.taken(first);
    kept.left("Zoë");
    expect(kept.texts("Zoë")).toEqual(["two", "three"]);
    expect(kept.mailbox.counts).toMatchObject({ waiting: 2, kept: 3, delivered: 1, refused: 0 });
  });

  test("that was answered is there when the server comes again, and so is who was seen", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    await kept.whisper("Zoë", "Hi");
    kept.data.close();
    kept.open();
    expect(kept.texts("Zoë")).toEqual(["Hi"]);
    expect(statSync(join(kept.folder, DATABASE_FILE)).mode & 0o077).toBe(0);
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
    kept.joined("online");
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
    kept.said("Jon", "old");
    await kept.whisper("Zoë", "old");
    await kept.clock.pass(20 * 3_600_000);
    await kept.whisper("Zoë", "new");
    kept.said("Jon", "new to all");
    await kept.clock.pass(5 * 3_600_000 + DATA_LAZY_MS);
    expect(await kept.whisper("Abe", "Hi")).toBe("absent");
    expect(kept.texts("Zoë")).toEqual(["new", "new to all"]);
  });
});

describe("what was said to All", () => {
  test("since a name left waits for it, the last lines only, in one order with its whispers", async () => {
    using kept = new TestMailbox();
    kept.said("Jon", "before");
    kept.away("Zoë");
    for (const text of ["one", "two"]) kept.said("Jon", text);
    await kept.clock.pass(1000);
    await kept.whisper("Zoë", "psst");
    await kept.clock.pass(1000);
    for (const text of ["three", "four"]) kept.said("Jon", text);
    expect(kept.texts("Zoë")).toEqual(["two", "psst", "three", "four"]);
    kept.said("Jon", "heard");
    kept.left("Zoë");
    expect(kept.texts("Zoë")).toEqual(["psst"]);
  });

  test("does not wait for who was never here, nor where no lines are wanted", () => {
    using kept = new TestMailbox();
    kept.said("Jon", "one");
    expect(kept.texts("Zoë")).toEqual([]);
    using none = new TestMailbox({ linesMax: 0 });
    none.away("Zoë");
    none.said("Jon", "one");
    expect(none.texts("Zoë")).toEqual([]);
  });

  test("waits across a restart, and whoever was online then has heard what came before", async () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    kept.joined("Abe");
    kept.said("Jon", "one");
    kept.data.close();
    kept.open();
    kept.said("Jon", "two");
    expect(kept.texts("Zoë")).toEqual(["one", "two"]);
    expect(kept.texts("Abe")).toEqual(["two"]);
  });

  test("begins again at the first line that was not heard", () => {
    using kept = new TestMailbox();
    kept.away("Zoë");
    for (const text of ["one", "two"]) kept.said("Jon", text);
    const second = kept.joined("Zoë")[1];
    kept.left("Zoë", second !== undefined && "line" in second ? second.line : undefined);
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
    const [one] = kept.joined("Zoë");
    kept.lockDisk(true);
    kept.taken(one);
    expect(await kept.whisper("Zoë", "x".repeat(20_000))).toBe("failed");
    expect(kept.texts("Zoë")).toEqual([]);
    kept.lockDisk(false);
    await kept.clock.pass(DATA_LAZY_MS);
    kept.data.close();
    kept.open();
    expect(kept.texts("Zoë")).toEqual([]);
  });
});
