import { expect, test } from "vitest";
import { line, SessionDriver, TEST_SERVER } from "./fixtures/session-driver.ts";

const NOT_VALID = "The IP address or port number is not valid, please try again.";
const OTHER_ADDRESS = { address: "10.6.0.1", port: 4000 };

test("a session begins with Server and All, and nothing else", () => {
  expect(new SessionDriver().session.state).toEqual({
    draft: "",
    selection: null,
    names: ["Server", "All"],
    lines: [],
    connection: null,
    hcp: null,
    username: null,
  });
});

test.each([
  [{}, { address: "127.0.0.1", port: 20_002 }],
  [
    { address: "", port: "" },
    { address: "127.0.0.1", port: 20_002 },
  ],
  [{ address: "10.6.1.116", port: 20_002 }, TEST_SERVER],
  [
    { address: "10.6.1.116", port: "11" },
    { address: "10.6.1.116", port: 11 },
  ],
])("connect %j says where it goes and dials", (connect, server) => {
  const driver = new SessionDriver().command({ connect });
  const text = `You are going to connect Howdy Server with ${server.address}:${server.port}`;
  expect(driver.seen()).toEqual([line(text), { kind: "dial", server }]);
  expect(driver.session.state.connection).toBeNull();
});

test.each([
  { address: "10.6.1.116" },
  { port: 20_002 },
  { address: "300.1.1.1", port: 20_002 },
  { address: "10.6.1.116", port: "worcester" },
  { address: "10.6.1.116", port: 0 },
])("connect %j is not valid and dials nothing", (connect) => {
  const driver = new SessionDriver().command({ connect });
  expect(driver.seen()).toEqual([line(NOT_VALID)]);
});

test("a connect that is not valid leaves the connection as it is", () => {
  const driver = SessionDriver.connected("Jon");
  const before = driver.session.state;
  driver.command({ connect: { address: "300.1.1.1", port: 20_002 } });
  expect(driver.session.state).toEqual({ ...before, lines: [...before.lines, NOT_VALID] });
  expect(driver.seen()).toEqual([line(NOT_VALID)]);
});

test("a dial that succeeds is an event and shows in the state", () => {
  const driver = new SessionDriver().command({ connect: TEST_SERVER });
  driver.outputs();
  driver.input({ kind: "dialled" });
  expect(driver.seen()).toEqual([{ connected: TEST_SERVER }]);
  expect(driver.session.state.connection).toEqual(TEST_SERVER);
});

test("a dial that fails says why and can be tried again", () => {
  const driver = new SessionDriver().command({ type: "draft" }, { connect: TEST_SERVER });
  driver.outputs();
  driver.input({ kind: "dial-failed", why: "connection refused" });
  expect(driver.seen()).toEqual([
    line("Howdy Server 10.6.1.116:20002 cannot be reached: connection refused."),
    { disconnected: { reason: "dial-failed" } },
  ]);
  expect(driver.session.state.draft).toBe("draft");
  driver.command({ connect: TEST_SERVER }).input({ kind: "dialled" });
  expect(driver.seen()).toContainEqual({ connected: TEST_SERVER });
});

test("connect while connected hangs up first, then dials, with a fresh list and no name", () => {
  const driver = SessionDriver.connected("Jon", ["Jon", "Bo"]).command({ select: "Bo" }, { type: "draft" });
  driver.command({ connect: OTHER_ADDRESS });
  expect(driver.seen()).toEqual([
    { kind: "hang-up" },
    { disconnected: { reason: "ended-here" } },
    { users: { names: ["Server", "All"] } },
    line("You are going to connect Howdy Server with 10.6.0.1:4000"),
    { kind: "dial", server: OTHER_ADDRESS },
  ]);
  const { draft, selection, names, connection, username } = driver.session.state;
  expect({ draft, selection, names, connection, username }).toEqual({
    draft: "draft",
    selection: null,
    names: ["Server", "All"],
    connection: null,
    username: null,
  });
});

test("connect while a dial is under way gives that dial up", () => {
  const driver = new SessionDriver().command({ connect: TEST_SERVER });
  driver.outputs();
  driver.command({ connect: OTHER_ADDRESS }).input({ kind: "dialled" });
  expect(driver.seen()).toEqual([
    { kind: "hang-up" },
    { disconnected: { reason: "ended-here" } },
    line("You are going to connect Howdy Server with 10.6.0.1:4000"),
    { kind: "dial", server: OTHER_ADDRESS },
    { connected: OTHER_ADDRESS },
  ]);
});

test("a server that goes away is said at once; the draft stays, the list and the name do not", () => {
  const driver = SessionDriver.connected("Jon", ["Jon", "Bo"]).command({ select: "Bo" }, { type: "draft" });
  driver.input({ kind: "closed", code: "peer-ended", why: "it closed the connection" });
  expect(driver.seen()).toEqual([
    line("The connection to Howdy Server 10.6.1.116:20002 is gone: it closed the connection."),
    { disconnected: { reason: "peer-ended" } },
    { users: { names: ["Server", "All"] } },
  ]);
  const { draft, selection, connection, username } = driver.session.state;
  expect({ draft, selection, connection, username }).toEqual({
    draft: "draft",
    selection: null,
    connection: null,
    username: null,
  });
});

test("after the server went away, the same name can be proposed on a new connection", () => {
  const driver = SessionDriver.connected().say("Server", "Jon");
  driver.input({ kind: "closed", code: "peer-reset", why: "it reset the connection" });
  driver.command({ connect: TEST_SERVER }).input({ kind: "dialled" });
  driver.outputs();
  driver.say("Server", "Jon");
  expect(driver.seen()).toEqual([{ kind: "send", message: { kind: "proposal", name: "Jon" } }]);
});

test("the loss of an empty list is no change of the list, and a selected All stays", () => {
  const driver = SessionDriver.connected().command({ select: "All" });
  driver.input({ kind: "closed", code: "peer-ended", why: "it closed the connection" });
  expect(driver.seen()).not.toContainEqual({ users: { names: ["Server", "All"] } });
  expect(driver.session.state.selection).toBe("All");
});

test("close hangs up and ends, and nothing comes after it", () => {
  const driver = SessionDriver.connected("Jon").command({ close: {} });
  expect(driver.seen()).toEqual([
    { kind: "hang-up" },
    { disconnected: { reason: "ended-here" } },
    { users: { names: ["Server", "All"] } },
    { kind: "end" },
  ]);
  driver.command({ state: {} }, { close: {} }).receive({ kind: "update", names: ["Jon"] });
  expect(driver.seen()).toEqual([]);
});

test("close without a connection just ends", () => {
  expect(new SessionDriver().command({ close: {} }).seen()).toEqual([{ kind: "end" }]);
});

test.each([
  { kind: "dialled" },
  { kind: "dial-failed", why: "late" },
  { kind: "closed", code: "peer-ended", why: "late" },
  { kind: "received", message: { kind: "ack", name: "Jon" } },
] as const)("without a connection, a late $kind does nothing", (input) => {
  const driver = new SessionDriver();
  const before = driver.session.state;
  expect(driver.input(input).seen()).toEqual([]);
  expect(driver.session.state).toEqual(before);
});

test.each([
  { kind: "received", message: { kind: "ack", name: "Jon" } },
  { kind: "closed", code: "peer-ended", why: "late" },
] as const)("while a dial is under way, a late $kind of another connection does nothing", (input) => {
  const driver = new SessionDriver().command({ connect: TEST_SERVER });
  driver.outputs();
  const before = driver.session.state;
  expect(driver.input(input).seen()).toEqual([]);
  expect(driver.session.state).toEqual(before);
});

test.each([{ kind: "dialled" }, { kind: "dial-failed", why: "late" }] as const)(
  "on a connection, a late $kind of an earlier dial does nothing",
  (input) => {
    const driver = SessionDriver.connected("Jon");
    const before = driver.session.state;
    expect(driver.input(input).seen()).toEqual([]);
    expect(driver.session.state).toEqual(before);
  },
);
