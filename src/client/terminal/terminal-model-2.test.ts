// The terminal with a server of version 2: the version is told, older lines stand between two remarks.

import { expect, test } from "vitest";
import type { Hcp2Message, MessageOf } from "../../protocol/hcp2/index.ts";
import { TerminalDriver } from "./fixtures/terminal-driver.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1, 3, 4], log: "10" };

function line(sequence: number, text: string, request?: string): MessageOf<"line"> {
  return { kind: "line", id: `0${sequence}`, sequence, time: 60_000 * sequence, from: "Zoë", text, request };
}

function named(unread: Partial<MessageOf<"welcome">> = {}, linesOnJoin = 0): TerminalDriver {
  const driver = new TerminalDriver({ name: "Jon", linesOnJoin }).dialled({ hcp: 2, fellBack: false }).receive(HELLO);
  driver.receive({ kind: "welcome", request: requestOf(driver, "join"), name: "Jon", sequence: 1, time: 0, ...unread });
  return driver.receive({ kind: "roster", names: ["Jon"] });
}

/** The request of what was sent last of this kind. */
function requestOf(driver: TerminalDriver, kind: "join" | "history" | "search"): string {
  const sent = driver.sent.findLast((one) => one.kind === kind);
  return sent !== undefined && "request" in sent ? (sent.request ?? "") : "";
}

test("the version is told once, also over a lost connection", () => {
  const driver = named();
  expect(driver.lines()[1]).toMatch(/^# This server speaks version 2: .* \/history /);
  driver.lost().enter("").dialled({ hcp: 2, fellBack: false });
  expect(driver.lines().filter((text) => text.includes("version"))).toEqual([]);
});

test("that what is said is inside TLS is told once, with the version or alone", () => {
  const tls = { fingerprint: "A0:B1", firstSeen: false };
  const driver = new TerminalDriver({ name: "Jon" }).dialled({ hcp: 2, fellBack: false, tls });
  expect(driver.lines()[1]).toMatch(/^# This server speaks version 2: .* What is said is inside TLS\.$/);
  driver.lost().enter("").dialled({ hcp: 2, fellBack: false, tls });
  expect(driver.lines().filter((text) => text.includes("TLS"))).toEqual([]);
  const first = new TerminalDriver({ name: "Jon" }).dialled({ hcp: 1, fellBack: false, tls });
  expect(first.lines()[1]).toBe("# What is said is inside TLS.");
});

test("that it is version 1 is told where more was hoped for, and not where it was asked for", () => {
  const fellBack = new TerminalDriver({ name: "Jon" }).dialled({ hcp: 1, fellBack: true });
  expect(fellBack.lines()[1]).toMatch(/^# This server speaks version 1 alone/);
  const asked = new TerminalDriver({ name: "Jon" }).dialled();
  expect(asked.lines()).toHaveLength(1);
});

test("/history shows older lines between two remarks, and says when there are none", () => {
  const driver = named();
  driver.receive(line(3, "three")).lines();
  driver.enter("/history");
  const request = requestOf(driver, "history");
  driver.receive(line(1, "one", request), line(2, "two", request));
  expect(driver.lines()).toEqual([]);
  driver.receive({ kind: "page", request, more: true });
  expect(driver.lines()).toEqual([
    "# Said before, 2 lines:",
    "Zoë says: one",
    "Zoë says: two",
    "# So far what was said before; /history shows older lines.",
  ]);
  driver.enter("/history").receive({ kind: "page", request: requestOf(driver, "history") });
  expect(driver.lines()).toEqual(["# Nothing older is kept."]);
});

test("/history without a server that keeps lines is answered with the reason", () => {
  const driver = TerminalDriver.named("Jon");
  expect(driver.enter("/history").lines()).toEqual([
    expect.stringMatching(/^# history: expected a server of version 2/),
  ]);
});

test("/search shows what was found between two remarks, and alone goes on with the same words", () => {
  const driver = named();
  driver.lines();
  driver.enter("/search  red fish ");
  expect(driver.sent.at(-1)).toMatchObject({ kind: "search", words: "red fish" });
  const request = requestOf(driver, "search");
  driver.receive(line(7, "red fish", request), { kind: "page", request, gap: true });
  expect(driver.lines()).toEqual([
    "# Found, 1 line:",
    "Zoë says: red fish",
    "# That is all that was found; what is older is not kept any more.",
  ]);
  driver.enter("/search").enter("/search bird");
  expect(driver.lines()).toEqual([expect.stringMatching(/^# search: expected a name/)]);
  driver.receive({ kind: "page", request: requestOf(driver, "search") });
  expect(driver.lines()).toEqual(["# Nothing was found."]);
});

test("/search tells the server's reason, and where no server can look for anything", () => {
  const driver = named();
  driver.lines();
  driver.enter("/search ...");
  driver.receive({ kind: "error", code: "words-unfit", text: "No word.", request: requestOf(driver, "search") });
  expect(driver.lines()).toEqual(["# search: the server says: No word."]);
  const old = TerminalDriver.named("Jon");
  expect(old.enter("/search a").lines()).toEqual([expect.stringMatching(/^# search: expected a server of version 2/)]);
});

test("an owner is told how much is unread and where it begins; who enters a line has read what stands there", () => {
  const driver = named({ mark: "04", unread: 2 }, 20);
  const request = requestOf(driver, "history");
  driver.receive(line(4, "four", request), line(5, "five", request), line(6, "six", request));
  driver.receive({ kind: "page", request });
  expect(driver.lines().filter((text) => !/version|Online|Jon|conversation|connect/.test(text))).toEqual([
    "Your username is accepted",
    "# 2 lines came while you were away.",
    "# Said before, 3 lines:",
    "Zoë says: four",
    "# You have not read what follows:",
    "Zoë says: five",
    "Zoë says: six",
    "# That is all that was said before.",
  ]);
  expect(driver.sent.filter(({ kind }) => kind === "read")).toEqual([]);
  driver.enter("/list");
  expect(driver.sent.at(-1)).toMatchObject({ kind: "read", id: "06" });
});
