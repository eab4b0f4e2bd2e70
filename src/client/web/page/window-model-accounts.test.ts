// The window and names with owners: what the page knows, and that no password stays in it.

import { expect, test } from "vitest";
import type { Hcp2Message } from "../../../protocol/hcp2/index.ts";
import { SERVER_ENTRIES, WindowDriver } from "./fixtures/window-driver.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1, 2], log: "10" };
const HELLOS = { client: Uint8Array.of(1), server: Uint8Array.of(2) };

function connected(): WindowDriver {
  const driver = new WindowDriver();
  driver.openWire();
  driver.model.connect(SERVER_ENTRIES);
  driver.settle().input({ kind: "dialled", spoken: { hcp: 2, fellBack: false } });
  return driver.input({ kind: "hellos", hellos: HELLOS }).receive(HELLO).settle();
}

function requestOf(driver: WindowDriver, kind: "join" | "signIn" | "register"): string {
  const sent = driver.sent.findLast((one) => one.kind === kind);
  return sent !== undefined && "request" in sent ? (sent.request ?? "") : "";
}

function answer(driver: WindowDriver, kind: "join" | "signIn", code: string): WindowDriver {
  return driver.receive({ kind: "error", code, text: "No.", request: requestOf(driver, kind) }).settle();
}

function named(driver: WindowDriver): WindowDriver {
  const request = requestOf(driver, "join");
  driver.receive({ kind: "welcome", request, name: "Jon", sequence: 1, time: 0 }, { kind: "roster", names: ["Jon"] });
  return driver.settle();
}

test("a name with an owner is noted, until there is a name", () => {
  const driver = answer(connected().say("Jon").settle(), "join", "name-registered");
  expect(driver.model.account.refusedName).toBe("Jon");
  expect(driver.lines).toContain(
    "Jon has an owner. If that is you, sign in with the password; else choose another name.",
  );
  expect(driver.model.entry.text).toBe("Jon");
  named(driver.say("Joe").settle());
  expect([driver.model.account.refusedName, driver.model.account.isOwner]).toEqual([undefined, false]);
});

test("a sign-in is waited for, and a refusal ends the wait; the password is in one command and nowhere else", () => {
  const driver = connected();
  driver.model.signIn("Jon", "correct horse");
  driver.settle();
  expect(driver.given.at(-1)).toEqual({ signIn: { name: "Jon", password: "correct horse" } });
  expect(driver.model.proposed).toBe("Jon");
  expect(JSON.stringify([driver.model.drafts, driver.lines, driver.sent])).not.toContain("horse");
  answer(driver, "signIn", "sign-in-failed");
  expect(driver.model.proposed).toBeNull();
  // The dialog said what there is to say of a connection without TLS.
  expect(driver.lines.join()).not.toContain("TLS");
  driver.model.signIn("Jon", "correct horse");
  driver.settle().input({ kind: "closed", code: "peer-ended", why: "it closed" }).settle();
  expect(driver.model.proposed).toBeNull();
});

test("whoever has registered a name is its owner, as long as the connection lasts", () => {
  const driver = named(connected().say("Jon").settle());
  driver.model.register("correct horse");
  driver.settle();
  expect(driver.model.account.isOwner).toBe(false);
  driver.events.push({ account: { what: "registered", of: "register", name: "Jon" } });
  driver.settle();
  expect(driver.model.account.isOwner).toBe(true);
  driver.model.unregister();
  driver.settle();
  expect(driver.given.at(-1)).toEqual({ unregister: {} });
  driver.events.push({ account: { what: "unregistered", of: "unregister", name: "Jon" } });
  driver.settle();
  expect(driver.model.account.isOwner).toBe(false);
  driver.events.push({ account: { what: "registered", of: "register", name: "Jon" } });
  driver.settle();
  driver.input({ kind: "closed", code: "peer-ended", why: "it closed" }).settle();
  expect(driver.model.account.isOwner).toBe(false);
});

test("without a session nothing is given", () => {
  const driver = new WindowDriver();
  driver.model.signIn("Jon", "correct horse");
  driver.model.register("correct horse");
  driver.model.unregister();
  expect(driver.given).toEqual([]);
});
