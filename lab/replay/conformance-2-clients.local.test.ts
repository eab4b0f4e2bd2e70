// The cases of version 2 for clients on the local bed, with the real client: all pass, and for each there is a client with one
// defect that it fails, under the clause that it cites. A few beds side by side, each in a subnet of its own.

import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { ConformanceLanes, type Found } from "./fixtures/conformance-lanes.ts";
import type { ClientDefect2 } from "./fixtures/mutant-client-2.ts";

const LANES = await ConformanceLanes.claim("hcp2/client", 2);

test.concurrent.each(LANES.files)("%s passes", async (_name, file) => {
  const { steps } = await LANES.replayOwn(file);
  expect(steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

/** Each defect with the case that finds it, its clause, and what that says. */
const CLIENTS: readonly Found<ClientDefect2>[] = [
  ["hello with the preface", "client2-preface", "13.1", /^Win71 received hello/],
  ["an answer is awaited for ever", "client2-falls-back", "13.4", /^Win71 received nothing/],
  ["versions are forgotten", "client2-stays", "13.4", /^Win71 received 65 bytes/],
  ["a read is a frame", "client2-frames-in-pieces", "13.5", /^Win72 showed nothing/],
  ["loss not shown", "client2-cut-off", "13.5", /^Win72 showed nothing/],
  ["unknown types end it", "client2-unknown-types", "14.2", /^Win72 ended by itself/],
  ["even tags ignored", "client2-unknown-fields", "14.2", /^Win72 showed "Zoë says: Even"/],
  ["unknown tags cost the frame", "client2-unknown-fields", "14.2", /^Win72 showed nothing/],
  ["the first of two fields counts", "client2-field-twice", "14.2", /^Win72 showed "Zoë says: First"/],
  ["reserved types end it", "client2-grease", "14.4", /^Win72 ended by itself/],
  ["texts trimmed", "client2-texts", "15.1", /^Win71 received say/],
  ["texts cut at 4096 bytes", "client2-texts", "15.1", /^Win72 showed "Zoë says: aaaa/],
  ["history asked of anybody", "client2-capabilities", "15.3", /^Win71 received history/],
  ["pings not answered", "client2-ping", "16.1", /^Win71 received nothing/],
  ["errors are answered", "client2-ping", "16.1", /^Win71 received error/],
  ["a roster is all", "client2-roster", "16.2", /^Win72 lists Server, All, u34/],
  ["leaves are not heard", "client2-roster", "16.2", /^Win72 showed "Eve says: Bye"/],
  ["whispers said to all", "client2-say", "16.3", /^Win71 received say request: \w+, text: "psst"/],
  ["said again under another request", "client2-resend", "16.3", /^Win71 received say request: f+, text: "Hi"/],
  ["never said again", "client2-resend", "16.3", /^Win71 received nothing/],
  ["all logs are one", "client2-other-log", "16.3", /^Win71 received say request: \w+, text: "Hi"/],
  ["ids not looked at", "client2-line-twice", "16.3", /^Win72 showed "Zoë says: Once"/],
  ["errors not shown", "client2-receiver-away", "16.3", /^Win72 showed nothing after/],
  ["kept is not told", "client2-receiver-away", "16.3", /^Win72 showed nothing after/],
  ["whispers for others shown", "client2-foreign-whisper", "16.3", /^Win72 showed "Eve says: For her eyes only"/],
  ["older lines not shown", "client2-history", "16.4", /^Win72 showed nothing/],
  ["ids not looked at", "client2-history", "16.4", /^Win72 showed "Zoë says: Now"/],
  ["mail not shown", "client2-server-says", "16.5", /^Win72 showed nothing/],
  ["byes not shown", "client2-server-says", "16.5", /^Win72 showed "The connection/],
  ["owners come as guests", "client2-sign-in", "16.6", /^Win71 received join/],
  ["proofs are of another password", "client2-sign-in", "16.6", /^Win72 showed "The server does not know the keys/],
  ["any server is believed", "client2-sign-in-unproven", "16.6", /^Win72 (?:lists Server, All, Zoë, Jon|showed)/],
  ["errors not shown", "client2-name-refused", "18.1", /^Win72 showed nothing after/],
  ["malformed frames end it", "client2-malformed", "18.1", /^Win72 ended by itself/],
  ["a broken stream is awaited", "client2-frame-too-long", "18.2", /^Win72 showed nothing/],
];

describe("fails, under its clause,", () => {
  test.concurrent.each(CLIENTS)("a client with the defect “%s”: %s, %s", async (...found) => {
    await LANES.expectClientFound(...found);
  });

  test("every case is failed by some mutant", () => {
    const found = new Set<string>(CLIENTS.map(([, name]) => name));
    expect(LANES.files.map(([, file]) => basename(file, ".yaml")).filter((name) => !found.has(name))).toEqual([]);
  });
});
