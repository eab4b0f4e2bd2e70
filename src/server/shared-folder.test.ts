// A data folder as the projection of a log that several servers share: what it has after each transaction, and what becomes of a
// disk that refuses.

import { describe, expect, test } from "vitest";
import { TestClock } from "../fixtures/test-clock.ts";
import type { News, Place } from "../room/entry.ts";
import { GivenUpError } from "./data/journal.ts";
import type { DataFolder } from "./data-folder.ts";
import { TestData } from "./fixtures/test-data.ts";
import { DATA_LAZY_MS, DATA_RETRIES_MAX } from "./limits.ts";

const ZOE = { session: "a.1", name: "Zoë" };
const JON = { session: "a.2", name: "Jon" };

/** A folder of a log whose entries the test makes. */
class SharedFolder extends TestData {
  readonly clock: TestClock;
  readonly log: { identity: string; position: string };

  constructor() {
    const log = { identity: "a log", position: "0" };
    const clock = new TestClock();
    super({ shared: log, clock });
    this.log = log;
    this.clock = clock;
  }

  /** An entry, and where the log then is. */
  apply(sequence: number, ...all: readonly News[]): void {
    const place: Place = { sequence, atMs: 0 };
    for (const news of all) this.data.hear(news, place);
    this.data.entryEnded(place);
    this.log.position = String(sequence);
  }

  /** What another start finds. */
  again(): DataFolder {
    this.data.close();
    return this.open();
  }
}

function joined(user: typeof ZOE): News {
  return { kind: "joined", user, original: undefined };
}

function said(text: string): News {
  return { kind: "said", from: ZOE, text, original: undefined, nonce: "nonce" };
}

function textsOf(data: DataFolder): readonly string[] {
  return data.archive.lines({ after: 0, before: 1e9, newestFirst: false, linesMax: 1e6 }).map(({ text }) => text);
}

test("what was applied is there at the next start, with who is online and how far it goes", () => {
  using folder = new SharedFolder();
  folder.apply(1, joined(ZOE));
  folder.apply(2, joined(JON));
  folder.apply(3, said("Hi"));
  folder.apply(4, { kind: "left", user: ZOE });
  const data = folder.again();
  expect([data.users, textsOf(data), data.logStart.sequence, data.position]).toEqual([[JON], ["Hi"], 4, "4"]);
});

test("entries that change no table are known to be applied, too", async () => {
  using folder = new SharedFolder();
  folder.apply(7);
  await folder.clock.pass(DATA_LAZY_MS);
  using copy = folder.data.snapshot();
  expect(copy?.position).toBe("7");
});

test("what is written in the middle of an entry has nothing of it", () => {
  using folder = new SharedFolder();
  folder.apply(1, joined(ZOE));
  folder.data.hear(joined(JON), { sequence: 2, atMs: 0 });
  folder.data.write();
  const textNow = () => {
    using snapshot = folder.data.snapshot();
    return snapshot?.text;
  };
  const half = textNow();
  expect(half).toContain("Zoë");
  expect(half).not.toContain("Jon");
  expect(half).toContain('"applied":1');
  folder.apply(2);
  expect(textNow()).toContain("Jon");
});

test("nobody waits for this disk: the log has it", () => {
  using folder = new SharedFolder();
  expect(folder.data.hear(said("Hi"), { sequence: 1, atMs: 0 })).toBeUndefined();
});

describe("a disk that refuses", () => {
  test("for a while costs nothing: all is written in its order later", async () => {
    using folder = new SharedFolder();
    folder.apply(1, said("one"));
    folder.data.write();
    folder.lockDisk(true);
    for (const [at, text] of ["two", "three"].entries()) {
      folder.apply(2 + at, said(text));
      folder.data.write();
    }
    expect(folder.faults).toHaveLength(1);
    expect(textsOf(folder.data)).toEqual(["one"]);
    folder.lockDisk(false);
    await folder.clock.pass(DATA_LAZY_MS);
    const data = folder.again();
    expect([textsOf(data), data.logStart.sequence]).toEqual([["one", "two", "three"], 3]);
  });

  test("for too long ends what is kept there, in one line, and the next start goes on behind what is there", () => {
    using folder = new SharedFolder();
    folder.apply(1, said("one"));
    folder.data.write();
    folder.lockDisk(true);
    for (let sequence = 2; sequence < DATA_RETRIES_MAX + 3; sequence += 1) folder.apply(sequence, said("more"));
    folder.data.write();
    expect(folder.faults.map((fault) => fault instanceof GivenUpError)).toEqual([false, true]);
    expect(folder.data.snapshot()).toBeUndefined();
    expect(folder.data.mailbox.waitingFor("Zoë")).toEqual([]);
    const data = folder.again();
    expect([textsOf(data), data.logStart.sequence, data.position]).toEqual([["one"], 1, "1"]);
  });
});
