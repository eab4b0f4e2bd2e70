import { expect, test } from "vitest";
import { TerminalDriver } from "./fixtures/terminal-driver.ts";

const message = (sender: string, receiver: string, text: string) =>
  ({ kind: "message", sender, receiver, text }) as const;

test("somebody without a name is asked for one, and told who is online", () => {
  const driver = new TerminalDriver().dialled();
  expect(driver.lines()).toEqual([
    "You are going to connect Howdy Server with 127.0.0.1:20002",
    expect.stringMatching(/^# Type the name/),
  ]);
  expect(driver.prompt).toEqual({ kind: "name" });
  driver.enter("  Jon ");
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  expect(driver.prompt).toEqual({ kind: "waiting", name: "Jon" });
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Zoë", "Jon"] });
  expect(driver.lines()).toEqual([
    "Your username is accepted",
    "Zoë",
    "Jon",
    "join this conversation.",
    "# Online, 2: Zoë, Jon (you).",
  ]);
  expect(driver.prompt).toEqual({ kind: "talk", receiver: "All", isThere: true, knowsWho: true });
});

test("a text goes to All, or to whoever was picked, and the prompt says so", () => {
  const driver = TerminalDriver.named("Jon", "Zoë");
  driver.enter("hello").enter("/to zoë").enter("psst").enter("/all back").enter("/to all").enter("again");
  expect(driver.sent.map((sent) => (sent.kind === "message" ? [sent.receiver, sent.text] : sent))).toEqual([
    ["All", "hello"],
    ["Zoë", "psst"],
    ["All", "back"],
    ["All", "again"],
  ]);
  driver.enter("/to Zoë").receive({ kind: "update", names: ["Jon"] });
  expect(driver.prompt).toMatchObject({ receiver: "Zoë", isThere: false });
});

test("a whisper may go to somebody who is not there: the server answers it", () => {
  const driver = TerminalDriver.named("Jon").enter("@Bo hello");
  expect(driver.sent).toEqual([message("Jon", "Bo", "hello")]);
  expect(driver.lines()).toEqual(["You whisper to Bo: hello", "# Bo is not in the list of who is online."]);
  driver.receive(message("Server", "Jon", "Bo is not online."));
  expect(driver.lines()).toEqual(["Server whispers to you: Bo is not online."]);
});

test("a name that is taken is asked for again at once, with itself on the line; half a message is put aside", () => {
  const driver = new TerminalDriver({ name: "Jon" }).dialled();
  driver.draft = "half a message";
  driver.receive({ kind: "nak", name: "Jon" });
  expect(driver.prompt).toEqual({ kind: "name" });
  expect(driver.draft).toBe("Jon");
  driver.enter(" II").receive({ kind: "ack", name: "Jon II" });
  expect(driver.sent.at(-1)).toEqual({ kind: "proposal", name: "Jon II" });
  expect(driver.draft).toBe("half a message");
});

test("what cannot be sent is answered with a word and stays on the line", () => {
  const driver = TerminalDriver.named("Jon");
  driver.enter("x".repeat(4000));
  expect(driver.draft).toHaveLength(4000);
  expect(driver.lines()).toEqual(["The message is too long: it takes 4000 bytes, and 3967 is the limit."]);
  driver.draft = "";
  driver.enter("/foo bar");
  expect(driver.draft).toBe("/foo bar");
  driver.draft = "";
  driver.enter(`/w "${"x".repeat(65)}" hi`);
  expect(driver.lines()).toContain("Nobody can have such a name: it is empty, too long, or has no UTF-8.");
});

test("while a name waits for its answer nothing is taken for a second one", () => {
  const driver = new TerminalDriver({ name: "Jon" }).dialled().enter("hello");
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  expect(driver.draft).toBe("hello");
  expect(driver.prompt).toEqual({ kind: "waiting", name: "Jon" });
  expect(driver.lines().at(-1)).toBe("# Not sent: the server has not answered to your name yet. Your line is kept.");
});

test("a name that was typed is proposed again after the server was away", () => {
  const driver = new TerminalDriver().dialled().enter("Jon").receive({ kind: "ack", name: "Jon" }).lost();
  driver.waited();
  driver.dialled();
  expect(driver.sent).toEqual([
    { kind: "proposal", name: "Jon" },
    { kind: "proposal", name: "Jon" },
  ]);
});

test("a lost server is said, and dialled again after growing pauses, with the same name and destination", () => {
  const driver = TerminalDriver.named("Jon", "Zoë").enter("/to Zoë").lost();
  expect(driver.lines()).toEqual([
    "The connection to Howdy Server 127.0.0.1:20002 is gone: it closed the connection.",
    "# Trying again in 1 s; Enter on an empty line tries at once.",
  ]);
  expect(driver.prompt).toEqual({ kind: "offline" });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    driver.waited();
    driver.failed();
  }
  expect(driver.pausesMs).toEqual([1000, 2000, 4000, 8000]);
  driver.waited();
  driver.dialled();
  expect(driver.sent.at(-1)).toEqual({ kind: "proposal", name: "Jon" });
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Zoë", "Jon"] });
  expect(driver.prompt).toMatchObject({ kind: "talk", receiver: "Zoë", isThere: true });
  driver.lost();
  expect(driver.pausesMs.at(-1)).toBe(1000);
});

test("a line typed while the server is away is refused with a word, and kept", () => {
  const driver = TerminalDriver.named("Jon").lost().enter("hello");
  expect(driver.draft).toBe("hello");
  expect(driver.lines().at(-1)).toBe("# Not sent: you are not connected to a Howdy Server. Your line is kept.");
  expect(driver.sent).toEqual([]);
});

test("Enter on an empty line dials at once", () => {
  const driver = TerminalDriver.named("Jon").lost();
  driver.enter("");
  expect(driver.dials).toBe(2);
  driver.waited();
  expect(driver.dials).toBe(2);
});

test("a connection that ends before a name was accepted does not begin the pauses anew", () => {
  const driver = new TerminalDriver().dialled().lost();
  driver.waited();
  driver.dialled().lost();
  expect(driver.pausesMs).toEqual([1000, 2000]);
});

test("where nobody is there to wait, a server that cannot be reached ends it; one that was lost does not", () => {
  expect(new TerminalDriver({ name: "Jon", isAttended: false }).failed().left).toBe("unreachable");
  const driver = new TerminalDriver({ name: "Jon", isAttended: false }).dialled().lost();
  expect(driver.left).toBeUndefined();
  expect(driver.pausesMs).toEqual([1000]);
});

test("where nobody is there to choose, a name that is taken ends it", () => {
  const driver = new TerminalDriver({ name: "Jon", isAttended: false }).dialled().receive({ kind: "nak", name: "Jon" });
  expect(driver.left).toBe("name-refused");
});

test("where no name was given, lines are names until one is accepted", () => {
  const driver = new TerminalDriver({ isAttended: false }).dialled().enter("Jon").receive({ kind: "nak", name: "Jon" });
  expect(driver.left).toBeUndefined();
  expect(driver.prompt).toEqual({ kind: "name" });
});

test("commands work without a connection", () => {
  const driver = TerminalDriver.named("Jon").lost();
  driver.lines();
  driver.enter("/list");
  expect(driver.lines()).toEqual(["# You are not connected to a Howdy Server."]);
  driver.enter("/help");
  expect(driver.lines().length).toBeGreaterThan(7);
  driver.enter("/quit");
  expect(driver.left).toBe("left");
});

test("with several servers the next one is dialled at once, what is typed stays, and it is said where one is", () => {
  const driver = new TerminalDriver({ name: "Jon", ports: [1, 2] }).dialled();
  driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Zoë", "Jon"] });
  expect(driver.lines().at(-1)).toBe("# Online, 2: Zoë, Jon (you); you are at 127.0.0.1:1.");
  driver.enter("/to Zoë");
  driver.draft = "half a mess";
  driver.lost();
  expect(driver.lines()).toEqual([
    "The connection to Howdy Server 127.0.0.1:1 is gone: it closed the connection.",
    "You are going to connect Howdy Server with 127.0.0.1:2",
  ]);
  expect([driver.dials, driver.pausesMs]).toEqual([2, []]);
  driver.dialled().receive({ kind: "nak", name: "Jon" });
  expect([driver.draft, driver.prompt]).toEqual(["half a mess", { kind: "waiting", name: "Jon" }]);
  driver.waited().receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Zoë", "Jon"] });
  expect(driver.sent.map((sent) => (sent.kind === "proposal" ? sent.name : sent))).toEqual(["Jon", "Jon", "Jon"]);
  expect(driver.lines()).toContain("You are back as Jon, at Howdy Server 127.0.0.1:2.");
  expect(driver.draft).toBe("half a mess");
  expect(driver.prompt).toMatchObject({ kind: "talk", receiver: "Zoë" });
});

test("a name that stays somebody's is asked for anew, with half a message put aside; a pipe ends", () => {
  for (const isAttended of [true, false]) {
    const driver = new TerminalDriver({ name: "Jon", ports: [1, 2], isAttended }).dialled();
    driver.receive({ kind: "ack", name: "Jon" }, { kind: "update", names: ["Jon"] });
    driver.draft = "half";
    driver.lost().dialled();
    for (let tries = 0; tries <= 40; tries += 1) driver.receive({ kind: "nak", name: "Jon" }).waited();
    expect(driver.left).toBe(isAttended ? undefined : "name-refused");
    if (isAttended) expect([driver.draft, driver.prompt]).toEqual(["Jon", { kind: "name" }]);
  }
});

test("where nobody is there to wait, servers that cannot be reached end it once each was tried", () => {
  const driver = new TerminalDriver({ name: "Jon", isAttended: false, ports: [1, 2] }).failed();
  expect([driver.left, driver.dials]).toEqual([undefined, 2]);
  expect(driver.failed().left).toBe("unreachable");
});
