// The window with a server of version 2: older lines stand above, missed ones behind, and none twice.

import { describe, expect, test } from "vitest";
import type { Hcp2Message, MessageOf } from "../../../protocol/hcp2/index.ts";
import { SERVER_ENTRIES, WindowDriver } from "./fixtures/window-driver.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1, 3, 4], log: "10" };
const SPOKEN = { hcp: 2, fellBack: false } as const;
const LOST = { kind: "closed", code: "peer-ended", why: "it closed the connection" } as const;

function line(sequence: number, request?: string): MessageOf<"line"> {
  const id = sequence.toString(16).padStart(4, "0");
  return { kind: "line", id, sequence, time: 1000 * sequence, from: "Zoë", text: String(sequence), request };
}

/** Has a name in a room whose history is these lines; `history` answers what the window asked for last. */
function connected(
  driver = new WindowDriver(),
  lines: readonly number[] = [],
  more?: true,
  marks: Partial<MessageOf<"welcome">> = {},
): WindowDriver {
  if (driver.opens === 0) driver.openWire();
  driver.model.connect(SERVER_ENTRIES);
  return named(driver, lines, more, marks);
}

function named(
  driver: WindowDriver,
  lines: readonly number[],
  more?: true,
  marks: Partial<MessageOf<"welcome">> = {},
): WindowDriver {
  driver.settle().input({ kind: "dialled", spoken: SPOKEN }).receive(HELLO).settle();
  if (driver.model.proposed === null) driver.say("Jon");
  driver.settle();
  driver.receive({ kind: "welcome", request: requestOf(driver, "join"), name: "Jon", sequence: 1, time: 0, ...marks });
  driver.receive({ kind: "roster", names: ["Jon"] }).settle();
  return history(driver, lines, more);
}

function history(driver: WindowDriver, lines: readonly number[], more?: true): WindowDriver {
  const request = requestOf(driver, "history");
  return driver.receive(...lines.map((one) => line(one, request)), { kind: "page", request, more }).settle();
}

function requestOf(driver: WindowDriver, kind: "join" | "history" | "search"): string {
  const sent = driver.sent.findLast((one) => one.kind === kind);
  return sent !== undefined && "request" in sent ? (sent.request ?? "") : "";
}

/** What Zoë said, top to bottom. */
function said(driver: WindowDriver): readonly string[] {
  const { transcript } = driver.model;
  const all = transcript.range(transcript.first, transcript.end);
  return all.flatMap(({ text }) => /^Zoë says: (.*)$/.exec(text)?.[1] ?? []);
}

function drawn({ model }: WindowDriver): readonly number[] {
  const { head, tailStart } = model.lines;
  const lines = [
    ...model.transcript.range(head?.start ?? 0, head?.end ?? 0),
    ...model.transcript.range(tailStart, model.transcript.end),
  ];
  return lines.map(({ atMs }) => atMs).filter((atMs) => atMs > 0);
}

test("what was said before comes with the name, above all else, with its own time, and is drawn", () => {
  const driver = connected(undefined, [5, 6]);
  driver.receive(line(7)).settle();
  expect(said(driver)).toEqual(["5", "6", "7"]);
  const { transcript } = driver.model;
  expect(transcript.range(transcript.first, transcript.end)[0]).toMatchObject({ id: -2, atMs: 5000 });
  expect(drawn(driver)).toEqual([5000, 6000, 7000]);
  expect([driver.model.unread.count, driver.model.hasOlder]).toEqual([0, false]);
  driver.say("Hi").settle();
  expect(drawn(driver)).toEqual([5000, 6000, 7000]);
});

test("older lines are asked for where the server has more, one request at a time, until it has no more", () => {
  const driver = connected(undefined, [5, 6], true);
  expect(driver.model.hasOlder).toBe(true);
  driver.model.showOlder();
  driver.model.showOlder();
  driver.settle();
  expect(driver.given.filter((command) => "history" in command)).toHaveLength(1);
  history(driver, [3, 4]);
  expect(said(driver)).toEqual(["3", "4", "5", "6"]);
  expect(drawn(driver)).toEqual([3000, 4000, 5000, 6000]);
  expect(driver.model.hasOlder).toBe(false);
});

test("a page that comes back with another session shows what it missed behind what it has, and nothing twice", () => {
  const driver = connected(undefined, [5, 6]);
  driver.receive(line(7)).settle();
  driver.cutWire();
  driver.model.unread.hide();
  driver.model.reconnect();
  driver.openWire();
  named(driver, [4, 5, 6, 7, 8, 9]);
  expect(said(driver)).toEqual(["4", "5", "6", "7", "8", "9"]);
  expect(driver.model.unread.count).toBe(2);
});

test("a page that missed more than it is told of still shows it behind", () => {
  const driver = connected(undefined, [5, 6]);
  driver.cutWire();
  driver.model.reconnect();
  driver.openWire();
  named(driver, [80, 81], true);
  expect(said(driver)).toEqual(["5", "6", "80", "81"]);
});

test("lines of another server go behind what stands there, whatever its clock says", () => {
  const driver = connected(undefined, [50, 60]);
  driver.model.connect({ address: "10.6.1.117", port: "20002" });
  driver
    .settle()
    .input({ kind: "dialled", spoken: SPOKEN })
    .receive({ ...HELLO, log: "20" })
    .settle();
  driver.say("Jon").settle();
  driver.receive({ kind: "welcome", request: requestOf(driver, "join"), name: "Jon", sequence: 1, time: 0 }).settle();
  history(driver, [1, 2]);
  expect(said(driver)).toEqual(["50", "60", "1", "2"]);
});

test("that the server has version 1 alone is news until somebody saw it", () => {
  const driver = new WindowDriver();
  driver.openWire();
  driver.model.connect(SERVER_ENTRIES);
  driver
    .settle()
    .input({ kind: "dialled", spoken: { hcp: 1, fellBack: true } })
    .settle();
  expect([driver.model.spoken?.hcp, driver.model.isFallbackNews]).toEqual([1, true]);
  driver.model.seeFallback();
  expect(driver.model.isFallbackNews).toBe(false);
  driver.input(LOST).settle();
  expect(driver.model.spoken).toBeUndefined();
});

test("a page that comes back at another server of the same room shows nothing twice", () => {
  const driver = connected(new WindowDriver([{ address: "10.6.1.117", port: 20_002 }]), [5, 6]);
  driver.receive(line(7)).settle();
  driver.cutWire();
  driver.model.reconnect();
  driver.openWire();
  driver.settle().input({ kind: "dial-failed", why: "connection refused" });
  named(driver, [4, 5, 6, 7, 8, 9]);
  expect(driver.model.place).toBe("at 10.6.1.117:20002");
  expect(said(driver)).toEqual(["4", "5", "6", "7", "8", "9"]);
});

describe("a search", () => {
  /** Answers the search that was sent last. */
  function found(driver: WindowDriver, lines: readonly number[], more?: true): void {
    const request = requestOf(driver, "search");
    const id = more && "0001";
    driver.receive(...lines.map((one) => line(one, request)), { kind: "page", request, more, id }).settle();
  }

  function texts({ model }: WindowDriver): readonly string[] {
    return model.finding.lines.map(({ text }) => text.replace("Zoë says: ", ""));
  }

  test("shows what was found beside the conversation, one search at a time", () => {
    const driver = connected(undefined, [5, 6]);
    driver.model.search("  fish ");
    driver.settle();
    expect(driver.model.finding.note).toBe("Searching…");
    driver.model.search("bird");
    expect(driver.given.filter((command) => "search" in command)).toEqual([{ search: { words: "fish" } }]);
    found(driver, [6]);
    expect([texts(driver), driver.model.finding.note, said(driver)]).toEqual([["6"], "1 line was found.", ["5", "6"]]);
    driver.model.search("bird");
    expect(texts(driver)).toEqual([]);
  });

  test("goes on to older lines until there are no more", () => {
    const driver = connected(undefined, [5, 6]);
    driver.model.search("fish");
    driver.settle();
    const fifty = Array.from({ length: 50 }, (_, at) => at + 20);
    found(driver, fifty, true);
    expect([texts(driver).length, driver.model.finding.note]).toEqual([50, "50 lines were found."]);
    driver.model.findMore();
    driver.settle();
    found(driver, [5, 6]);
    expect(texts(driver)).toEqual(["5", "6", ...fifty.map(String)]);
    expect(new Set(driver.model.finding.lines.map(({ id }) => id)).size).toBe(52);
    expect(driver.model.finding.hasMore).toBe(false);
    expect(said(driver)).toEqual(["5", "6"]);
    driver.model.finding.close();
    expect([texts(driver), driver.model.finding.words]).toEqual([[], undefined]);
  });

  test("that was closed while it was under way shows nothing, and a refused or lost one lets the next through", () => {
    const driver = connected();
    driver.model.search("fish");
    driver.settle();
    driver.model.finding.close();
    found(driver, [1]);
    expect(texts(driver)).toEqual([]);
    driver.model.search("...");
    driver.settle();
    driver.receive({ kind: "error", code: "words-unfit", text: "No word.", request: requestOf(driver, "search") });
    driver.settle();
    expect([driver.model.fault, driver.model.finding.isAsking]).toEqual(["search: the server says: No word.", false]);
    driver.model.search("fish");
    driver.settle();
    driver.input(LOST).settle();
    expect([driver.model.finding.isAsking, driver.model.canSearch]).toEqual([false, false]);
  });
});

describe("an owner's read mark", () => {
  function reads(driver: WindowDriver): readonly string[] {
    return driver.sent.flatMap((one) => (one.kind === "read" ? [one.id] : []));
  }

  test("stands before the first line that was not read, and moves to the last that is looked at", () => {
    const driver = connected(undefined, [4, 5, 6], undefined, { mark: "0004", unread: 2 });
    const { transcript, unread } = driver.model;
    const mark = unread.mark ?? Number.NaN;
    expect(transcript.range(mark, mark + 1)[0]?.text).toBe("Zoë says: 5");
    driver.model.see();
    driver.settle();
    expect(reads(driver)).toEqual(["0006"]);
    driver.model.see();
    expect(driver.given.filter((command) => "read" in command)).toHaveLength(1);
    driver.receive(line(7)).settle();
    driver.model.lookBack();
    driver.model.see();
    expect(driver.given.filter((command) => "read" in command)).toHaveLength(1);
    driver.model.returnToEnd();
    driver.model.see();
    driver.settle();
    expect(reads(driver)).toEqual(["0006", "0007"]);
  });

  test("stands as well where a page comes back and shows behind what it has what it missed", () => {
    const driver = connected(undefined, [5, 6], undefined, { mark: "0004", unread: 2 });
    driver.cutWire();
    driver.model.reconnect();
    driver.openWire();
    named(driver, [5, 6, 7, 8], undefined, { mark: "0006", unread: 2 });
    const { transcript, unread } = driver.model;
    const mark = unread.mark ?? Number.NaN;
    expect(transcript.range(mark, mark + 1)[0]?.text).toBe("Zoë says: 7");
  });

  test("is no guest's", () => {
    const driver = connected(undefined, [4, 5]);
    driver.model.see();
    expect([driver.model.unread.mark, driver.given.filter((command) => "read" in command)]).toEqual([undefined, []]);
  });
});
