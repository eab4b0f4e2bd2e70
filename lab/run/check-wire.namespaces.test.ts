// The rules that always hold where every connection is captured, a raw peer's too: what it sends is its own affair, and what
// the server makes of it is not.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { HCP } from "../hcp/hcp.ts";
import { command, OWN_COMMANDS } from "../implementation/fixtures/own-pair.ts";
import type { Defect } from "../replay/fixtures/mutant-server.ts";
import { openNamespaceBed } from "../testbed/namespaces/bed.ts";
import { REPOSITORY, replayUnwatched, TextCount, TOPOLOGY } from "./fixtures/unwatched-case.ts";

const MUTANT_SERVER = fileURLToPath(new URL("../replay/fixtures/mutant-server.ts", import.meta.url));

const CASE = `title: Nobody looks
requirements: []
given:
  Win71: { server: {} }
  Win72: { peer: {} }
  Win73: { client: {}, named: Jon }
  Win74: { client: {}, named: Jimmy }
steps:
  - title: Zoe speaks, also as Jon
    Win72:
      - connect
      - wire: { send: { proposal: Zoe }, expect: { ack: Zoe } }
      - wire: { send: { message: { from: Jon, to: Jimmy, text: I never said that } } }
      - wire: { send: { message: { from: Zoe, to: Jimmy, text: One } } }
      - wire: { send: 05 "Zoe" 00*61 "Jimmy" 00*59 "caf" c3 }
      - wire: { send: { message: { from: Zoe, to: Jimmy, text: Two } } }
`;

const CUT_CASE = `title: Nobody looks
requirements: []
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Zoe }
  Win73: { client: {}, named: Jon }
  Win74: { client: {}, named: Jimmy }
steps:
  - title: Jon speaks while nothing reaches Zoe
    faults: [{ cut: { between: [Win71, Win72], to: Win72 } }]
    Win73: [{ select: All }, { type: One }, send]
    expect: { Win74: { shows: "Jon says: One" } }
  - title: Something does again
    faults: [{ heal: { between: [Win71, Win72] } }]
    expect: { Win72: { shows: "Jon says: One" } }
`;

test("a server that forwards under another's name is told from one that does not", async () => {
  const defect: Defect = "foreign senders forwarded";
  const mutant = await replay({ ...OWN_COMMANDS, server: command(...started(MUTANT_SERVER), defect) }, 3);
  expect(mutant.broken).toMatchObject([{ clause: "7.2" }, { clause: "7.3" }]);
  expect(mutant.outcome).toMatchObject({ verdict: "fail", steps: [{ verdict: "pass" }] });
  const own = await replay(OWN_COMMANDS, 2);
  expect([own.outcome.verdict, own.broken, own.wire.isWhole]).toEqual(["pass", [], true]);
});

test("a server that says twice what was lost in a cut, and nothing else, is told from one that does not", async () => {
  const defect: Defect = "lost texts sent again";
  const mutant = await replay({ ...OWN_COMMANDS, server: command(...started(MUTANT_SERVER), defect) }, 4, CUT_CASE);
  expect(mutant.broken).toMatchObject([{ says: "a text came twice", clause: "7.3" }]);
  const own = await replay(OWN_COMMANDS, 2, CUT_CASE);
  expect([own.outcome.verdict, own.broken, own.wire.isWhole]).toEqual(["pass", [], true]);
});

async function replay(programs: typeof OWN_COMMANDS, texts: number, text = CASE) {
  const count = new TextCount();
  const wire = { protocol: HCP.wire, wire: "packets", onWire: count.listen } as const;
  await using bed = await openNamespaceBed({ topology: TOPOLOGY, repository: REPOSITORY, programs, ...wire });
  return await replayUnwatched(bed, text, count, texts);
}
