import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { parseScenario } from "./load.ts";

const HEAD = `title: A case
clause: "8.2"
level: strict
given:
  Win71: { server: {} }
  Win72: { peer: {} }
steps:
  - title: A step
    Win72:
      - connect: { as: a }
`;

function problems(text: string): readonly string[] {
  const result = parseScenario("x.yaml", text, REPORT_HOSTS, HCP);
  return result.kind === "wrong" ? result.problems : [];
}

function problemsOf(action: string): readonly string[] {
  return problems(`${HEAD}      - ${action}\n`);
}

test("bytes, messages, pieces and what comes back are settled", () => {
  const action = `wire: { send: [01 "Jo" 6e 00*61, { nak: Zoë }], pieces: frames, gap: 5 ms, end: true, expect: [{ update: ["G {1..2}"] }, closed], within: 2 s }`;
  const result = parseScenario(
    "x.yaml",
    `${HEAD}      - ${action}\n    expect: { Win72: { receives: { a: nothing } } }\n`,
    REPORT_HOSTS,
    HCP,
  );
  expect(result).toMatchObject({
    kind: "scenario",
    scenario: {
      requirements: [],
      conformance: { clause: "8.2", level: "strict" },
      steps: [
        {
          work: [
            {
              actions: [
                { kind: "connect", as: "a", times: undefined },
                {
                  kind: "wire",
                  wire: {
                    as: undefined,
                    send: [
                      { kind: "bytes", bytes: Uint8Array.from([1, 0x4a, 0x6f, 0x6e, ...Array(61).fill(0)]) },
                      { kind: "written", source: { nak: "Zoë" } },
                    ],
                    cut: { kind: "frames" },
                    gapMs: 5,
                    after: "end",
                    expect: {
                      kind: "frames",
                      frames: [{ kind: "written", source: { update: ["G {1..2}"] } }, { kind: "closed" }],
                    },
                    withinMs: 2000,
                  },
                },
              ],
            },
          ],
          expectations: [{ kind: "receives", host: "Win72", as: "a", expect: { kind: "nothing" } }],
        },
      ],
    },
  });
});

describe("what is wrong with bytes and connections is told by line and column:", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "half a byte",
      "wire: { send: 01 4a 6 }",
      '11:23: steps[0].Win72[1].wire.send: expected pairs of hexadecimal digits such as 4a or 00*61; got "6"',
    ],
    [
      "bytes that are no text",
      "wire: { send: 10 }",
      "11:23: steps[0].Win72[1].wire.send: expected hexadecimal digits, a message, or a list of them; got 10",
    ],
    [
      "too many bytes",
      "wire: { send: 00*99999 }",
      "11:23: steps[0].Win72[1].wire.send: expected at most 65536 bytes; got more",
    ],
    [
      "an unknown message",
      "wire: { send: { mesage: Jon } }",
      '11:23: steps[0].Win72[1].wire.send: expected one of proposal, ack, nak, update, message; got "mesage"',
    ],
    [
      "an unknown message in a list",
      "wire: { expect: [{ ack: Jon }, { nack: Jon }] }",
      '11:40: steps[0].Win72[1].wire.expect[1]: expected one of proposal, ack, nak, update, message; got "nack"',
    ],
    [
      "a name that does not fit",
      `wire: { send: { ack: ${"ë".repeat(33)} } }`,
      "11:23: steps[0].Win72[1].wire.send: cannot be sent: a name takes at most 64 bytes; got 66",
    ],
    [
      "a word that is no expectation",
      "wire: { expect: silence }",
      '11:25: steps[0].Win72[1].wire.expect: expected pairs of hexadecimal digits such as 4a or 00*61; got "silence", or nothing or closed or reset',
    ],
    [
      "an end that is not the end",
      "wire: { expect: [closed, { ack: Jon }] }",
      '11:26: steps[0].Win72[1].wire.expect[0]: expected nothing behind "closed"; got more',
    ],
    ...["::1", "[::1]", "fe80::1%eth0", "::ffff:10.6.1.116"].map((address): [string, string, string] => [
      `an address of IPv6, ${address}`,
      `connect: { address: "${address}" }`,
      `11:29: steps[0].Win72[1].connect.address: expected an IPv4 address, since a peer's host has no other; got "${address}"`,
    ]),
    [
      "a connection made twice",
      "connect: { as: a }",
      '11:24: steps[0].Win72[1].connect.as: expected a name of its own; got "a", which Win72 has',
    ],
    [
      "a connection that is called as a message",
      "connect: { as: ack }",
      '11:24: steps[0].Win72[1].connect.as: expected a name that is no kind of message; got "ack"',
    ],
    [
      "an unknown connection",
      "wire: { as: b, send: 01 01 }",
      '11:21: steps[0].Win72[1].wire.as: expected one of the connections a; got "b"',
    ],
    [
      "a time without its unit",
      "wire: { send: 01 02, each: 1, gap: '5' }",
      '11:44: steps[0].Win72[1].wire.gap: expected a time such as 5 ms or 2 s, of at most 3600 s; got "5"',
    ],
    [
      "a gap between no pieces",
      "wire: { send: 01 02, gap: 5 ms }",
      "11:30: steps[0].Win72[1].wire.gap: expected pieces or each beside gap; got neither",
    ],
    [
      "two ways to cut",
      "wire: { send: 01 02, each: 1, pieces: [1] }",
      "11:30: steps[0].Win72[1].wire.each: expected pieces or each; got both",
    ],
    [
      "a wire that does nothing",
      "wire: { as: a }",
      "11:15: steps[0].Win72[1].wire: expected send, expect, end, reset or reads; got none",
    ],
    ["an action of a client", "select: All", '11:9: steps[0].Win72[1]: expected one of connect, wire; got "select"'],
  ];
  test.each(cases)("%s", (_what, action, problem) => {
    expect(problemsOf(action)).toEqual([`x.yaml:${problem}`]);
  });

  test("two connections and no word which one is meant", () => {
    const text = `${HEAD}      - connect\n      - wire: { send: 01 01 }\n`;
    expect(problems(text)).toEqual(["x.yaml:12:15: steps[0].Win72[2].wire: expected as, one of a, c1; it is missing"]);
  });

  const given = (hosts: string, head = 'clause: "8.2"\nlevel: must\n') =>
    `title: x\n${head}given: { ${hosts} }\nsteps: [{ title: x, expect: { Win71: { never: x } } }]\n`;
  const files: readonly (readonly [string, string, string])[] = [
    [
      "a clause without a level",
      given("Win71: { server: {} }", 'clause: "8.2"\n'),
      "2:1: clause: expected level beside clause; it is missing",
    ],
    [
      "a level without a clause",
      given("Win71: { server: {} }", "level: must\n"),
      "2:1: level: expected clause beside level; it is missing",
    ],
    [
      "a level that there is not",
      given("Win71: { server: {} }", 'clause: "8.2"\nlevel: may\n'),
      '3:8: level: expected must or strict; got "may"',
    ],
    [
      "a clause that is a number",
      given("Win71: { server: {} }", "clause: 8.2\nlevel: must\n"),
      "2:9: clause: expected a text (in quotes if it looks like a number); got 8.2",
    ],
    [
      "a peer that is a client too",
      given("Win71: { server: {} }, Win72: { peer: {}, named: Jon }"),
      '4:52: given.Win72.named: expected only peer, which this host runs; got "named"',
    ],
  ];
  test.each(files)("%s", (_what, text, problem) => {
    expect(problems(text)).toEqual([`x.yaml:${problem}`]);
  });

  test("a name that a scripted server is to accept by itself", () => {
    const text =
      'title: x\nclause: "8.2"\nlevel: must\ngiven: { Win71: { peer: { listen: 20002 } }, Win72: { client: {}, named: Jon } }\nsteps: [{ title: x, Win72: [send] }]\n';
    expect(problems(text)).toEqual([
      "x.yaml:4:67: given.Win72.named: expected a server in given, to accept the name; got a peer, which accepts what its steps say",
    ]);
  });
});
