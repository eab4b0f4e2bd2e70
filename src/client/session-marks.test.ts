// What a session looks for, and what it tells a server of what somebody has seen.

import { describe, expect, test } from "vitest";
import type { Hcp2Message, MessageOf } from "../protocol/hcp2/index.ts";
import type { ControlEvent2 } from "./control.ts";
import { SessionDriver, TEST_SERVER } from "./fixtures/session-driver.ts";
import type { SessionOutput } from "./session-io.ts";

const HELLO: MessageOf<"hello"> = { kind: "hello", frameMax: 17_408, capabilities: [1, 3, 4], log: "10" };

function line(sequence: number, text: string, more: Partial<MessageOf<"line">> = {}): MessageOf<"line"> {
  return { kind: "line", id: idOf(sequence), sequence, time: 1000 * sequence, from: "Zoë", text, ...more };
}

function idOf(sequence: number): string {
  return sequence.toString(16).padStart(2, "0");
}

/** Jon, with what the welcome says of marks. */
function join(driver = new SessionDriver(), unread: Partial<MessageOf<"welcome">> = {}, hello = HELLO): SessionDriver {
  driver.command({ connect: TEST_SERVER }).input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } });
  driver.input({ kind: "hellos", hellos: { client: Uint8Array.of(1), server: Uint8Array.of(2) } });
  driver.receive(hello).say("Server", "Jon");
  const request = sent(driver.outputs(), "join")[0]?.request ?? "";
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0, ...unread });
  return driver.receive({ kind: "roster", names: ["Zoë", "Jon"] });
}

function sent<Kind extends Hcp2Message["kind"]>(
  outputs: readonly SessionOutput[],
  kind: Kind,
): readonly MessageOf<Kind>[] {
  const messages = outputs.flatMap((output) => (output.kind === "send" ? [output.message as Hcp2Message] : []));
  return messages.filter((message): message is MessageOf<Kind> & Hcp2Message => message.kind === kind);
}

function events(outputs: readonly SessionOutput[]): readonly ControlEvent2[] {
  return outputs.flatMap((output) => (output.kind === "event" ? [output.event] : []));
}

/** Answers the search that was sent last; gives what it was. */
function answer(driver: SessionDriver, lines: readonly MessageOf<"line">[], end: Partial<MessageOf<"page">> = {}) {
  const asked = sent(driver.outputs(), "search").at(-1);
  const request = asked?.request ?? "";
  driver.receive(...lines.map((one) => ({ ...one, request })), { kind: "page", request, ...end });
  return asked;
}

/** What is told to the server when somebody has seen everything now. */
function told(driver: SessionDriver): readonly string[] {
  driver.outputs();
  driver.command({ read: {} });
  if (driver.outputs().some(({ kind }) => kind === "mark-due")) driver.input({ kind: "mark" });
  return sent(driver.outputs(), "read").map(({ id }) => id);
}

describe("a search", () => {
  test("shows what was found, also what was shown before, and the lines of the text box stay as they are", () => {
    const driver = join();
    driver.receive(line(5, "a red fish"));
    const before = driver.session.state.lines;
    driver.outputs();
    driver.command({ search: { words: "fish", limit: 10 } });
    expect(answer(driver, [line(5, "a red fish"), line(6, "one to Jon", { to: "Jon" })], { gap: true })).toMatchObject({
      words: "fish",
      limit: 10,
      before: undefined,
    });
    expect(events(driver.outputs())).toEqual([
      { shown: { text: "Zoë says: a red fish", id: "05", atMs: 5000, found: true } },
      { shown: { text: "Zoë whispers to you: one to Jon", id: "06", atMs: 6000, found: true } },
      { found: { lines: 2, more: false, gap: true } },
    ]);
    expect(driver.session.state.lines).toEqual(before);
  });

  test("goes on by itself where the server stopped before it had found enough, and for more when it is asked to", () => {
    const driver = join();
    driver.outputs();
    driver.command({ search: { words: "fish", limit: 3 } });
    answer(driver, [line(9, "fish 9")], { more: true, id: idOf(8) });
    expect(answer(driver, [line(6, "fish 6"), line(7, "fish 7")], { more: true, id: idOf(6) })).toMatchObject({
      words: "fish",
      before: idOf(8),
      limit: 2,
    });
    const found = events(driver.outputs());
    expect(found.flatMap((event) => ("shown" in event ? [event.shown.id] : []))).toEqual(["06", "07", "09"]);
    expect(found.at(-1)).toEqual({ found: { lines: 3, more: true, gap: false } });
    driver.command({ search: { more: true } });
    expect(answer(driver, [])).toMatchObject({ words: "fish", before: idOf(6), limit: 50 });
    driver.outputs();
    driver.command({ search: { more: true } });
    expect(events(driver.outputs())).toEqual([{ error: { message: expect.stringMatching(/^search: expected/) } }]);
  });

  test("that cannot be is an error: one under way, refused, another log, or a server that cannot", () => {
    const driver = join();
    driver.command({ search: { words: "a" } }, { search: { words: "b" } });
    const asked = driver.outputs();
    expect(events(asked).at(-1)).toEqual({ error: { message: expect.stringMatching(/no other search under way$/) } });
    const request = sent(asked, "search")[0]?.request;
    driver.receive({ kind: "error", code: "words-unfit", text: "No word.", request });
    expect(events(driver.outputs())).toEqual([{ error: { message: "search: the server says: No word." } }]);
    driver.command({ search: { words: "a" } });
    answer(driver, [], { more: true, id: idOf(3) });
    driver.input({ kind: "closed", code: "peer-reset", why: "it reset the connection" });
    join(driver, {}, { ...HELLO, log: "20" }).command({ search: { more: true } });
    expect(events(driver.outputs()).at(-1)).toEqual({ error: { message: expect.stringMatching(/^search: expected/) } });
    const old = join(new SessionDriver(), {}, { ...HELLO, capabilities: [1] });
    old.command({ search: { words: "a" } });
    expect(events(old.outputs()).at(-1)).toEqual({ error: { message: expect.stringMatching(/^search: expected/) } });
  });

  test("whose connection is lost does not stand in the way of the next", () => {
    const driver = join();
    driver.command({ search: { words: "a" } });
    driver.input({ kind: "closed", code: "peer-reset", why: "it reset the connection" });
    join(driver).outputs();
    driver.command({ search: { words: "b" } });
    expect(answer(driver, [])).toMatchObject({ words: "b" });
  });
});

describe("a read mark", () => {
  test("is told up to the last line to everybody that was shown, once", () => {
    const driver = join(new SessionDriver(), { unread: 0 });
    expect(told(driver)).toEqual([]);
    driver.receive(line(5, "one"), line(6, "psst", { to: "Jon" }));
    expect([told(driver), told(driver)]).toEqual([["05"], []]);
    driver.say("All", "Hi").say("Zoë", "psst");
    const [hi, psst] = sent(driver.outputs(), "say");
    driver.receive({ kind: "said", request: hi?.request ?? "", id: "08", sequence: 8, time: 0 });
    driver.receive({ kind: "said", request: psst?.request ?? "", id: "09", sequence: 9, time: 0 });
    expect(told(driver)).toEqual(["08"]);
  });

  test("is of what was shown when somebody looked, though it is told later; before a hang-up at the latest", () => {
    const driver = join(new SessionDriver(), { unread: 0 });
    driver.receive(line(5, "one")).command({ read: {} }).receive(line(6, "two")).input({ kind: "mark" });
    expect(sent(driver.outputs(), "read").map(({ id }) => id)).toEqual(["05"]);
    driver.command({ read: {} }, { close: {} });
    const outputs = driver.outputs().filter(({ kind }) => kind === "send" || kind === "hang-up");
    expect(outputs).toEqual([
      { kind: "send", message: expect.objectContaining({ kind: "read", id: "06" }) },
      { kind: "hang-up" },
    ]);
  });

  test("is no guest's; of a server that has none nothing is told", () => {
    const guest = join().receive(line(5, "one"));
    expect(told(guest)).toEqual([]);
    const old = join(new SessionDriver(), { unread: 0 }, { ...HELLO, capabilities: [1] }).receive(line(5, "one"));
    expect(told(old)).toEqual([]);
    guest.receive({ kind: "registered", request: "01" });
    expect(told(guest)).toEqual(["05"]);
  });

  test("of before says how much is unread, and where that begins", () => {
    const driver = join(new SessionDriver(4), { mark: "04", unread: 2 });
    const outputs = driver.outputs();
    expect(events(outputs)).toContainEqual({ unread: { lines: 2 } });
    const request = sent(outputs, "history")[0]?.request ?? "";
    const lines = [line(3, "3"), line(4, "4"), line(5, "5", { from: "Jon" }), line(6, "6"), line(7, "7")];
    driver.receive(...lines.map((one) => ({ ...one, request })), { kind: "page", request });
    const shown = events(driver.outputs()).flatMap((event) => ("shown" in event ? [event.shown] : []));
    expect(shown.filter(({ unread }) => unread).map(({ id }) => id)).toEqual(["06"]);
    expect([told(driver), told(driver)]).toEqual([["07"], []]);
  });

  test("that was refused is said by the server, and no other follows on this connection", () => {
    const driver = join(new SessionDriver(), { unread: 0 }).receive(line(5, "one"));
    driver.command({ read: {} }).input({ kind: "mark" });
    const request = sent(driver.outputs(), "read")[0]?.request;
    driver.receive({ kind: "error", code: "not-stored", text: "The disk refuses.", request });
    expect(driver.shown()).toEqual(["Server whispers to you: The disk refuses."]);
    driver.receive(line(6, "two"));
    expect(told(driver)).toEqual([]);
  });
});

describe("a name that is given back", () => {
  /** An owner who has seen a line; gives the request by which the name was given back. */
  function givenBack() {
    const driver = join(new SessionDriver(), { unread: 0 }, { ...HELLO, capabilities: [1, 2, 3, 4] });
    driver.receive(line(5, "a red fish"));
    expect(told(driver)).toEqual(["05"]);
    driver.receive(line(6, "a blue fish")).command({ unregister: {} });
    const [asked] = sent(driver.outputs(), "unregister");
    return { driver, request: asked?.request ?? "" };
  }

  test("has no mark any more", () => {
    const { driver, request } = givenBack();
    driver.receive({ kind: "unregistered", request });
    expect(told(driver)).toEqual([]);
  });

  test("has none though the disk refuses to forget it", () => {
    const { driver, request } = givenBack();
    driver.receive({ kind: "error", code: "not-stored", text: "The disk refuses.", request });
    expect(told(driver)).toEqual([]);
  });

  test("has none of before when it is one's own again: what was seen is told anew", () => {
    const { driver, request } = givenBack();
    driver.receive({ kind: "unregistered", request }, { kind: "registered", request: "01" });
    expect(told(driver)).toEqual(["06"]);
    const other = givenBack();
    expect(told(other.driver)).toEqual(["06"]);
    other.driver.receive({ kind: "unregistered", request: other.request }, { kind: "registered", request: "01" });
    expect(told(other.driver)).toEqual(["06"]);
  });
});

test("whoever changes the password has as much unread as before", () => {
  const driver = join(new SessionDriver(), { mark: "04", unread: 2 });
  driver.outputs();
  driver.receive({ kind: "registered", request: "01" });
  expect(events(driver.outputs())).toEqual([]);
});
