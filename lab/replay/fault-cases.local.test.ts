// The cases under faults on the loopback bed, with the real programs: all pass that this bed can have, and for each there is a
// server or a client with one defect that it fails, under the clause that it cites. A few beds side by side.

import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { ConformanceLanes, type Found } from "./fixtures/conformance-lanes.ts";
import type { ClientDefect } from "./fixtures/mutant-client.ts";
import type { Defect } from "./fixtures/mutant-server.ts";

/** Most of a fault is waiting: one more than a machine of two cores gains from else. */
const LANES = await ConformanceLanes.claim("faults", 1, 4);

/** On loopback no packet can be lost: see fault-cases.namespaces.test.ts. */
const NEED_PACKETS: ReadonlySet<string> = new Set(["vanished.yaml", "vanished-while-addressed.yaml"]);

test.concurrent.each(LANES.files.filter(([name]) => !NEED_PACKETS.has(name)))("%s passes", async (_name, file) => {
  const { steps } = await LANES.replayOwn(file);
  expect(steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

test.concurrent.each(LANES.files.filter(([name]) => NEED_PACKETS.has(name)))(
  "%s is not asked of programs whose systems cannot fall silent",
  async (_name, file) => {
    const { verdict, steps } = await LANES.replayOwn(file);
    expect([verdict, steps[0]?.seen]).toEqual(["unsupported", expect.stringContaining("keepalive")]);
  },
);

/** Each defect with the case that finds it, its clause, and what that says. */
const SERVERS: readonly Found<Defect>[] = [
  ["no update on leave", "client-killed", "2.2", /^Win72 showed nothing/],
  ["names stay taken", "client-restarted", "6.2", /^Win73 showed "The username is not accepted/],
  ["broadcast doubled", "cut-heals", "2.5", /^Win7[34] showed "Jon Stewart says: Zoe, are you there\?"/],
  ["broadcast lost", "cut-heals-for-two", "2.5", /^Win72 showed nothing/],
  ["texts overtake each other", "cut-heals-in-order", "7.1", /^Win7[23] showed/],
  ["duplicate name accepted", "cut-proposal", "6.2", /^Win73 showed "Your username is accepted"/],
  ["whisper to the wrong user", "cut-to-client", "2.5", /^Win73 showed nothing/],
  ["whisper said to all", "cut-to-server", "2.5", /^Win72 showed "Zoe says: Loud and clear"/],
  ["texts overtake each other", "delay-keeps-order", "7.1", /^Win7[23] showed/],
  ["RST not noticed", "drop-in-list", "8.5", /^Win72 showed nothing/],
  ["one that does not read stops all", "flood-into-cut", "9.4", /^Win74 received nothing/],
  ["texts overtake each other", "heal-then-message", "7.1", /^Win73 showed nothing after "Jon Stewart whispers/],
  ["a read is a frame", "merge-to-server", "8.2", /^Win7[24] showed/],
  ["broadcast lost", "paused-client", "7.3", /^Win74 showed nothing/],
  ["the quiet are ended", "paused-over-keepalive", "2.6", /^Win7/],
  ["forgets over a pause", "paused-server", "7.3", /^Win7\d showed nothing/],
  ["FIN not noticed", "paused-server-newcomer", "6.2", /^Win71 logged/],
  ["duplicate name accepted", "reset-of-one-end", "2.7", /^Win73 showed "Your username is accepted"/],
  ["RST not noticed", "reset-of-receiver", "2.3", /^Win72 showed nothing/],
  ["RST not noticed", "reset-server-half-frame", "8.5", /^Win72 showed nothing/],
  ["names stay taken", "reset-then-back", "2.7", /^Win73 showed "The username is not accepted/],
  ["a read is a frame", "slice-to-server", "8.2", /^Win7[23] showed/],
  ["broadcast lost", "slow-reader", "9.4", /^Win74 showed nothing/],
];

const CLIENTS: readonly Found<ClientDefect>[] = [
  ["a read is a frame", "merge-to-client", "8.2", /^Win7[23] (?:showed|lists)/],
  ["a read is a frame", "paused-client-catches-up", "8.2", /^Win7[234] (?:showed|lists)/],
  ["a loss clears the entry", "server-killed", "6.7", /^Win72 has "" in its entry/],
  ["loss not shown", "server-restarted", "2.8", /^Win7[23] showed nothing/],
  ["a read is a frame", "slice-to-client", "8.2", /^Win7[23] (?:showed|lists)/],
];

describe("fails, under its clause,", () => {
  test.concurrent.each(SERVERS)("a server with the defect “%s”: %s, %s", async (...found) => {
    await LANES.expectServerFound(...found);
  });

  test.concurrent.each(CLIENTS)("a client with the defect “%s”: %s, %s", async (...found) => {
    await LANES.expectClientFound(...found);
  });

  test("every case that this bed can have is failed by some mutant", () => {
    const found = new Set([...SERVERS, ...CLIENTS].map(([, name]) => `${name}.yaml`));
    const names = LANES.files.map(([, file]) => basename(file));
    expect(names.filter((name) => !found.has(name) && !NEED_PACKETS.has(name))).toEqual([]);
  });
});
