import { expect, test } from "vitest";
import { line, SessionDriver, TEST_SERVER } from "./fixtures/session-driver.ts";

const NEED_NAME = "You need set a username first.";
const NOT_CONNECTED = "You are not connected to a Howdy Server.";
const TOO_LONG = "The username is too long.";
const NAME_CONTROL = "The username holds a control character or a line break, please try another one.";
const TEXT_CONTROL = "The message holds a control character; only tabs and line breaks can be sent.";

test("without a selection, nothing is sent and the draft stays", () => {
  const driver = SessionDriver.connected("Jon").command({ type: "hello" }, { send: {} });
  expect(driver.seen()).toEqual([line("You did not specify any receiver.")]);
  expect(driver.session.state.draft).toBe("hello");
});

test("the missing receiver is said before the empty draft is looked at", () => {
  expect(new SessionDriver().command({ send: {} }).shown()).toEqual(["You did not specify any receiver."]);
});

test.each(["Server", "All", "Jon"])("an empty draft to %s sends nothing and shows nothing", (destination) => {
  expect(SessionDriver.connected("Jon").say(destination, "").seen()).toEqual([]);
  expect(SessionDriver.connected(undefined, ["Jon"]).say(destination, "").seen()).toEqual([]);
});

test.each([
  ["Jon Stewart", "Jon Stewart"],
  ["Zoe\u0308", "Zoë"],
  ["ë".repeat(32), "ë".repeat(32)],
  ["e\u0308".repeat(32), "ë".repeat(32)],
  [" blank ", " blank "],
  ["All", "All"],
  ["\ud800", "\ufffd"],
])("the draft %j to Server proposes %j and is cleared; what is taken is the server's to say", (draft, name) => {
  const driver = SessionDriver.connected().say("Server", draft);
  expect(driver.seen()).toEqual([{ kind: "send", message: { kind: "proposal", name } }]);
  expect(driver.session.state.draft).toBe("");
});

const REFUSED_NAMES = [
  ["a".repeat(65), TOO_LONG],
  ["ë".repeat(33), TOO_LONG],
  ["Jon\u0000", NAME_CONTROL],
  ["Jon\nStewart", NAME_CONTROL],
  ["\u001b[31mJon", NAME_CONTROL],
  ["Jon\u2028", NAME_CONTROL],
] as const;

test.each(REFUSED_NAMES)("the username %j is refused, connected or not, and stays in the entry", (draft, text) => {
  for (const driver of [SessionDriver.connected(), new SessionDriver()]) {
    expect(driver.say("Server", draft).seen()).toEqual([line(text)]);
    expect(driver.session.state.draft).toBe(draft);
  }
});

test("a proposal without a connection is refused and stays in the entry", () => {
  const driver = new SessionDriver().say("Server", "Jon");
  expect(driver.seen()).toEqual([line(NOT_CONNECTED)]);
  expect(driver.session.state.draft).toBe("Jon");
});

test("a proposal while the dial is under way is refused and stays in the entry", () => {
  const driver = new SessionDriver().command({ connect: TEST_SERVER }).say("Server", "Jon");
  expect(driver.shown()).toContain(NOT_CONNECTED);
  expect(driver.session.state.draft).toBe("Jon");
});

test("a second proposal waits for the answer to the first", () => {
  const driver = SessionDriver.connected().say("Server", "Jon");
  driver.outputs();
  driver.say("Server", "Bo");
  expect(driver.seen()).toEqual([
    line("The server has not answered to the username Jon yet; wait for it, or connect again."),
  ]);
  expect(driver.session.state.draft).toBe("Bo");
  driver.receive({ kind: "nak", name: "Jon" }).command({ send: {} });
  expect(driver.seen()).toEqual([
    line("The username is not accepted by server, please try another one."),
    { kind: "send", message: { kind: "proposal", name: "Bo" } },
  ]);
});

test("an accepted name shows in the state; another proposal is refused", () => {
  const driver = SessionDriver.connected().say("Server", "Jon");
  driver.outputs();
  driver.receive({ kind: "ack", name: "Jon" });
  expect(driver.seen()).toEqual([line("Your username is accepted")]);
  expect(driver.session.state.username).toBe("Jon");
  driver.say("Server", "Bo");
  expect(driver.seen()).toEqual([line("You already have the username Jon.")]);
  expect(driver.session.state.draft).toBe("Bo");
});

test("an acceptance of no name is none", () => {
  const driver = SessionDriver.connected().say("Server", "Jon");
  driver.outputs();
  expect(driver.receive({ kind: "ack", name: "" }).seen()).toEqual([]);
  expect(driver.session.state.username).toBeNull();
});

test.each(["All", "Bo"])("a message to %s without a name is refused, connected or not, and stays", (destination) => {
  const driver = SessionDriver.connected(undefined, ["Bo"]).say(destination, "Hi, my name is Jon Stewart.");
  expect(driver.seen()).toEqual([line(NEED_NAME)]);
  expect(driver.session.state.draft).toBe("Hi, my name is Jon Stewart.");
  expect(new SessionDriver().say("All", "x".repeat(5000)).shown()).toEqual([NEED_NAME]);
});

test("a message to All shows what you say, sends it, and clears the draft", () => {
  const driver = SessionDriver.connected("Jon Stewart").say("All", "If we amplify everything, we hear nothing.");
  expect(driver.seen()).toEqual([
    line("You say: If we amplify everything, we hear nothing."),
    {
      kind: "send",
      message: {
        kind: "message",
        sender: "Jon Stewart",
        receiver: "All",
        text: "If we amplify everything, we hear nothing.",
      },
    },
  ]);
  expect(driver.session.state.draft).toBe("");
  expect(driver.session.state.selection).toBe("All");
});

test("a message to a user shows what you whisper, sends it, and clears the draft", () => {
  const driver = SessionDriver.connected("Jon", ["Jon", "Zoë"]).say("Zoë", "hello\tyou\nthere");
  expect(driver.seen()).toEqual([
    line("You whisper to Zoë: hello\tyou\nthere"),
    { kind: "send", message: { kind: "message", sender: "Jon", receiver: "Zoë", text: "hello\tyou\nthere" } },
  ]);
  expect(driver.session.state.draft).toBe("");
});

test("a whisper to oneself goes out like any other", () => {
  const driver = SessionDriver.connected("Jon").say("Jon", "note");
  driver.receive({ kind: "message", sender: "Jon", receiver: "Jon", text: "note" });
  expect(driver.shown()).toEqual(["You whisper to Jon: note", "Jon whispers to you: note"]);
});

test.each([
  ["a".repeat(3967), 3967],
  ["ë".repeat(1983), 3966],
  ["😀".repeat(991), 3964],
])("a text of the limit in bytes is sent whole", (text, bytes) => {
  expect(Buffer.byteLength(text)).toBe(bytes);
  expect(SessionDriver.connected("Jon").say("All", text).shown()).toEqual([`You say: ${text}`]);
});

test.each([
  ["a".repeat(3968), "The message is too long: it takes 3968 bytes, and 3967 is the limit."],
  ["ë".repeat(1984), "The message is too long: it takes 3968 bytes, and 3967 is the limit."],
  ["a\u0000", TEXT_CONTROL],
  ["\u0005", TEXT_CONTROL],
  ["a\rb", TEXT_CONTROL],
  ["a\u007f", TEXT_CONTROL],
  ["a\u0085", TEXT_CONTROL],
])("the text %j is refused and stays in the entry", (text, shown) => {
  const driver = SessionDriver.connected("Jon").say("All", text);
  expect(driver.seen()).toEqual([line(shown)]);
  expect(driver.session.state.draft).toBe(text);
});

test("half a surrogate pair is shown as it arrives", () => {
  const driver = SessionDriver.connected("Jon").say("All", "a\ud800b");
  expect(driver.seen()).toEqual([
    line("You say: a\ufffdb"),
    { kind: "send", message: { kind: "message", sender: "Jon", receiver: "All", text: "a\ufffdb" } },
  ]);
});

test("something can be said to somebody who is not in the list, and entry and selection stay as they are", () => {
  const driver = SessionDriver.connected("Jon").command({ select: "All" }, { type: "draft" });
  driver.outputs();
  driver.input({ kind: "say", receiver: "Bo", text: "hello" });
  expect(driver.seen()).toEqual([
    line("You whisper to Bo: hello"),
    { kind: "send", message: { kind: "message", sender: "Jon", receiver: "Bo", text: "hello" } },
  ]);
  expect(driver.session.state).toMatchObject({ draft: "draft", selection: "All" });
});

test("a name can be proposed by saying it to Server", () => {
  const driver = SessionDriver.connected().input({ kind: "say", receiver: "Server", text: "Jon" });
  expect(driver.seen()).toEqual([{ kind: "send", message: { kind: "proposal", name: "Jon" } }]);
});

test.each(["", "x".repeat(65), "zero\0byte", "half \ud800"])(
  "to %j nothing can be said, since no frame holds it",
  (receiver) => {
    const driver = SessionDriver.connected("Jon").input({ kind: "say", receiver, text: "hello" });
    expect(driver.seen()).toEqual([line("Nobody can have such a name: it is empty, too long, or has no UTF-8.")]);
  },
);

test("a line comes with what it is", () => {
  const driver = SessionDriver.connected("Jon").input({ kind: "say", receiver: "Bo", text: "hello" });
  driver.receive({ kind: "message", sender: "Zoë", receiver: "Jon", text: "hi" }, { kind: "nak", name: "x" });
  const meanings = driver.outputs().flatMap((output) => (output.kind === "event" ? [output.meaning] : []));
  expect(meanings).toEqual([
    { kind: "own", receiver: "Bo" },
    { kind: "spoken", sender: "Zoë", whispered: true, isListed: false },
    { kind: "notice", notice: "name-not-accepted" },
  ]);
});

test("each press on Send has one outcome, which comes before the line about it", () => {
  const driver = SessionDriver.connected().say("Server", "").say("All", "too early").say("Server", "Jon");
  driver.receive({ kind: "ack", name: "Jon" }).say("All", "hello");
  const told = driver.outputs().flatMap((output) => {
    if (output.kind === "outcome") return [output.outcome];
    return output.kind === "event" && "shown" in output.event ? [output.event.shown.text] : [];
  });
  expect(told).toEqual([
    "nothing",
    "refused",
    "You need set a username first.",
    "proposal",
    "Your username is accepted",
    "message",
    "You say: hello",
  ]);
});
