// The session with a server of version 2: what is shown, once and in the log's order, whatever becomes of connections.

import { expect, test } from "vitest";
import type { Hcp2Message, MessageOf } from "../protocol/hcp2/index.ts";
import type { ControlEvent2 } from "./control.ts";
import { SessionDriver, TEST_SERVER } from "./fixtures/session-driver.ts";
import { UNANSWERED_MAX } from "./hcp2-talk.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1, 33], log: "10" };

/** A line at a place of the log; its id is the place. */
function line(sequence: number, from: string, text: string, more: Partial<MessageOf<"line">> = {}): MessageOf<"line"> {
  return { kind: "line", ...placeOf(sequence), from, text, ...more };
}

function placeOf(sequence: number) {
  return { id: sequence.toString(16).padStart(2, "0"), sequence, time: 1000 * sequence };
}

/** Connects, says hello, and has a name; `users` are there already. What the session asked for is left to be looked at. */
function join(driver: SessionDriver, users: readonly string[] = [], hello = HELLO): SessionDriver {
  driver.command({ connect: TEST_SERVER }).input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } });
  driver.receive(hello).say("Server", "Jon");
  const request = sent(driver).find(({ kind }) => kind === "join")?.request ?? "";
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0 });
  return driver.receive({ kind: "roster", names: [...users, "Jon"] });
}

function lose(driver: SessionDriver): SessionDriver {
  return driver.input({ kind: "closed", code: "peer-reset", why: "it reset the connection" });
}

type Sent = Hcp2Message & { readonly request?: string };

/** What was sent since the last look; everything else is forgotten. */
function sent(driver: SessionDriver): readonly Sent[] {
  return driver.outputs().flatMap((output) => (output.kind === "send" ? [output.message as Sent] : []));
}

function events(driver: SessionDriver): readonly ControlEvent2[] {
  return driver.outputs().flatMap((output) => (output.kind === "event" ? [output.event] : []));
}

/** The answer to the request for history that was sent last. */
function answer(driver: SessionDriver, asked: readonly Sent[], lines: readonly MessageOf<"line">[], more?: true): void {
  const request = asked.findLast(({ kind }) => kind === "history")?.request ?? "";
  driver.receive(...lines.map((one) => ({ ...one, request })), { kind: "page", request, more });
}

test("a connection tells its version, and a line its id and time", () => {
  const driver = join(new SessionDriver());
  driver.receive(line(7, "Zoë", "Hi"), line(8, "Zoë", "psst", { to: "Jon" }));
  expect(driver.session.state).toMatchObject({ hcp: 2, username: "Jon" });
  expect(events(driver).slice(-2)).toEqual([
    { shown: { text: "Zoë says: Hi", id: "07", atMs: 7000 } },
    { shown: { text: "Zoë whispers to you: psst", id: "08", atMs: 8000 } },
  ]);
});

test("a certificate that was not known is shown before the connection is there, and which it is with the connection", () => {
  const seen = { kind: "certificate", fingerprint: "A0:B1", news: "It is kept in a file" } as const;
  const driver = new SessionDriver().input(seen).command({ connect: TEST_SERVER }).input(seen);
  const tls = { fingerprint: "A0:B1", firstSeen: true };
  driver.input({ kind: "dialled", spoken: { hcp: 2, fellBack: false, tls } });
  expect(events(driver).slice(1)).toEqual([
    {
      shown: {
        text:
          "Howdy Server 10.6.1.116:20002 speaks TLS, and its certificate is seen for the first time. " +
          "Its fingerprint, which the server's log tells, too: A0:B1. It is kept in a file, and no other is taken.",
      },
    },
    { connected: { ...TEST_SERVER, hcp: 2, fellBack: false, tls } },
  ]);
});

test("the list is had whole, and then name by name, in the words of version 1", () => {
  const driver = new SessionDriver();
  driver.command({ connect: TEST_SERVER }).input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } });
  driver.receive(HELLO).say("Server", "Jon");
  const request = sent(driver)[0]?.request ?? "";
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0 });
  driver.receive({ kind: "roster", names: ["Zoë"], more: true }, { kind: "roster", names: ["Jon"] });
  driver.receive({ kind: "joined", name: "Eve", ...placeOf(2) }, { kind: "left", name: "Zoë", ...placeOf(3) });
  expect(driver.session.state.names).toEqual(["Server", "All", "Jon", "Eve"]);
  const lines = ["Zoë", "Jon", "join this conversation.", "Eve", "join this conversation."];
  expect(driver.shown()).toEqual(["Your username is accepted", ...lines, "Zoë", "left this conversation."]);
});

test("an own line has a nonce until it has an id; a whisper to oneself comes back", () => {
  const driver = join(new SessionDriver());
  sent(driver);
  driver.say("All", "Hi").say("Jon", "Note");
  const outputs = driver.outputs();
  const says = outputs.flatMap((output) => (output.kind === "send" ? [output.message as MessageOf<"say">] : []));
  expect(says.map(({ text, to }) => [text, to])).toEqual([
    ["Hi", undefined],
    ["Note", "Jon"],
  ]);
  const [hi = "", note = ""] = says.map(({ request }) => request);
  driver.receive({ kind: "said", request: hi, ...placeOf(5) }, { kind: "said", request: note, ...placeOf(6) });
  driver.receive(line(6, "Jon", "Note", { to: "Jon" }), line(6, "Jon", "Note", { to: "Jon" }));
  expect(events(driver)).toEqual([
    { said: { nonce: hi, id: "05", atMs: 5000 } },
    { said: { nonce: note, id: "06", atMs: 6000 } },
    { shown: { text: "Jon whispers to you: Note", id: "06", atMs: 6000 } },
  ]);
});

test("what was said while the connection was gone comes exactly once, in its order, before what is said now", () => {
  const driver = join(new SessionDriver(), ["Zoë"]);
  driver.receive(line(2, "Zoë", "two"));
  join(lose(driver), ["Zoë"]);
  const asked = sent(driver);
  expect(asked.at(-1)).toMatchObject({ kind: "history", after: "02" });
  driver.receive(line(5, "Zoë", "five"));
  answer(driver, asked, [line(3, "Zoë", "three"), line(4, "Zoë", "four")], true);
  const further = sent(driver);
  expect(further.at(-1)).toMatchObject({ kind: "history", after: "04" });
  answer(driver, further, [line(5, "Zoë", "five")]);
  driver.receive(line(6, "Zoë", "six"));
  expect(driver.session.state.lines.filter((text) => text.includes("says"))).toEqual(
    ["two", "three", "four", "five", "six"].map((text) => `Zoë says: ${text}`),
  );
  expect(sent(join(lose(driver))).at(-1)).toMatchObject({ kind: "history", after: "06" });
});

test("a connection lost while one catches up leaves no hole", () => {
  const driver = join(new SessionDriver(), ["Zoë"]);
  driver.receive(line(2, "Zoë", "two"));
  join(lose(driver), ["Zoë"]);
  driver.receive(line(5, "Zoë", "five"));
  join(lose(driver), ["Zoë"]);
  const asked = sent(driver);
  expect(asked.at(-1)).toMatchObject({ kind: "history", after: "02" });
  answer(driver, asked, [line(3, "Zoë", "three"), line(5, "Zoë", "five")]);
  expect(driver.session.state.lines.filter((text) => text.includes("says"))).toEqual(
    ["two", "three", "five"].map((text) => `Zoë says: ${text}`),
  );
});

test("a text without an answer is said again under its nonce, and shown once", () => {
  const driver = join(new SessionDriver(), ["Zoë"]);
  driver.receive(line(2, "Zoë", "two"));
  driver.outputs();
  driver.say("All", "Hi");
  const [first] = sent(driver);
  join(lose(driver), ["Zoë"]);
  const asked = sent(driver);
  expect(asked.slice(-2)).toEqual([first, expect.objectContaining({ kind: "history", after: "02" })]);
  driver.receive({ kind: "said", request: first?.request ?? "", ...placeOf(3) });
  answer(driver, asked, [line(3, "Jon", "Hi"), line(4, "Zoë", "four")]);
  expect(driver.session.state.lines.filter((text) => /say/.test(text))).toEqual([
    "Zoë says: two",
    "You say: Hi",
    "Zoë says: four",
  ]);
  expect(sent(join(lose(driver))).filter(({ kind }) => kind === "say")).toEqual([]);
});

test.each([
  ["a server that was started anew", { ...HELLO, log: "20" }],
  ["a server whose log has no identity", { ...HELLO, log: undefined }],
])("to %s nothing is said again, and it is told", (_what, hello) => {
  const driver = join(new SessionDriver());
  driver.receive(line(2, "Zoë", "two")).say("All", "Hi");
  join(lose(driver), [], hello);
  const asked = sent(driver);
  expect(asked.filter(({ kind }) => kind === "say" || kind === "history")).toEqual([]);
  expect(driver.session.state.lines).toContain("Nobody can tell whether this was said, since the connection broke: Hi");
});

test("older lines come when they are asked for, page by page, and none twice", () => {
  const driver = join(new SessionDriver());
  driver.receive(line(9, "Zoë", "nine"));
  driver.outputs();
  driver.command({ history: { limit: 2 } });
  const asked = sent(driver);
  expect(asked).toMatchObject([{ kind: "history", before: "09", limit: 2 }]);
  driver.command({ history: {} });
  expect(events(driver)).toMatchObject([{ error: {} }]);
  answer(driver, asked, [line(7, "Zoë", "seven"), line(8, "Eve", "eight")], true);
  expect(events(driver)).toEqual([
    { shown: { text: "Zoë says: seven", id: "07", atMs: 7000, history: true } },
    { shown: { text: "Eve says: eight", id: "08", atMs: 8000, history: true } },
    { history: { lines: 2, more: true, gap: false } },
  ]);
  expect(sent(driver.command({ history: {} }))).toMatchObject([{ kind: "history", before: "07" }]);
});

test("lines that come while the first ones are awaited stand behind them", () => {
  const driver = join(new SessionDriver(20));
  const asked = sent(driver);
  expect(asked.at(-1)).toMatchObject({ kind: "history", limit: 20 });
  driver.receive(line(9, "Zoë", "nine"));
  expect(driver.shown()).toEqual([]);
  answer(driver, asked, [line(8, "Zoë", "eight"), line(9, "Zoë", "nine")]);
  expect(driver.shown()).toEqual(["Zoë says: eight", "Zoë says: nine"]);
});

test("a server that never answers holds a thousand lines back, and not one more", () => {
  const driver = join(new SessionDriver(20));
  driver.outputs();
  for (let at = 10; at < 1010; at += 1) driver.receive(line(at, "Zoë", String(at)));
  expect(driver.shown()).toEqual([]);
  driver.receive(line(1010, "Zoë", "1010"));
  expect(driver.shown()).toHaveLength(1001);
});

test("a whisper to somebody who is away is refused in the server's words", () => {
  const driver = join(new SessionDriver(), ["Zoë"]);
  sent(driver);
  driver.say("Zoë", "psst");
  const [say] = sent(driver);
  driver.receive({ kind: "error", request: say?.request, code: "receiver-away", text: "Zoë is not online." });
  expect(driver.shown()).toEqual(["Server whispers to you: Zoë is not online."]);
  expect(sent(join(lose(driver))).filter(({ kind }) => kind === "say")).toEqual([]);
});

test("a name that is refused is told with its reason, and can be asked for again", () => {
  const driver = new SessionDriver();
  driver.command({ connect: TEST_SERVER }).input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } });
  driver.receive(HELLO).say("Server", "Jon");
  const request = sent(driver)[0]?.request;
  driver.receive({ kind: "error", request, code: "name-taken", text: "Jon is taken." });
  expect(driver.shown()).toEqual([
    "Server whispers to you: Jon is taken.",
    "The username is not accepted by server, please try another one.",
  ]);
  expect(sent(driver.say("Server", "Joe"))).toMatchObject([{ kind: "join", name: "Joe" }]);
});

test("announcements, mail and pings are what they are in version 1, and a bye is told with the loss", () => {
  const driver = join(new SessionDriver());
  driver.outputs();
  driver.receive(
    { kind: "notice", code: "announcement", text: "Maintenance at noon." },
    { kind: "notice", code: "slowed", text: "You send too fast." },
    { kind: "mail", time: 5000, from: "Zoë", text: "psst", to: "Jon" },
    { kind: "ping", request: "aa" },
    { kind: "bye", code: "kicked", text: "Enough." },
  );
  lose(driver);
  const outputs = driver.outputs();
  expect(outputs).toContainEqual({ kind: "send", message: { kind: "pong", request: "aa" } });
  expect(
    outputs.flatMap((output) => (output.kind === "event" && "shown" in output.event ? [output.event] : [])),
  ).toEqual([
    { shown: { text: "Server says: Maintenance at noon." } },
    { shown: { text: "Server whispers to you: You send too fast." } },
    { shown: { text: "Zoë whispers to you: psst", atMs: 5000 } },
    { shown: { text: "The connection to Howdy Server 10.6.1.116:20002 is gone: it said bye, kicked: Enough." } },
  ]);
});

test("a text may be four times as long as in version 1, and no longer", () => {
  const driver = join(new SessionDriver());
  driver.outputs();
  expect(sent(driver.say("All", "x".repeat(16_384)))).toHaveLength(1);
  expect(driver.say("All", "x".repeat(16_385)).shown()).toEqual([
    "The message is too long: it takes 16385 bytes, and 16384 is the limit.",
  ]);
});

test("what is not answered is bounded; the draft stays", () => {
  const driver = join(new SessionDriver());
  for (let said = 0; said < UNANSWERED_MAX; said += 1) driver.say("All", String(said));
  driver.outputs();
  driver.say("All", "one too many");
  expect(driver.session.state.draft).toBe("one too many");
  expect(driver.shown()).toEqual(["The server has not answered what you said last; wait for it, or connect again."]);
});

test("older lines cannot be had of a server of version 1, which is no line of the conversation", () => {
  const driver = SessionDriver.connected("Jon");
  expect(driver.command({ history: {} }).seen()).toMatchObject([{ error: {} }]);
});
