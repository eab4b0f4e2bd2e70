// The session of a client that knows several servers: where it goes when one goes, and what it brings along.

import { expect, test } from "vitest";
import type { Hcp2Message } from "../protocol/hcp2/index.ts";
import { NAME_AGAIN_MS, NAME_TRIES_MAX } from "./comeback.ts";
import { SessionDriver } from "./fixtures/session-driver.ts";
import type { SessionOutput } from "./session-io.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1], log: "10" };
const SERVERS = [1, 2, 3].map((port) => ({ address: "10.6.1.116", port }));
const LOST = { kind: "closed", code: "peer-reset", why: "it reset the connection" } as const;
const FAILED = { kind: "dial-failed", why: "connection refused" } as const;
const NAMED = { kind: "update", names: ["Zoë", "Jon"] } as const;

/** Connected to the first of three servers in version 1, with a name. */
function named(): SessionDriver {
  const driver = new SessionDriver().command({ connect: { servers: SERVERS } }).input({ kind: "dialled" });
  driver.say("Server", "Jon").receive({ kind: "ack", name: "Jon" }, NAMED).outputs();
  return driver;
}

function named2(): SessionDriver {
  const driver = new SessionDriver().command({ connect: { servers: SERVERS } });
  driver
    .input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } })
    .receive(HELLO)
    .say("Server", "Jon");
  welcome(driver);
  return driver;
}

/** Answers what was asked last. */
function welcome(driver: SessionDriver, outputs = driver.outputs()): void {
  const request = sent(outputs).findLast(({ kind }) => kind === "join")?.request ?? "";
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0 });
}

type Sent = Hcp2Message & { readonly request?: string; readonly name?: string; readonly text?: string };

function sent(outputs: readonly SessionOutput[]): readonly Sent[] {
  return outputs.flatMap((output) => (output.kind === "send" ? [output.message as Sent] : []));
}

function effects(outputs: readonly SessionOutput[]): readonly unknown[] {
  return outputs.flatMap((output): readonly unknown[] => {
    if (output.kind === "dial") return [output.server.port];
    if (output.kind === "wait") return [`${output.ms} ms`];
    if (output.kind !== "event") return [];
    const { event } = output;
    if ("connected" in event) return [{ returnsAs: event.connected.returnsAs }];
    return "disconnected" in event ? [event.disconnected] : [];
  });
}

test("goes to the next at once, and after a round pauses; a person sees each step", () => {
  const driver = named().input(LOST);
  const outputs = driver.outputs();
  expect(effects(outputs)).toEqual([{ reason: "peer-reset", nextMs: 0 }, 2]);
  expect(effects(driver.input(FAILED).outputs())).toEqual([{ reason: "dial-failed", nextMs: 0 }, 3]);
  expect(effects(driver.input(FAILED).outputs())).toEqual([{ reason: "dial-failed", nextMs: 1000 }, "1000 ms"]);
  expect(effects(driver.input({ kind: "waited" }).outputs())).toEqual([1]);
  expect(driver.session.state.lines.slice(-6)).toEqual([
    "The connection to Howdy Server 10.6.1.116:1 is gone: it reset the connection.",
    "You are going to connect Howdy Server with 10.6.1.116:2",
    "Howdy Server 10.6.1.116:2 cannot be reached: connection refused.",
    "You are going to connect Howdy Server with 10.6.1.116:3",
    "Howdy Server 10.6.1.116:3 cannot be reached: connection refused.",
    "You are going to connect Howdy Server with 10.6.1.116:1",
  ]);
});

test("is back under the same name, with draft and selection, and says where; version 1 says what may be lost", () => {
  const driver = named().command({ select: "Zoë" }, { type: "half a mess" }).input(LOST);
  driver.outputs();
  const outputs = driver.input({ kind: "dialled" }).outputs();
  expect(effects(outputs)).toEqual([{ returnsAs: "Jon" }]);
  expect(sent(outputs)).toEqual([{ kind: "proposal", name: "Jon" }]);
  driver.receive({ kind: "ack", name: "Jon" }, NAMED);
  expect(driver.session.state).toMatchObject({ draft: "half a mess", selection: "Zoë", username: "Jon" });
  expect(driver.session.state.connection).toEqual(SERVERS[1]);
  expect(driver.shown().slice(0, 3)).toEqual([
    "Your username is accepted",
    "You are back as Jon, at Howdy Server 10.6.1.116:2.",
    expect.stringMatching(/^What was said meanwhile is not shown, and what you said last may be lost/),
  ]);
  expect(sent(driver.command({ send: {} }).outputs())).toMatchObject([{ receiver: "Zoë", text: "half a mess" }]);
});

test("of version 1 sends nothing twice", () => {
  const driver = named().say("All", "Hi").input(LOST, { kind: "dialled" });
  driver.receive({ kind: "ack", name: "Jon" }, NAMED);
  expect(sent(driver.outputs()).map(({ kind }) => kind)).toEqual(["message", "proposal"]);
});

test("of version 2 says again what was not answered, under its nonce, once it has the name", () => {
  const driver = named2().say("All", "Hi");
  const [said] = sent(driver.outputs()).filter(({ kind }) => kind === "say");
  driver.input(LOST, { kind: "dialled", spoken: { hcp: 2, fellBack: false } }).receive(HELLO);
  const joining = driver.outputs();
  expect(sent(joining).map(({ kind }) => kind)).toEqual(["join"]);
  welcome(driver, joining);
  expect(sent(driver.outputs())).toContainEqual({ kind: "say", request: said?.request, text: "Hi", to: undefined });
});

test("asks again for a name that is taken, says so once, and in the end that it is somebody's", () => {
  const driver = named().input(LOST, { kind: "dialled" });
  driver.outputs();
  for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
    const refused = driver.receive({ kind: "nak", name: "Jon" }).outputs();
    expect(effects(refused)).toEqual([`${NAME_AGAIN_MS} ms`]);
    expect(sent(driver.input({ kind: "waited" }).outputs())).toEqual([{ kind: "proposal", name: "Jon" }]);
  }
  driver.receive({ kind: "nak", name: "Jon" });
  expect(effects(driver.outputs())).toEqual([]);
  expect(driver.session.state.lines.slice(-3)).toEqual([
    expect.stringMatching(/^Jon is still taken at 10\.6\.1\.116:2, maybe by your own connection .* for up to 20 s\.$/),
    "Jon is still taken after 20 s: it is somebody else's now.",
    "The username is not accepted by server, please try another one.",
  ]);
  // Another name is as any other from here on.
  driver.say("Server", "Jon II").receive({ kind: "nak", name: "Jon II" });
  expect(effects(driver.outputs())).toEqual([]);
});

test("asks no more for a name that it gets, that is refused for another reason, or when somebody connects anew", () => {
  const driver = named2()
    .input(LOST, { kind: "dialled", spoken: { hcp: 2, fellBack: false } })
    .receive(HELLO);
  const refuse = (code: string) => {
    const request = sent(driver.outputs()).findLast(({ kind }) => kind === "join")?.request;
    return driver.receive({ kind: "error", code, text: "No.", request }).outputs();
  };
  expect(effects(refuse("name-taken"))).toEqual([`${NAME_AGAIN_MS} ms`]);
  driver.input({ kind: "waited" });
  expect(effects(refuse("name-registered"))).toEqual([]);
  expect(driver.session.state.lines.at(-1)).toMatch(/^The username is not accepted/);
  const other = named().input(LOST, { kind: "dialled" }).receive({ kind: "nak", name: "Jon" });
  other.command({ connect: { address: "10.6.1.9", port: 9 } }).outputs();
  expect(other.input({ kind: "waited" }).outputs()).toEqual([]);
  expect(effects(other.input({ kind: "dialled" }).outputs())).toEqual([{ returnsAs: undefined }]);
});

test("that was kicked is not back at once", () => {
  const driver = named2().receive({ kind: "bye", code: "kicked", text: "Out." });
  driver.outputs();
  expect(effects(driver.input(LOST).outputs())).toEqual([{ reason: "peer-reset", nextMs: 1000 }, "1000 ms"]);
});

test("that is told to connect while it waits goes on at once, under its name, at whose turn it is", () => {
  const driver = named().input(LOST, FAILED, FAILED);
  driver.outputs();
  expect(effects(driver.command({ connect: { servers: SERVERS } }).outputs())).toEqual([1]);
  expect(effects(driver.input({ kind: "dialled" }).outputs())).toEqual([{ returnsAs: "Jon" }]);
});

test("one server alone is not dialled again by itself", () => {
  const driver = SessionDriver.connected("Jon", ["Jon"]).input(LOST);
  expect(effects(driver.outputs())).toEqual([{ reason: "peer-reset" }]);
  expect(driver.session.state.connection).toBeNull();
});

test("a list with a server that is none leaves everything as it is", () => {
  const driver = named().command({ connect: { servers: [{ address: "10.6.1.116", port: 1 }, { address: "win71" }] } });
  expect(driver.shown()).toEqual(["The IP address or port number is not valid, please try again."]);
  expect(driver.session.state.connection).toEqual(SERVERS[0]);
});
