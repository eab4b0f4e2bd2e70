// What a file says its peers speak: whole hosts, and single connections of these.

import { describe, expect, test } from "vitest";
import { PROTOCOLS } from "../commands/protocol.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { type LoadResult, parseScenario } from "./load.ts";
import { describeAction } from "./tell-action.ts";

const CLASSCHAT = "protocol: classchat";

const load = (steps: string, win74 = CLASSCHAT): LoadResult =>
  parseScenario(
    "x.yaml",
    `title: A case
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win74: { peer: { ${win74} } }
steps:
  - title: A step
${steps}`,
    REPORT_HOSTS,
    PROTOCOLS,
  );

test("a connection's frames are written and told in its own protocol, a crowd's too", () => {
  const result = load(`    Win74:
      - connect: { as: alice }
      - connect: { as: many, times: 2, protocol: chatroom }
      - wire: { as: alice, send: { text: alice } }
      - wire: { as: many, send: { object: { msgType: <first>, content: "U{n}" } } }
      - wire: { as: many-2, send: { object: { msgType: <announce>, content: Hi } } }
    expect:
      Win74: { receives: { alice: { text: "[U1] ToAll: Hi" }, many-1: { text: "\\nU2: Hi" } } }
`);
  if (result.kind === "wrong") expect(result.problems).toEqual([]);
  else {
    const [step] = result.scenario.steps;
    expect(step?.work[0]?.actions.map((action) => "protocol" in action && action.protocol.name)).toEqual([
      "ClassChat",
      "ChatRoom",
      "ClassChat",
      "ChatRoom",
      "ChatRoom",
    ]);
    expect(step?.work[0]?.actions.slice(3).map((action) => describeAction(action))).toEqual([
      expect.stringContaining("<first>"),
      expect.stringContaining("<announce>"),
    ]);
    expect(step?.expectations.map((each) => "protocol" in each && each.protocol.name)).toEqual([
      "ClassChat",
      "ChatRoom",
    ]);
    expect(result.scenario.others.map(({ name }) => name)).toEqual(["ClassChat", "ChatRoom"]);
  }
});

describe("what is wrong with a protocol is told by line and column:", () => {
  const known = "expected a protocol, one of hcp, hcp2, cs513, classchat, chatroom; got";
  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      "an unknown one of a connection",
      CLASSCHAT,
      "    Win74: [connect: { as: yu, protocol: chatrom }]\n",
      `x.yaml:8:42: steps[0].Win74[0].connect.protocol: ${known} "chatrom"`,
    ],
    [
      "an unknown one of a peer",
      "protocol: irc",
      "    Win72: [send]\n",
      `x.yaml:5:30: given.Win74.peer.protocol: ${known} "irc"`,
    ],
    [
      "one of a connection without a name",
      CLASSCHAT,
      "    Win74: [connect: { protocol: chatroom }]\n",
      "x.yaml:8:24: steps[0].Win74[0].connect.protocol: expected as beside protocol; it is missing",
    ],
    [
      "one of a connection of a scripted server",
      "listen: 4000",
      "    Win74: [connect: { as: yu, protocol: chatroom }]\n",
      'x.yaml:8:32: steps[0].Win74[0].connect.protocol: expected address, port, as or times, since Win74 listens; got "protocol"',
    ],
    [
      "one of a client",
      CLASSCHAT,
      "    Win72: [connect: { protocol: chatroom }]\n",
      'x.yaml:8:24: steps[0].Win72[0].connect.protocol: expected address, port; got "protocol"',
    ],
    [
      "the host's words on a connection that has its own",
      CLASSCHAT,
      "    Win74: [connect: { as: yu, protocol: cs513 }, wire: { as: yu, send: { text: Hi } }]\n",
      'x.yaml:8:73: steps[0].Win74[1].wire.send: expected one of line; got "text"',
    ],
    [
      "a connection of its own protocol that is not named",
      CLASSCHAT,
      "    Win74: [connect: { as: yu, protocol: cs513 }, wire: { expect: closed }]\n",
      "x.yaml:8:57: steps[0].Win74[1].wire: expected as, one of yu; it is missing",
    ],
  ];
  test.each(cases)("%s", (_what, win74, steps, problem) => {
    const result = load(steps, win74);
    expect(result).toMatchObject({ kind: "wrong" });
    expect("problems" in result && result.problems).toContain(problem);
  });
});
