// The session and accounts, against the server's own sign-in: PROTOCOL.md, 16.6.

import { expect, test } from "vitest";
import { AccountScene, error, helloWith } from "./fixtures/account-scene.ts";

const ACCEPTED = "Your username is accepted";
const NOT_ACCEPTED = "The username is not accepted by server, please try another one.";
const SIGNED_IN = { account: { what: "signed-in", of: "sign-in", name: "Jon" } };
const REGISTERED = { account: { what: "registered", of: "register", name: "Jon" } };
const UNREGISTERED = { account: { what: "unregistered", of: "unregister", name: "Jon" } };

/** Somebody who has registered the name Jon and lost the connection. */
function registered(): AccountScene {
  const scene = new AccountScene().connect().join("Jon").register("correct horse");
  expect(scene.seen()).toContainEqual(REGISTERED);
  scene.lose().seen();
  return scene;
}

function refused(code: string, of = "sign-in") {
  return { account: { what: "refused", of, name: "Jon", code } };
}

/** A scene in which another client has registered the name. */
function owned(): AccountScene {
  const scene = new AccountScene();
  for (const [name, keys] of registered().accounts) scene.accounts.set(name, keys);
  return scene;
}

test("a name is registered, and had from another client with its password alone", () => {
  const scene = owned().connect();
  expect(scene.join("Jon").seen().slice(-3)).toEqual([
    "Jon has an owner. If that is you, sign in with the password; else choose another name.",
    refused("name-registered", "proposal"),
    NOT_ACCEPTED,
  ]);
  expect(scene.signIn("Jon", "correct cow").seen()).toEqual([
    "The name Jon or the password is wrong. Try again; a name that nobody registered needs no password.",
    refused("sign-in-failed"),
  ]);
  expect(scene.signIn("Jon", "correct horse").seen()).toEqual([SIGNED_IN, ACCEPTED]);
  expect(scene.driver.session.state.username).toBe("Jon");
});

test("a password is in nothing that is sent, shown or told", () => {
  const scene = owned().connect().signIn("Jon", "correct horse").register("another horse");
  expect(scene.seen()).toContainEqual(REGISTERED);
  const all = JSON.stringify([scene.sent, scene.driver.session.state, scene.outputs]);
  expect(all).toContain("signIn");
  expect(all).not.toContain("horse");
});

test("what was asked for before the server's hello waits for it", () => {
  const scene = owned();
  scene.driver.command({ connect: { address: "10.6.1.116", port: 20_002 } });
  scene.driver.input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } });
  scene.driver.input({ kind: "sign-in", name: "Jon", password: "correct horse" });
  expect(scene.settle().sent).toEqual([]);
  expect(scene.lose().seen()).toContainEqual(refused("connection-lost"));
});

test("after a lost connection the owner's name is had again without a password, and what was said is said again", () => {
  const scene = registered().connect().join("Jon");
  expect(scene.seen().slice(-2)).toEqual([{ account: { ...SIGNED_IN.account, of: "proposal" } }, ACCEPTED]);
  scene.driver.say("All", "Hi");
  const said = scene.settle().sent.at(-1);
  expect(said).toMatchObject({ kind: "say", text: "Hi" });
  scene.lose().connect().join("jon");
  expect(scene.sent.slice(-3).map(({ kind }) => kind)).toEqual(["signIn", "prove", "say"]);
  expect(scene.sent.at(-1)).toEqual(said);
});

test("kept keys serve the server that they were made for", () => {
  const scene = registered()
    .connect({ server: { address: "10.6.1.117", port: 20_002 } })
    .join("Jon");
  expect(scene.sent.at(-1)).toMatchObject({ kind: "join" });
});

test("a name whose password was changed elsewhere is asked for as a guest does, and the answer says what to do", () => {
  const scene = registered();
  scene.accounts.set("Jon", { salt: "77".repeat(16), storedKey: "88".repeat(32), serverKey: "99".repeat(32) });
  expect(scene.connect().join("Jon").seen()).toContainEqual(refused("name-registered", "proposal"));
  scene.accounts.clear();
  expect(scene.join("Jon").seen()).toEqual([ACCEPTED]);
});

test("a server that does not know the keys is told from the one that does, and left", () => {
  for (const change of [{ scram: "v=AAAA" }, { scram: undefined }, { name: "Eve" }]) {
    const scene = owned().connect();
    scene.seen();
    scene.forge = (answer) => (answer.kind === "welcome" ? { ...answer, ...change } : answer);
    expect(scene.signIn("Jon", "correct horse").seen()).toEqual([
      expect.stringMatching(/^The server does not know the keys of Jon/),
      refused("server-unproven"),
      { disconnected: { reason: "server-distrusted" } },
    ]);
    expect(scene.driver.session.state).toMatchObject({ username: null, connection: null });
  }
});

test("a server that lets one in without a challenge is none either", () => {
  const scene = owned().connect();
  scene.forge = (answer) =>
    answer.kind === "challenge"
      ? { kind: "welcome", request: answer.request, name: "Jon", sequence: 1, time: 0, scram: "v=AAAA" }
      : answer;
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(refused("server-unproven"));
});

test.each([
  ["few rounds", (scram: string) => scram.replace("i=600000", "i=4096")],
  ["a short salt", (scram: string) => scram.replace(/s=[^,]*/, "s=AAAA")],
  ["another's nonce", (scram: string) => scram.replace(/^r=./, "r=x")],
  ["no message of SCRAM", () => "hello"],
])("a challenge with %s gets no proof, and ends the connection", (_, change) => {
  const scene = owned().connect();
  scene.forge = (answer) => (answer.kind === "challenge" ? { ...answer, scram: change(answer.scram) } : answer);
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(refused("challenge-unfit"));
  expect(scene.outputs.concat().some(({ kind }) => kind === "stretch")).toBe(false);
  expect(scene.sent.map(({ kind }) => kind)).toEqual(["signIn"]);
});

test("a capability that was taken away on the way is seen, and ends the connection", () => {
  const scene = owned().connect({ hello: helloWith([2]), sentHello: helloWith([1, 2]) });
  scene.seen();
  expect(scene.signIn("Jon", "correct horse").seen()).toEqual([
    expect.stringMatching(/^Somebody between you and the server changed/),
    refused("sign-in-hellos-differ"),
    { disconnected: { reason: "server-distrusted" } },
  ]);
});

test("a server without accounts is named; one that had them is not believed at once", () => {
  const plain = new AccountScene().connect({ hello: helloWith([1]) });
  expect(plain.signIn("Jon", "correct horse").seen()).toContainEqual(refused("no-accounts"));
  expect(plain.join("Jon").register("correct horse").seen()).toContainEqual(refused("no-accounts", "register"));
  const scene = registered().connect({ hello: helloWith([1]) });
  scene.accounts.clear();
  expect(scene.join("Jon").seen()).toContainEqual(refused("accounts-taken-away", "proposal"));
  expect(scene.join("Jon").seen()).toEqual([ACCEPTED]);
});

test.each([
  ["sign-in-slowed", /Wait a minute/],
  ["name-taken", /here already/],
  ["something-new", /^The server refuses that: The server says something-new\.$/],
])("a sign-in that is answered with %s says what to do, and may be tried again", (code, line) => {
  const scene = owned().connect();
  scene.seen();
  scene.forge = (answer) => (answer.kind === "welcome" ? error(code, answer.request) : answer);
  expect(scene.signIn("Jon", "correct horse").seen()).toEqual([expect.stringMatching(line), refused(code)]);
  scene.forge = (answer) => answer;
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(SIGNED_IN);
});

test.each([
  ["register-slowed", /Wait some minutes/],
  ["accounts-full", /as many registered names/],
  ["credentials-unfit", /newer client/],
])("a registration that is answered with %s says what to do, and its keys are forgotten", (code, line) => {
  const scene = new AccountScene().connect().join("Jon");
  scene.seen();
  scene.forge = (answer) => (answer.kind === "registered" ? error(code, answer.request) : answer);
  expect(scene.register("correct horse").seen()).toEqual([expect.stringMatching(line), refused(code, "register")]);
  scene.lose().connect().join("Jon");
  expect(scene.sent.at(-1)).toMatchObject({ kind: "join" });
});

test("a name that the disk refuses is one's own, and that is said", () => {
  const scene = new AccountScene().connect().join("Jon");
  scene.seen();
  scene.forge = (answer) => (answer.kind === "registered" ? error("not-stored", answer.request) : answer);
  expect(scene.register("correct horse").seen()).toEqual([
    expect.stringMatching(/yours until the server ends/),
    { account: { ...REGISTERED.account, code: "not-stored" } },
  ]);
});

test("a registration whose answer is lost with the connection is not lost with it", () => {
  const scene = new AccountScene().connect().join("Jon");
  scene.forge = (answer) => (answer.kind === "registered" ? undefined : answer);
  expect(scene.register("correct horse").lose().seen()).toContainEqual(refused("connection-lost", "register"));
  expect(scene.connect().join("Jon").seen()).toContainEqual({ account: { ...SIGNED_IN.account, of: "proposal" } });
});

test("keys that are made too late are of no use", () => {
  const scene = owned().connect();
  scene.makesKeys = false;
  scene.signIn("Jon", "correct horse").lose().connect().stretch();
  expect(scene.sent.map(({ kind }) => kind)).toEqual(["signIn"]);
  scene.makesKeys = true;
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(SIGNED_IN);
});

test("what cannot be asked for now is refused at once", () => {
  const scene = new AccountScene();
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(refused("not-connected"));
  scene.connect();
  expect(scene.register("correct horse").seen()).toContainEqual({
    account: { what: "refused", of: "register", name: "", code: "no-name" },
  });
  for (const [password, code] of [
    ["", "password-empty"],
    ["x".repeat(1025), "password-too-long"],
    ["a\nb", "password-unfit"],
    ["\ud800", "password-unfit"],
  ] as const) {
    expect(scene.signIn("Jon", password).seen()).toContainEqual(refused(code));
  }
  expect(scene.signIn(" ", "correct horse").seen()).toContainEqual({
    account: { what: "refused", of: "sign-in", name: " ", code: "name-impossible" },
  });
  expect(scene.join("Jon").register("1234567").seen()).toContainEqual(refused("password-too-short", "register"));
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(refused("name-already-named"));
  scene.makesKeys = false;
  scene.register("correct horse");
  expect(scene.register("another horse").seen()).toContainEqual(refused("register-pending", "register"));
  expect(scene.sent.map(({ kind }) => kind)).toEqual(["join"]);
  scene.driver.command({ connect: { address: "10.6.1.116", port: 20_002 } });
  scene.driver.input({ kind: "dialled" });
  scene.settle().seen();
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(refused("version-1"));
});

test("one name is asked for at a time", () => {
  const scene = owned().connect();
  scene.makesKeys = false;
  scene.signIn("Jon", "correct horse").seen();
  expect(scene.signIn("Jon", "correct horse").seen()).toContainEqual(refused("proposal-pending"));
  expect(scene.join("Zoë").seen()).toEqual([expect.stringMatching(/^The server has not answered to the username Jon/)]);
  expect(scene.stretch().seen()).toEqual([SIGNED_IN, ACCEPTED]);
});

test("a name that is given back is nobody's own, and its keys are forgotten", () => {
  const scene = registered().connect().join("Jon");
  scene.seen();
  expect(scene.unregister().seen()).toEqual([
    "The name Jon is nobody's own any more, and mail that waited for it is gone. You have it until you leave; then whoever asks for it does.",
    UNREGISTERED,
  ]);
  expect(scene.unregister().seen()).toEqual([
    "Jon is nobody's own, so there is nothing to give back.",
    refused("name-not-registered", "unregister"),
  ]);
  scene.lose().connect().join("Jon");
  expect(scene.sent.at(-1)).toMatchObject({ kind: "join" });
});

test("a name that the disk does not forget is given back, and had with its keys after a restart", () => {
  const scene = registered().connect().join("Jon");
  const accounts = new Map(scene.accounts);
  scene.seen();
  scene.forge = (answer) => (answer.kind === "unregistered" ? error("not-stored", answer.request) : answer);
  expect(scene.unregister().seen()).toEqual([
    expect.stringMatching(/nobody's own any more.* yours again if the server ends/),
    { account: { ...UNREGISTERED.account, code: "not-stored" } },
  ]);
  for (const [name, keys] of accounts) scene.accounts.set(name, keys);
  expect(scene.lose().connect().join("Jon").seen()).toContainEqual({
    account: { ...SIGNED_IN.account, of: "proposal" },
  });
});

test("giving a name back has one answer, whatever comes between", () => {
  const scene = new AccountScene();
  expect(scene.unregister().seen()).toContainEqual({
    account: { ...refused("not-connected", "unregister").account, name: "" },
  });
  scene.connect({ hello: helloWith([1]) }).join("Jon");
  expect(scene.unregister().seen()).toContainEqual(refused("no-accounts", "unregister"));
  const other = registered().connect().join("Jon");
  other.forge = () => undefined;
  other.unregister().seen();
  expect(other.unregister().register("correct horse").seen()).toEqual([
    expect.stringMatching(/^The server has not answered/),
    refused("register-pending", "unregister"),
    expect.stringMatching(/^The server has not answered/),
    refused("register-pending", "register"),
  ]);
  expect(other.lose().seen()).toContainEqual(refused("connection-lost", "unregister"));
});

test("without TLS it is said once of each what somebody on the way can do; inside TLS it is not", () => {
  const inClear = /This connection has no TLS\. The password stays here/;
  const scene = new AccountScene().connect({ tls: false }).join("Jon");
  scene.seen();
  expect(scene.register("short").seen()).toEqual([
    expect.stringMatching(/too short/),
    refused("password-too-short", "register"),
  ]);
  expect(scene.register("correct horse").seen()[0]).toMatch(inClear);
  expect(scene.register("another horse").seen().join()).not.toMatch(inClear);
  expect(scene.lose().connect({ tls: false }).signIn("Jon", "another horse").seen().join()).toMatch(inClear);
  expect(scene.lose().connect({ tls: false }).signIn("Jon", "another horse").seen().join()).not.toMatch(inClear);
});
