// The window of a client that knows several servers: what a person sees while it goes to the next one, and what they keep.

import { expect, test } from "vitest";
import { NAME_TRIES_MAX } from "../../comeback.ts";
import { WindowDriver } from "./fixtures/window-driver.ts";
import { guide } from "./guidance.ts";

const LOST = { kind: "closed", code: "peer-reset", why: "it reset the connection" } as const;
const FAILED = { kind: "dial-failed", why: "connection refused" } as const;
const LIST = { kind: "update", names: ["Bo", "Jon"] } as const;

/** Has a name, whispers to Bo, and knows one more server. */
function ready(): WindowDriver {
  const driver = WindowDriver.ready("Jon", ["Bo"], [{ address: "10.6.1.117", port: 20_002 }]);
  driver.model.select("Bo");
  driver.settle();
  driver.model.entry.type("half a whisper");
  return driver;
}

test("it connects to the next one by itself, and draft and destination are those that were there", () => {
  const driver = ready();
  expect(driver.model.place).toBe("at 10.6.1.116:20002");
  driver.input(LOST).settle();
  expect([driver.model.link, driver.model.canReconnect, guide(driver.model)]).toEqual([
    "dialling",
    false,
    "Connecting…",
  ]);
  driver.input({ kind: "dialled" }).settle();
  expect(driver.model.proposed).toBe("Jon");
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  driver.receive({ kind: "ack", name: "Jon" }, LIST).settle();
  const { username, selection, entry, place, proposed } = driver.model;
  expect([username, selection, entry.text, place, proposed]).toEqual([
    "Jon",
    "Bo",
    "half a whisper",
    "at 10.6.1.117:20002",
    null,
  ]);
});

test("while no server can be had it waits, says so, and Reconnect does not wait", () => {
  const driver = ready().input(LOST).settle().input(FAILED).settle();
  expect([driver.model.link, driver.model.canReconnect, driver.model.goesOn]).toEqual(["lost", true, true]);
  driver.model.reconnect();
  driver.settle();
  expect(driver.isDialling).toBe(true);
  driver.input({ kind: "dialled" }).settle();
  driver.receive({ kind: "ack", name: "Jon" }, LIST).settle();
  expect(driver.sent).toEqual([{ kind: "proposal", name: "Jon" }]);
  expect([driver.model.username, driver.model.selection, driver.model.entry.text]).toEqual([
    "Jon",
    "Bo",
    "half a whisper",
  ]);
  const waiting = ready().input(LOST, FAILED);
  waiting.settle().input({ kind: "waited" }).settle();
  expect([waiting.model.link, waiting.model.canReconnect]).toEqual(["dialling", false]);
});

test("a name that is still taken is waited for, and then somebody is asked for another one; the draft waits", () => {
  const driver = ready().input(LOST).settle().input({ kind: "dialled" }).settle();
  for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
    driver.receive({ kind: "nak", name: "Jon" }).settle();
    expect(guide(driver.model)).toMatch(/^Waiting for the server’s answer to /);
    driver.input({ kind: "waited" }).settle();
  }
  driver.receive({ kind: "nak", name: "Jon" }).settle();
  expect([driver.model.proposed, driver.model.entry.text]).toEqual([null, "Jon"]);
  expect(driver.lines).toContain("Jon is still taken after 20 s: it is somebody else's now.");
  driver.say("Jon II").settle();
  driver.receive({ kind: "ack", name: "Jon II" }, { kind: "update", names: ["Bo", "Jon II"] }).settle();
  expect([driver.model.username, driver.model.selection, driver.model.entry.text]).toEqual([
    "Jon II",
    "Bo",
    "half a whisper",
  ]);
});
