import { expect, test } from "vitest";
import { line, SessionDriver, TEST_SERVER } from "./fixtures/session-driver.ts";
import { LINES_MAX } from "./session.ts";

test("the first list after the acceptance shows who is there", () => {
  const driver = SessionDriver.connected().say("Server", "Jon Stewart");
  driver.outputs();
  driver.receive({ kind: "ack", name: "Jon Stewart" }, { kind: "update", names: ["Jon Stewart"] });
  expect(driver.seen()).toEqual([
    line("Your username is accepted"),
    { users: { names: ["Server", "All", "Jon Stewart"] } },
    line("Jon Stewart"),
    line("join this conversation."),
  ]);
});

test("a list with leavers and joiners shows the leavers first, a line each", () => {
  const driver = SessionDriver.connected("A", ["A", "B", "C"]);
  driver.receive({ kind: "update", names: ["A", "D", "E"] });
  expect(driver.seen()).toEqual([
    { users: { names: ["Server", "All", "A", "D", "E"] } },
    line("B"),
    line("C"),
    line("left this conversation."),
    line("D"),
    line("E"),
    line("join this conversation."),
  ]);
});

test("a list that changes nothing shows nothing", () => {
  expect(
    SessionDriver.connected("A", ["A", "B"])
      .receive({ kind: "update", names: ["A", "B"] })
      .seen(),
  ).toEqual([]);
});

test("a list in another order is an event and no line", () => {
  const driver = SessionDriver.connected("A", ["A", "B"]).receive({ kind: "update", names: ["B", "A"] });
  expect(driver.seen()).toEqual([{ users: { names: ["Server", "All", "B", "A"] } }]);
});

test("a hostile list doubles nobody, neither in the list nor in the lines", () => {
  const driver = SessionDriver.connected("A");
  driver.receive({ kind: "update", names: ["A", "All", "B", "Server", "B", "A", ""] });
  expect(driver.seen()).toEqual([
    { users: { names: ["Server", "All", "A", "B"] } },
    line("B"),
    line("join this conversation."),
  ]);
});

test("the selection and the draft survive a list in which the user still is", () => {
  const driver = SessionDriver.connected("A", ["A", "B"]).command({ select: "B" }, { type: "Being a superpower" });
  driver.receive(
    { kind: "update", names: ["C", "B", "A"] },
    { kind: "message", sender: "B", receiver: "A", text: "hi" },
  );
  expect(driver.session.state).toMatchObject({ selection: "B", draft: "Being a superpower" });
});

test("the selection is dropped when the user has left, and does not come back with them", () => {
  const driver = SessionDriver.connected("A", ["A", "B"]).command({ select: "B" }, { type: "hello" });
  driver.receive({ kind: "update", names: ["A"] }, { kind: "update", names: ["A", "B"] });
  driver.outputs();
  expect(driver.session.state.selection).toBeNull();
  expect(driver.command({ send: {} }).shown()).toEqual(["You did not specify any receiver."]);
});

test("Server and All stay selected whatever the list", () => {
  const driver = SessionDriver.connected("A").command({ select: "All" }).receive({ kind: "update", names: [] });
  expect(driver.session.state.selection).toBe("All");
});

test.each([
  ["All", "Bo says: hi"],
  ["Jon", "Bo whispers to you: hi"],
])("a message from Bo to %s shows %j", (receiver, shown) => {
  const driver = SessionDriver.connected("Jon", ["Jon", "Bo"]);
  expect(driver.receive({ kind: "message", sender: "Bo", receiver, text: "hi" }).seen()).toEqual([line(shown)]);
});

test.each(["Bo", "jon", "Server", ""])(
  "a message to %j is not for Jon, shows nothing and is told apart",
  (receiver) => {
    const driver = SessionDriver.connected("Jon", ["Jon", "Bo"]);
    const ignored = { sender: "Bo", receiver, text: "hi" };
    expect(driver.receive({ kind: "message", ...ignored }).seen()).toEqual([{ ignored }]);
  },
);

test("a message from somebody who is not in the list is shown", () => {
  const driver = SessionDriver.connected("Jon");
  expect(driver.receive({ kind: "message", sender: "Zoë", receiver: "All", text: "hi" }).shown()).toEqual([
    "Zoë says: hi",
  ]);
});

test("the server is heard before a name is accepted; a whisper to nobody is not", () => {
  const driver = SessionDriver.connected();
  driver.receive(
    { kind: "message", sender: "Server", receiver: "All", text: "Maintenance at noon." },
    { kind: "message", sender: "Server", receiver: "", text: "to nobody" },
  );
  expect(driver.shown()).toEqual(["Server says: Maintenance at noon."]);
});

test.each([
  { kind: "proposal", name: "Jon" },
  { kind: "malformed", fault: "text-not-utf8", names: ["Bo", "All"] },
] as const)("a $kind from a server is ignored", (message) => {
  const driver = SessionDriver.connected("Jon");
  const before = driver.session.state;
  expect(driver.receive(message).seen()).toEqual([]);
  expect(driver.session.state).toEqual(before);
});

test("text from the network stays as it is", () => {
  const text = "<img src=x onerror=alert(1)>\n\u202e";
  const driver = SessionDriver.connected("Jon").receive({ kind: "message", sender: "Bo", receiver: "All", text });
  expect(driver.shown()).toEqual([`Bo says: ${text}`]);
});

test("select takes what is in the list and is an error for anything else, which leaves nobody selected", () => {
  const driver = SessionDriver.connected("Jon", ["Jon", "Bo"]);
  driver.command({ select: { name: "Bo" } }, { select: "Zed" });
  expect(driver.seen()).toEqual([{ error: { message: 'select: expected one of the 4 names in the list; got "Zed"' } }]);
  expect(driver.session.state.selection).toBeNull();
});

test("type sets the whole draft", () => {
  const driver = new SessionDriver().command({ type: { text: "one" } }, { type: "two" });
  expect(driver.seen()).toEqual([]);
  expect(driver.session.state.draft).toBe("two");
});

test("state answers with all that a person sees", () => {
  const driver = SessionDriver.connected("Jon", ["Jon", "Bo"]).command({ select: "Bo" }, { type: "hi" }, { state: {} });
  expect(driver.seen()).toEqual([
    {
      state: {
        draft: "hi",
        selection: "Bo",
        names: ["Server", "All", "Jon", "Bo"],
        lines: [
          "You are going to connect Howdy Server with 10.6.1.116:20002",
          "Your username is accepted",
          "Jon",
          "Bo",
          "join this conversation.",
        ],
        connection: TEST_SERVER,
        username: "Jon",
      },
    },
  ]);
});

test("the last lines are kept, and no more than the limit", () => {
  const driver = SessionDriver.connected("Jon");
  for (let index = 1; index <= LINES_MAX + 5; index += 1) {
    driver.receive({ kind: "message", sender: "Bo", receiver: "All", text: String(index) });
  }
  const { lines } = driver.session.state;
  expect(lines).toHaveLength(LINES_MAX);
  expect(lines.at(0)).toBe("Bo says: 6");
  expect(lines.at(-1)).toBe(`Bo says: ${LINES_MAX + 5}`);
});
