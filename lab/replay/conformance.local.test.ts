// The conformance cases on the local bed, with the real programs: all pass, and for each there is a server or a client
// with one defect that it fails, under the clause that it cites. A few beds side by side, each in a subnet of its own.

import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { ConformanceLanes, type Found } from "./fixtures/conformance-lanes.ts";
import type { ClientDefect } from "./fixtures/mutant-client.ts";
import type { Defect } from "./fixtures/mutant-server.ts";

const LANES = await ConformanceLanes.claim("conformance", 1);

test.concurrent.each(LANES.files)("%s passes", async (_name, file) => {
  const { steps } = await LANES.replayOwn(file);
  expect(steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

/** Each defect with the case that finds it, its clause, and what that says. */
const SERVERS: readonly Found<Defect>[] = [
  ["ack after update", "ack-before-list", "7.1", /^Win72 received update "Jon Stewart", "Zoe"/],
  ["a read is a frame", "frames-merged", "8.2", /^Win73 showed nothing after "join this conversation\."/],
  ["a read is a frame", "frames-split", "8.2", /^Win72 received nothing|^Win72 received nak|^Win72 received ack/],
  ["FIN not noticed", "half-close", "8.5", /^Win71 logged nothing after "Forwarding/],
  ["no update on leave", "leave-fin", "6.2", /Win73 showed nothing/],
  ["RST not noticed", "leave-reset", "2.3", /Win71 logged nothing/],
  ["names stay taken", "leave-reset", "2.3", /^Win72 received nak "Zoe"/],
  ["unnamed senders forwarded", "message-before-name", "7.2", /^Win73 showed "Zoe says: Hi"/],
  ["padding of texts taken off", "message-verbatim", "3.5", /^Win73 received message from "Zoe" to "All"/],
  ["echo to the sender", "message-verbatim", "3.5", /^Win72 received message from "Zoe" to "All"/],
  ["names cut at 63 bytes", "name-64-bytes", "3.2", /^Win72 received ack "Sixty-four bytes/],
  ["faulty names accepted", "name-faults", "4.1", /^Win72 received ack ""/],
  ["spellings accepted", "name-folding", "4.3", /^Win72 received ack "ZOË STRASSE"/],
  ["unseen names accepted", "name-unseen", "4.1", /^Win72 received ack "/],
  ["padding counts characters", "name-multibyte", "3.2", /^Win72 received update "Zoë", "Jon"/],
  ["list backwards", "name-multibyte", "3.2", /^Win72 received update "Jon", "Zoë"/],
  ["malformed names accepted", "name-not-utf8", "10.1", /^Win72 received 65 bytes of type 2, name-not-utf8/],
  ["reserved names accepted", "name-reserved", "4.2", /^Win72 received ack "All"/],
  ["duplicate name accepted", "name-taken", "6.2", /^Win72 received ack "Jon Stewart"/],
  ["missing padding is awaited for ever", "name-unpadded", "8.4", /^Win72 received nothing within/],
  ["one that does not read stops all", "peer-never-reads", "9.4", /^Win73 received nothing/],
  ["lists end at 20 names", "proposals-at-once", "7.1", /^Win72 received update .* and 14 more/],
  ["ack after update", "proposals-at-once", "7.1", /^Win72 received update/],
  ["senders to nobody not told", "receiver-not-online", "7.5", /^Win72 received nothing/],
  ["unknown receivers are all", "receiver-unknown", "7.2", /^Win73 showed "\(received, though it is for Eve\) Zoe: /],
  ["second name accepted", "second-proposal", "4.5", /^Win72 received ack "Eve"/],
  ["a reset ends it all", "reset-outlived", "2.3", /^Win71 ended by itself, exit status 3/],
  ["foreign senders forwarded", "sender-spoofed", "7.2", /^Win74 showed "Jon Stewart whispers to you: /],
  ["texts truncated", "text-limit", "8.2", /^Win73 received message from "Zoe" to "Jon": "xxxxxxxxxx"/],
  ["malformed texts forwarded", "text-malformed", "5.3", /^Win74 received 133 bytes of type 5, text-not-utf8/],
  ["unknown types not logged", "type-of-server", "6.1", /^Win71 logged only "Sender name is|^Win71 logged/],
  // Whichever is found first: the line that is shown, or the list.
  ["lists of clients forwarded", "type-of-server", "6.1", /^Win73 (?:showed "Jon Stewart"|lists Server, All, )/],
  ["unknown types end the connection", "type-unknown", "6.2", /^Win72 the connection was/],
  ["lists too often are lost", "update-storm", "9.3", /received update .*and nothing more|received nothing/],
];

const CLIENTS: readonly Found<ClientDefect>[] = [
  ["a read is a frame", "client-ack-and-list-merged", "8.2", /^Win72 showed nothing after "Your username is accepted"/],
  ["a read is a frame", "client-frames-split", "8.2", /^Win72 showed/],
  ["loss not shown", "client-cut-off", "8.5", /^Win72 showed nothing/],
  [
    "whispers for others shown",
    "client-foreign-whisper",
    "6.3",
    /^Win72 showed "Jon whispers to you: For her eyes only"/,
  ],
  ["list made up", "client-late-list", "6.3", /^Win72 lists Server, All, Jon/],
  ["leavers not shown", "client-leavers-and-joiners", "12.5", /^Win72 showed "Jimmy Fallon"/],
  ["malformed frames end it", "client-malformed", "10.1", /^Win72 ended by itself/],
  ["nak not shown", "client-nak", "6.3", /^Win72 showed nothing/],
  ["wrong ports not shown", "client-port", "12.3", /^Win72 showed nothing/],
  ["padding counts characters", "client-padding", "3.2", /^Win71 received/],
  ["speaks without a name", "client-proposal", "3.3", /^Win71 received message from "Nobody" to "All": "Hi"/],
  ["loss not shown", "client-reset", "6.7", /^Win72 showed nothing/],
  ["unknown types shown", "client-unknown-types", "6.3", /^Win72 showed "What was that\?"/],
  ["unlisted senders dropped", "client-unlisted-sender", "6.5", /^Win72 showed nothing/],
];

describe("fails, under its clause,", () => {
  test.concurrent.each(SERVERS)("a server with the defect “%s”: %s, %s", async (...found) => {
    await LANES.expectServerFound(...found);
  });

  test.concurrent.each(CLIENTS)("a client with the defect “%s”: %s, %s", async (...found) => {
    await LANES.expectClientFound(...found);
  });

  test("every case is failed by some mutant", () => {
    const found = new Set([...SERVERS, ...CLIENTS].map(([, name]) => name));
    const names = LANES.files.map(([, file]) => basename(file, ".yaml"));
    expect(names.filter((name) => !found.has(name))).toEqual([]);
  });
});
