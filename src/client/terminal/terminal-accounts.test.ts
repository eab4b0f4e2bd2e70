// Signing in and registering at the terminal: what is asked, what is told, and what never happens to a password.

import { expect, test } from "vitest";
import type { Hcp2Message } from "../../protocol/hcp2/index.ts";
import { TerminalDriver, type TerminalDriverOptions } from "./fixtures/terminal-driver.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1, 2], log: "10" };
const HELLOS = { client: Uint8Array.of(1), server: Uint8Array.of(2) };

function connected(options: TerminalDriverOptions = {}): TerminalDriver {
  const driver = new TerminalDriver(options).dialled({
    hcp: 2,
    fellBack: false,
    tls: { fingerprint: "A0", firstSeen: false },
  });
  driver.input({ kind: "hellos", hellos: HELLOS }).receive(HELLO).lines();
  return driver;
}

function named(options: TerminalDriverOptions = {}): TerminalDriver {
  const driver = connected({ name: "Jon", ...options });
  const request = requestOf(driver, "join");
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0 }, { kind: "roster", names: ["Jon"] });
  driver.lines();
  return driver;
}

function requestOf(driver: TerminalDriver, kind: "join" | "signIn" | "register" | "unregister"): string {
  const sent = driver.sent.findLast((one) => one.kind === kind);
  return sent !== undefined && "request" in sent ? (sent.request ?? "") : "";
}

/** The name that was asked for has an owner. */
function refuse(driver: TerminalDriver): TerminalDriver {
  const request = requestOf(driver, "join");
  return driver.receive({ kind: "error", code: "name-registered", text: "Jon is its owner's.", request });
}

/** The server asks for a proof. */
function challenge(driver: TerminalDriver): TerminalDriver {
  const request = requestOf(driver, "signIn");
  const first = driver.sent.findLast((one) => one.kind === "signIn")?.scram ?? "";
  const nonce = first.slice(first.indexOf(",r=") + 3);
  return driver.receive({ kind: "challenge", request, scram: `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=600000` });
}

test("who asks for a name with an owner is told how to sign in, and Enter asks for the password", () => {
  const driver = refuse(connected({ name: "Jon" }));
  expect(driver.lines()).toEqual([
    "Jon has an owner. If that is you, sign in with the password; else choose another name.",
    "# If that is you, /signin asks for the password.",
    "The username is not accepted by server, please try another one.",
  ]);
  expect(driver.draft).toBe("/signin Jon");
  driver.enter("");
  expect(driver.lines()).toEqual([expect.stringMatching(/^# Type the password; nothing of it is shown/)]);
  expect(driver.prompt).toEqual({ kind: "password", asked: { what: "of", name: "Jon" } });
  driver.enter("/quit is my password");
  expect(driver.prompt).toEqual({ kind: "waiting", name: "Jon" });
  expect(challenge(driver).passwords).toEqual(["/quit is my password"]);
  expect(driver.draft).toBe("");
  expect(driver.left).toBeUndefined();
});

test("a wrong password is told, and /signin without a name asks for it again", () => {
  const driver = connected().enter("/signin Jon").enter("wrong");
  const request = requestOf(driver, "signIn");
  driver.lines();
  driver.receive({ kind: "error", code: "sign-in-failed", text: "Wrong.", request });
  expect(driver.lines()).toEqual([
    "The name Jon or the password is wrong. Try again; a name that nobody registered needs no password.",
    "# /signin asks for the password again.",
  ]);
  expect(driver.prompt).toEqual({ kind: "name" });
  driver.enter("/signin");
  expect(driver.prompt).toEqual({ kind: "password", asked: { what: "of", name: "Jon" } });
});

test("a new password is asked for twice, and sent only if both are alike", () => {
  const driver = named().enter("/register");
  expect(driver.prompt).toEqual({ kind: "password", asked: { what: "new" } });
  driver.enter("correct horse");
  expect(driver.prompt).toEqual({ kind: "password", asked: { what: "again" } });
  driver.enter("correct cow");
  expect(driver.lines().at(-1)).toBe("# The two passwords differ; nothing was sent. /register asks again.");
  expect(driver.passwords).toEqual([]);
  driver.enter("/password").enter("correct horse").enter("correct horse");
  expect(driver.passwords).toEqual(["correct horse"]);
  expect(driver.prompt).toMatchObject({ kind: "talk" });
});

test("a name is given back only if it is written out", () => {
  const driver = named().enter("/unregister");
  expect(driver.lines()).toEqual([expect.stringMatching(/^# Expected \/unregister Jon: .* Nothing was done\.$/)]);
  driver.draft = "";
  driver.enter("/unregister Zoë");
  expect(driver.sent.map(({ kind }) => kind)).not.toContain("unregister");
  driver.draft = "";
  driver.enter("/unregister jon");
  driver.lines();
  driver.receive({ kind: "unregistered", request: requestOf(driver, "unregister") });
  expect(driver.lines()).toEqual([expect.stringMatching(/^The name Jon is nobody's own any more/)]);
  expect(driver.prompt).toMatchObject({ kind: "talk" });
});

test("a question is left without a password, and its answer is never a draft", () => {
  const driver = named().enter("/register");
  driver.model.leaveQuestion();
  expect(driver.lines().at(-1)).toBe("# No password was sent.");
  driver.enter("/register").enter("1234567").enter("1234567");
  expect(driver.lines().at(-1)).toMatch(/^The password is too short/);
  expect(driver.draft).toBe("");
  driver.enter("/register").lost();
  expect(driver.prompt).toEqual({ kind: "offline" });
});

test("what cannot be done is said before a password is asked for", () => {
  const driver = new TerminalDriver();
  driver.lines();
  expect(driver.enter("/signin Jon").lines()).toEqual(["# You are not connected to a Howdy Server."]);
  const older = TerminalDriver.named("Jon");
  expect(older.enter("/register").lines()).toEqual(["# Version 1 is spoken here, in which names have no owners."]);
  older.draft = "";
  expect(older.enter("/unregister Jon").lines()).toEqual([
    "# Version 1 is spoken here, in which names have no owners.",
  ]);
  const nameless = connected();
  expect(nameless.enter("/signin").lines()).toEqual(["# Expected /signin NAME."]);
  nameless.draft = "";
  expect(nameless.enter("/register").lines()).toEqual(["# Take a name first; then /register makes it yours."]);
  expect(named().enter("/signin Zoë").lines()[0]).toMatch(/^# You have the name Jon\. Leave with \/quit/);
  const showing = named({ hidesPasswords: false }).enter("/register");
  expect(showing.lines()[0]).toMatch(/^# Not asked: this terminal would show the password/);
});

test("a server that is not to be trusted is not dialled again by itself, nor told the name again", () => {
  const driver = connected({ name: "Jon" });
  refuse(driver).enter("").enter("correct horse");
  const request = requestOf(driver, "signIn");
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0, scram: "v=AAAA" });
  expect(driver.lines().slice(-2)).toEqual([
    expect.stringMatching(/^The server does not know the keys of Jon/),
    "# Not trying again by itself; Enter on an empty line does.",
  ]);
  expect([driver.pausesMs, driver.prompt]).toEqual([[], { kind: "offline" }]);
  driver.sent.length = 0;
  driver.enter("").dialled({ hcp: 2, fellBack: false });
  expect(driver.sent).toEqual([]);
});

test("from a pipe, what is refused ends the program, since the next line is no name", () => {
  const driver = connected({ isAttended: false }).enter("/signin Jon").enter("wrong");
  const request = requestOf(driver, "signIn");
  driver.receive({ kind: "error", code: "sign-in-failed", text: "Wrong.", request });
  expect(driver.left).toBe("name-refused");
  const lost = connected({ isAttended: false }).enter("/signin Jon").enter("right").lost();
  expect(lost.left).toBe("unreachable");
  const fooled = connected({ isAttended: false }).enter("/signin Jon").enter("right");
  fooled.receive({ kind: "welcome", request: requestOf(fooled, "signIn"), name: "Jon", sequence: 1, time: 0 });
  expect(fooled.left).toBe("distrusted");
});

test("without TLS it is said before a password is typed, and once, what somebody on the way can do", () => {
  const driver = new TerminalDriver().dialled({ hcp: 2, fellBack: false });
  driver.input({ kind: "hellos", hellos: HELLOS }).receive(HELLO).lines();
  driver.enter("/signin Jon");
  expect(driver.lines()).toEqual([
    expect.stringMatching(/^# This connection has no TLS\. The password stays here/),
    expect.stringMatching(/^# Type the password/),
  ]);
  driver.enter("").enter("/signin Jon").enter("correct horse");
  expect(driver.lines().join()).not.toContain("TLS");
});
