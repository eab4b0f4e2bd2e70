import { expect, test } from "vitest";
import { SERVER_ENTRIES, WindowDriver } from "./fixtures/window-driver.ts";
import { ENTRY_UNITS_MAX } from "./window-model.ts";

const LOST = { kind: "closed", code: "peer-ended", why: "it closed the connection" } as const;

test("after Connect the destination is Server, after acceptance All", () => {
  const driver = WindowDriver.ready();
  const { model } = driver;
  expect([model.link, model.selection]).toEqual(["idle", null]);
  model.connect(SERVER_ENTRIES);
  driver.settle();
  expect(model.link).toBe("dialling");
  driver.input({ kind: "dialled" }).settle();
  expect([model.link, model.selection]).toEqual(["connected", "Server"]);
  driver.say("Jon").settle();
  expect([model.proposed, model.entry.text]).toEqual(["Jon", ""]);
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Jon"] }).settle();
  expect([model.selection, model.username, model.proposed]).toEqual(["All", "Jon", null]);
  expect(driver.session.state.selection).toBe("All");
});

test("an address that is not valid shows the report's line and changes nothing", () => {
  const driver = WindowDriver.ready();
  driver.model.connect({ address: "300.1.1.1", port: "20002" });
  driver.settle();
  expect(driver.lines).toEqual(["The IP address or port number is not valid, please try again."]);
  expect(driver.model.link).toBe("idle");
});

test("both entries empty mean 127.0.0.1 and 20002", () => {
  const driver = WindowDriver.ready();
  driver.model.connect({ address: "", port: "" });
  driver.settle();
  expect(driver.lines).toEqual(["You are going to connect Howdy Server with 127.0.0.1:20002"]);
  expect(driver.model.link).toBe("dialling");
});

test("a refused name stands in the entry again, to be edited", () => {
  const driver = connected();
  driver.say("Jon").settle();
  driver.receive({ kind: "nak", name: "Jon" }).settle();
  expect([driver.model.entry.text, driver.model.selection]).toEqual(["Jon", "Server"]);
});

test("blanks at a name's ends are not proposed, and those of a message are sent", () => {
  const driver = connected();
  driver.say(" Zoe Ball\u00a0").settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Zoe Ball" }]);
  driver.receive({ kind: "ack", name: "Zoe Ball" }, { kind: "update", names: ["Zoe Ball"] }).settle();
  driver.say(" hi ", "All").settle();
  expect(driver.sent.at(-1)).toMatchObject({ kind: "message", text: " hi " });
});

test("a name of blanks is nothing to send", () => {
  const driver = connected();
  driver.say("  ").settle();
  expect(driver.sent).toEqual([]);
});

test("a refused send leaves the text where it is", () => {
  const driver = connected();
  driver.say("Hi, my name is Jon Stewart.", "All").settle();
  expect(driver.lines.at(-1)).toBe("You need set a username first.");
  expect(driver.model.entry.text).toBe("Hi, my name is Jon Stewart.");
  expect(driver.sent).toEqual([]);
});

test("who sends or connects is told soon when the client is gone; while a server is dialled the client may be late", () => {
  const driver = connected();
  const { checks } = driver;
  driver.say("Jon");
  expect(driver.checks).toBe(checks + 1);
  driver.cutWire();
  expect([driver.model.link, driver.model.entry.text]).toEqual(["cut-off", "Jon"]);
  const other = WindowDriver.ready();
  other.model.connect(SERVER_ENTRIES);
  expect(other.checks).toBe(1);
  other.settle().say("Jon");
  expect([other.model.link, other.checks]).toEqual(["dialling", 1]);
});

test("what is typed while a message is on its way stays", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.say("one");
  driver.model.entry.type("two");
  driver.settle();
  expect(driver.model.entry.text).toBe("two");
  expect(driver.lines.at(-1)).toBe("You say: one");
});

test("a draft and a selection survive what arrives", () => {
  const driver = WindowDriver.ready("Jon", ["Bo", "Kim"]);
  driver.model.select("Bo");
  driver.model.entry.type("Being a superpower");
  driver.receive(
    { kind: "message", sender: "Bo", receiver: "Jon", text: "hi" },
    { kind: "update", names: ["Bo", "Jon", "Zoë"] },
  );
  driver.settle();
  expect([driver.model.entry.text, driver.model.selection]).toEqual(["Being a superpower", "Bo"]);
  driver.receive({ kind: "update", names: ["Jon", "Zoë"] }).settle();
  expect([driver.model.entry.text, driver.model.selection]).toEqual(["Being a superpower", null]);
});

test("a message that meets the end of the connection comes back into the entry", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.input(LOST);
  driver.say("one");
  driver.say("two");
  driver.model.entry.type("three");
  driver.settle();
  expect(driver.model.entry.text).toBe("one\ntwo\nthree");
  expect(driver.sent).toEqual([]);
});

test("Reconnect comes back with the same name, keeps the draft, and selects who it was for", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.model.select("Bo");
  driver.model.entry.type("half a whisper");
  driver.input(LOST).settle();
  expect([driver.model.link, driver.model.canReconnect, driver.model.selection]).toEqual(["lost", true, null]);
  driver.model.reconnect();
  driver.settle().input({ kind: "dialled" }).settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Jon", "Bo"] }).settle();
  expect(driver.model).toMatchObject({ username: "Jon", selection: "Bo" });
  expect(driver.model.entry.text).toBe("half a whisper");
});

test("a half whisper to somebody who is not there any more does not go to everybody", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.model.select("Bo");
  driver.model.entry.type("half a whisper");
  driver.input(LOST).settle();
  driver.model.reconnect();
  driver.settle().input({ kind: "dialled" }).settle();
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Jon"] }).settle();
  expect(driver.model.selection).toBe("Server");
  expect(driver.session.state.selection).toBe("Server");
});

test("a name that is taken meanwhile is to be edited, and the draft comes back after it", () => {
  const driver = WindowDriver.ready("Jon");
  driver.model.entry.type("half a message");
  driver.input(LOST).settle();
  driver.model.reconnect();
  driver.settle().input({ kind: "dialled" }).settle().receive({ kind: "nak", name: "Jon" }).settle();
  expect(driver.model.entry.text).toBe("Jon");
  driver.say("Jon II").settle();
  driver.receive({ kind: "ack", name: "Jon II" }, { kind: "update", names: ["Jon II"] }).settle();
  expect(driver.model).toMatchObject({ username: "Jon II", selection: "All" });
  expect(driver.model.entry.text).toBe("half a message");
});

test("a dial that fails can be tried again, with the name", () => {
  const driver = WindowDriver.ready("Jon");
  driver.input(LOST).settle();
  driver.model.reconnect();
  driver.settle().input({ kind: "dial-failed", why: "connection refused" }).settle();
  expect([driver.model.link, driver.model.canReconnect]).toEqual(["lost", true]);
  driver.model.reconnect();
  driver.settle().input({ kind: "dialled" }).settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
});

test("Connect is a new start: it proposes no name", () => {
  const driver = WindowDriver.ready("Jon");
  driver.input(LOST).settle();
  driver.model.connect(SERVER_ENTRIES);
  driver.settle().input({ kind: "dialled" }).settle();
  expect(driver.sent).toEqual([]);
  expect(driver.model.selection).toBe("Server");
});

test("when the client behind the page goes away, Reconnect opens a session and comes back", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.model.entry.type("a draft");
  driver.cutWire();
  expect([driver.model.link, driver.model.canReconnect]).toEqual(["cut-off", true]);
  driver.model.send();
  expect(driver.model.entry.text).toBe("a draft");
  driver.model.reconnect();
  expect([driver.opens, driver.model.link]).toEqual([1, "opening"]);
  driver.cutWire();
  driver.model.reconnect();
  driver.openWire();
  driver.settle().input({ kind: "dialled" }).settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Jon"] }).settle();
  expect(driver.model).toMatchObject({ link: "connected", username: "Jon", selection: "All" });
  expect(driver.model.entry.text).toBe("a draft");
});

test("a name that is sent while the server is dialled is proposed once it is there", () => {
  const driver = WindowDriver.ready();
  driver.model.select("Server");
  driver.model.connect(SERVER_ENTRIES);
  driver.settle().say("Jon").settle();
  expect(driver.sent).toEqual([]);
  driver.input({ kind: "dialled" }).settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
});

test("a message that is sent while the acceptance of the name is on its way is said, and leaves the entry", () => {
  const driver = connected();
  driver.say("Jon").settle();
  driver.receive({ kind: "ack", name: "Jon" });
  driver.say("hi", "All").settle();
  expect(driver.sent.at(-1)).toEqual({ kind: "message", sender: "Jon", receiver: "All", text: "hi" });
  expect(driver.model.entry.text).toBe("");
});

test("a refused message comes back before what was typed since", () => {
  const driver = connected();
  driver.say("hi", "All");
  expect(driver.model.entry.text).toBe("");
  driver.model.entry.type("more");
  driver.settle();
  expect(driver.model.entry.text).toBe("hi\nmore");
});

test("while a server is dialled a name leaves the entry, and anything else stays until it is answered", () => {
  const driver = WindowDriver.ready();
  driver.model.connect(SERVER_ENTRIES);
  driver.settle().say("Jon", "Server").say("hi", "All").settle();
  expect([driver.model.entry.text, driver.model.proposed]).toEqual(["hi", "Jon"]);
  driver.input({ kind: "dialled" }).settle();
  expect(driver.lines.at(-1)).toBe("You need set a username first.");
  expect([driver.model.entry.text, driver.model.proposed]).toEqual(["hi", "Jon"]);
});

test("a name that was to be proposed comes back when the dial fails, and Reconnect proposes it", () => {
  const driver = WindowDriver.ready();
  driver.model.connect(SERVER_ENTRIES);
  driver.settle().say("Jon", "Server").settle();
  driver.input({ kind: "dial-failed", why: "connection refused" }).settle();
  expect(driver.model.entry.text).toBe("Jon");
  driver.model.reconnect();
  driver.settle().input({ kind: "dialled" }).settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  driver.receive({ kind: "ack", name: "Jon" }).settle();
  expect(driver.model.entry.text).toBe("");
});

test("a name that the server has not answered comes back into the entry when the connection goes", () => {
  const driver = connected();
  driver.say("Jon").settle();
  driver.input(LOST).settle();
  expect([driver.model.entry.text, driver.model.proposed]).toEqual(["Jon", null]);
});

test("a whisper to somebody who has just left is kept, also when Send is pressed once more", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.model.select("Bo");
  driver.deliverCommand();
  driver.receive({ kind: "update", names: [] });
  driver.say("hi");
  driver.deliverEvent();
  driver.model.send();
  driver.settle();
  expect(driver.sent).toEqual([]);
  expect(driver.model.entry.text).toBe("hi");
});

test("only what was sent can be recalled", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.say("one", "Bo").say("x".repeat(4000)).settle();
  driver.model.entry.type("");
  driver.model.entry.recallOlder();
  expect(driver.model.entry.text).toBe("one");
});

test("a client that answers nothing is asked so many times and no more, and the entry keeps the rest", () => {
  const driver = WindowDriver.ready("Jon");
  const before = driver.given.length;
  for (let count = 0; count < 300; count += 1) driver.say(`text ${count}`);
  expect(driver.given.length - before).toBe(2 * 256);
  expect(driver.model.entry.text).toBe("text 299");
  driver.cutWire();
  expect(driver.model.entry.text.split("\n")).toHaveLength(257);
});

test("a name that was refused though the page expected none comes back, and the session says who one is", () => {
  const driver = connected();
  driver.say("Jon").settle();
  driver.receive({ kind: "nak", name: "Jon" });
  driver.say("Jon II");
  while (driver.deliverCommand());
  while (driver.deliverEvent());
  driver.say("Jon III").settle();
  expect(driver.sent.map((message) => "name" in message && message.name)).toEqual(["Jon", "Jon II"]);
  expect(driver.model.entry.text).toBe("Jon III");
  driver.receive({ kind: "ack", name: "Jon II" }).settle();
  expect(driver.model.username).toBe("Jon II");
});

test("a fault of the client is shown until the next try", () => {
  const driver = WindowDriver.ready();
  driver.model.take({ error: { message: "connect: expected a server on the allow list" } });
  expect(driver.model.fault).toBe("connect: expected a server on the allow list");
  driver.model.connect(SERVER_ENTRIES);
  expect(driver.model.fault).toBeUndefined();
});

test("a text far too long for a command is not given to the client", () => {
  const driver = WindowDriver.ready("Jon");
  const before = driver.given.length;
  driver.say("x".repeat(ENTRY_UNITS_MAX + 1));
  expect(driver.given.length).toBe(before);
  expect(driver.model.fault).toMatch(/10000 characters/);
  driver.say("\u0001".repeat(ENTRY_UNITS_MAX)).settle();
  expect(driver.lines.at(-1)).toMatch(/^The message is too long/);
  expect(driver.model.entry.text).toHaveLength(ENTRY_UNITS_MAX);
});

test("only what others speak counts as unread", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.model.unread.hide();
  driver.receive(
    { kind: "update", names: ["Bo", "Jon", "Zoë"] },
    { kind: "message", sender: "Bo", receiver: "All", text: "hi" },
    { kind: "message", sender: "Bo", receiver: "Jon", text: "psst" },
  );
  driver.settle();
  expect(driver.model.unread.count).toBe(2);
});

test("half a surrogate pair is sent as it is shown", () => {
  const driver = WindowDriver.ready("Jon", ["Bo"]);
  driver.say("half \ud83d").settle();
  expect(driver.lines.at(-1)).toBe("You say: half \ufffd");
  expect(driver.model.transcript.range(0, driver.model.transcript.end).at(-1)?.meaning.kind).toBe("own");
});

test("a line is kept with the meaning that the session gave it, whatever its words", () => {
  const driver = WindowDriver.ready("Jon", ["You say: hi"]);
  driver.receive({ kind: "message", sender: "You say: hi", receiver: "Jon", text: "Jon says: x" }).settle();
  expect(driver.model.transcript.range(0, driver.model.transcript.end).at(-1)).toMatchObject({
    text: "You say: hi whispers to you: Jon says: x",
    meaning: { kind: "spoken", sender: "You say: hi", whispered: true, isListed: true },
  });
});

function connected(): WindowDriver {
  const driver = WindowDriver.ready();
  driver.model.connect(SERVER_ENTRIES);
  return driver.settle().input({ kind: "dialled" }).settle();
}
