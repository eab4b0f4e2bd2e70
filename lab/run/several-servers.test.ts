// The check of a wire on which several servers' clients are: it is that of one room, whoever is at which server. What servers
// and their broker say to each other is no part of it.

import { expect, test } from "vitest";
import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import { HCP } from "../hcp/hcp.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import type { HostSpec } from "../hosts/topology.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { WireEnd, WireEvent, WireRecord } from "../wire/wire.ts";
import { checkWire, withoutBroker } from "./check-wire.ts";

const HOSTS: readonly HostSpec[] = [
  ...REPORT_HOSTS,
  { name: "Nats", service: "nats", role: "broker", address: "10.6.1.110" },
  { name: "Win81", service: "win81", role: "server", address: "10.6.1.117" },
];
const CASE = `title: A case
needs: [cluster]
given: { Nats: { broker: {} }, Win71: { server: {} }, Win81: { server: {} }, Win72: { client: {} }, Win73: { client: {} } }
steps: [{ title: x, Win72: [send] }]
`;
const parsed = parseScenario("x.yaml", CASE, HOSTS, HCP);
if (parsed.kind === "wrong") throw new Error(parsed.problems.join("\n"));
const { scenario } = parsed;

const FIRST: WireEnd = { host: "Win71", address: "10.6.1.116", port: 20_002 };
const SECOND: WireEnd = { host: "Win81", address: "10.6.1.117", port: 20_002 };
const BROKER: WireEnd = { host: "Nats", address: "10.6.1.110", port: 4222 };
// From the same port of one host to two servers: two connections.
const JON: WireEnd = { host: "Win72", address: "10.6.1.153", port: 40_000 };
const ZOE: WireEnd = { host: "Win73", address: "10.6.0.228", port: 40_000 };

test("a name that two servers gave is found when the first to have it is still heard", () => {
  const events = wire([
    [FIRST, JON, { kind: "ack", name: "Jon" }],
    [SECOND, JON, { kind: "ack", name: "Jon" }],
    [JON, FIRST, { kind: "message", sender: "Jon", receiver: "All", text: "Hi" }],
    [SECOND, ZOE, { kind: "ack", name: "Zoe" }],
    [SECOND, ZOE, { kind: "message", sender: "Jon", receiver: "All", text: "Hi" }],
  ]);
  expect(check(events)).toEqual(["two live users had one name"]);
  expect(check(events.filter(({ from }) => from.host !== "Win81"))).toEqual([]);
});

test("what is said at one server and heard at another was said", () => {
  const events = wire([
    [FIRST, JON, { kind: "ack", name: "Jon" }],
    [SECOND, ZOE, { kind: "ack", name: "Zoe" }],
    [JON, FIRST, { kind: "message", sender: "Jon", receiver: "All", text: "Hi" }],
    [SECOND, ZOE, { kind: "message", sender: "Jon", receiver: "All", text: "Hi" }],
  ]);
  expect(check(events)).toEqual([]);
  expect(check(events.filter(({ to }) => to.host !== "Win71"))).toEqual(["a text came that nobody sent"]);
});

test("servers and their broker are no part of it", () => {
  const events = wire([
    [FIRST, BROKER, { kind: "ack", name: "CONNECT" }],
    [BROKER, SECOND, { kind: "ack", name: "INFO" }],
    [FIRST, JON, { kind: "ack", name: "Jon" }],
  ]);
  expect(withoutBroker(scenario, record(events)).events).toEqual(events.slice(2));
});

function check(events: readonly WireEvent[]): readonly string[] {
  const last = events.at(-1)?.atMs ?? 0;
  return checkWire(scenario, record(events), { faults: [] }, last).map(({ says }) => says);
}

function record(events: readonly WireEvent[]): WireRecord {
  return { source: "packets", note: "", isWhole: true, pcap: null, events };
}

function wire(said: readonly (readonly [WireEnd, WireEnd, Message])[]): readonly WireEvent[] {
  return said.map(([from, to, message], atMs): WireEvent => {
    const bytes = encodeMessage(message);
    const facts = HCP_WIRE.factsOf(bytes);
    const about = { wireBytes: bytes.length, end: "length", segments: 1, isMerged: false } as const;
    return { ...about, kind: "frame", atMs, from, to, bytes, facts };
  });
}
