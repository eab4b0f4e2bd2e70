// Scenarios with several servers: what their files may say of a broker and of whose server is whose, and what is wrong with it.

import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import type { HostSpec } from "../hosts/topology.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { parseScenario } from "./load.ts";
import { hostsOf } from "./scenario.ts";

const HOSTS: readonly HostSpec[] = [
  ...REPORT_HOSTS,
  { name: "Nats", service: "nats", role: "broker", address: "10.6.1.110" },
  { name: "Win81", service: "win81", role: "server", address: "10.6.1.117" },
];
const GIVEN = "  Nats: { broker: {} }\n  Win71: { server: {} }\n  Win81: { server: {} }\n";
const ZOE = "  Win73: { client: {}, named: Zoe, at: Win81 }\n";
const SEND = "{ title: x, Win73: [send] }";

function parse(given: string, step = SEND, head = "needs: [cluster]\n") {
  return parseScenario("x.yaml", `title: A case\n${head}given:\n${given}steps: [${step}]\n`, HOSTS, HCP);
}

function problems(...said: Parameters<typeof parse>): readonly string[] {
  const result = parse(...said);
  return result.kind === "wrong" ? result.problems : [];
}

test("a file says where the broker is, and whose server is whose", () => {
  const parsed = parse(
    GIVEN + ZOE,
    "{ title: x, Nats: [kill, start, restart, pause, resume, wipe, fill, free], Win73: [send] }",
  );
  if (parsed.kind === "wrong") throw new Error(parsed.problems.join("\n"));
  expect(parsed.scenario.given).toMatchObject([
    { kind: "broker", host: "Nats" },
    { kind: "server", host: "Win71" },
    { kind: "server", host: "Win81" },
    { kind: "client", host: "Win73", at: "Win81" },
  ]);
  expect([...hostsOf(parsed.scenario)]).toEqual(["Nats", "Win71", "Win81", "Win73"]);
});

describe("what is wrong is told with its place:", () => {
  test("a broker that nothing needs, and a need without a broker", () => {
    expect(problems(GIVEN + ZOE, SEND, "")).toEqual([
      "x.yaml:3:3: given.Nats: expected needs: [cluster] beside a broker; it is missing",
    ]);
    expect(problems(GIVEN.replace(/.*broker.*\n/, "") + ZOE)).toEqual([
      "x.yaml:2:8: needs: expected a broker in given beside needs: [cluster]; got none",
    ]);
  });

  test("a server that is only preferred to share its room", () => {
    expect(problems(GIVEN + ZOE, SEND, "prefers: [cluster]\n")).toEqual([
      "x.yaml:2:10: prefers: expected cluster in needs: no server takes part in a room that others do not share",
    ]);
  });

  test("a server where a client is said to be, and none where a client connects to", () => {
    expect(problems(`${GIVEN}${ZOE.replace("Win81", "Win74")}`)).toEqual([
      'x.yaml:7:40: given.Win73.at: expected a host with a server in given; got "Win74"',
    ]);
    expect(problems(`${GIVEN.replace("Nats: { broker", "Nats: { server")}${ZOE}`, SEND, "")).toEqual([
      'x.yaml:3:11: given.Nats.server: expected broker, which this host is; got "server"',
    ]);
  });

  test("what a broker does not do, and what it cannot be told while it is paused", () => {
    expect(problems(GIVEN + ZOE, "{ title: x, Nats: [send], Win73: [send] }")).toEqual([
      'x.yaml:8:28: steps[0].Nats[0]: expected one of start, kill, restart, pause, resume, wipe, fill, free; got "send"',
    ]);
    expect(problems(GIVEN + ZOE, "{ title: x, Nats: [pause, kill], Win73: [send] }")).toEqual([
      'x.yaml:8:35: steps[0].Nats[1]: expected resume, since Nats is paused in step 1; got "kill"',
    ]);
  });

  test("nothing that is expected while the client's server, or the broker, is paused to the end", () => {
    const quiet = (paused: string): readonly string[] =>
      problems(GIVEN + ZOE, `{ title: x, ${paused}: [pause], Win73: [send], expect: { Win73: { shows: nothing } } }`);
    expect(quiet("Win81")).toEqual([expect.stringContaining("Win81 is paused from step 1 to the end of the case")]);
    expect(quiet("Nats")).toEqual([expect.stringContaining("Nats is paused from step 1 to the end of the case")]);
    expect(quiet("Win71")).toEqual([]);
  });
});
