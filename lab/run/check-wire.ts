// Owns the check of a case's wire by the rules that always hold, whatever the case expects: whose programs they hold for, and
// what a breach does to the case. It must not know any rule. Invariant: what a scripted peer sent is never told as broken.

import { spokenBetween } from "../protocol/by-port.ts";
import type { BrokenRule, Carried, History } from "../protocol/rules.ts";
import { type CaseOutcome, gravest } from "../replay/outcome.ts";
import { type Scenario, wireOf } from "../scenario/scenario.ts";
import type { WireEnd, WireEvent, WireRecord } from "../wire/wire.ts";

/**
 * The rules that were broken on a case's wire, the cause first.
 *
 * @param endMs - When the record of the wire ended, in milliseconds since the epoch.
 */
export function checkWire(
  scenario: Scenario,
  wire: WireRecord,
  outcome: Pick<CaseOutcome, "faults">,
  endMs: number,
): readonly BrokenRule[] {
  const history = historyOf(scenario, wire, outcome, endMs);
  return history === undefined ? [] : scenario.protocol.rules.findBroken(history);
}

/** What else the wire tells of why a case failed. Parameters as of checkWire. */
export function explainWire(
  scenario: Scenario,
  wire: WireRecord,
  outcome: Pick<CaseOutcome, "faults">,
  endMs: number,
): BrokenRule | undefined {
  const history = historyOf(scenario, wire, outcome, endMs);
  return history && scenario.protocol.rules.explain(history);
}

function historyOf(
  scenario: Scenario,
  wire: WireRecord,
  { faults }: Pick<CaseOutcome, "faults">,
  endMs: number,
): History | undefined {
  const servers = scenario.given.filter(({ kind }) => kind === "server");
  const scripted = scenario.given.find((given) => given.kind === "peer" && given.listen !== null);
  const hosts = new Set((servers.length > 0 || scripted === undefined ? servers : [scripted]).map(({ host }) => host));
  if (hosts.size === 0 || wire.source === "none") return undefined;
  const isServer = ({ host }: WireEnd): boolean => host !== null && hosts.has(host);
  const ofServer = wire.events.filter(({ from, to }) => isServer(from) !== isServer(to));
  const [own, others] = splitByProtocol(ofServer, scenario);
  return {
    carried: toCarried(own, isServer),
    endMs,
    extent: extentOf(scenario, wire),
    isServerTested: servers.length > 0,
    hasSeveralServers: servers.length > 1,
    testedClients: new Set(scenario.given.filter(({ kind }) => kind === "client").map(({ host }) => host)),
    hasOtherDoors: others.length > 0,
    hasFaults: faults.length > 0,
  };
}

/** The lab's relay stands before clients only: a raw peer must reach a server as it is. */
function extentOf({ given }: Scenario, { isWhole, source }: WireRecord): History["extent"] {
  if (!isWhole) return "parts";
  const hasPeers = given.some((each) => each.kind === "peer" && each.listen === null);
  return source === "relay" && hasPeers ? "some-connections" : "everything";
}

/** A breach fails a case in which all that was expected came. */
export function withBreaches(outcome: CaseOutcome, broken: readonly BrokenRule[]): CaseOutcome {
  if (!broken.some(({ isBreach }) => isBreach)) return outcome;
  return { ...outcome, verdict: gravest([outcome.verdict, "fail"]) };
}

/** What is of the case's own protocol, and what is of others: at other ports, or on connections that began otherwise. */
function splitByProtocol(
  events: readonly WireEvent[],
  scenario: Scenario,
): readonly [readonly WireEvent[], readonly WireEvent[]] {
  const wire = wireOf(scenario);
  const own = scenario.protocol.name.toLowerCase();
  const foreign = new Set(
    events.flatMap((event) =>
      event.kind === "frame" && (event.spoken ?? own) !== own ? [endsOf(event.from, event.to)] : [],
    ),
  );
  const isOwn = ({ from, to }: WireEvent): boolean =>
    spokenBetween(wire, to.port, from.port) === wire && !foreign.has(endsOf(from, to));
  return [events.filter(isOwn), events.filter((event) => !isOwn(event))];
}

/** A connection by its two ends, whichever way. */
function endsOf(...ends: readonly WireEnd[]): string {
  return ends
    .map(({ address, port }) => `${address}:${port}`)
    .toSorted()
    .join(" ");
}

/** A case's wire without what servers and their broker say to each other, which is nobody's protocol. */
export function withoutBroker({ given }: Pick<Scenario, "given">, wire: WireRecord): WireRecord {
  const broker = given.find(({ kind }) => kind === "broker");
  if (broker === undefined) return wire;
  const { host } = broker;
  return { ...wire, events: wire.events.filter(({ from, to }) => from.host !== host && to.host !== host) };
}

/** What went between servers and their clients, without the lab's own words for it. */
function toCarried(events: readonly WireEvent[], isServer: (end: WireEnd) => boolean): readonly Carried[] {
  const opened = new Map<string, number>();
  return events.flatMap((event): readonly Carried[] => {
    const isToServer = isServer(event.to);
    const [client, server] = isToServer ? [event.from, event.to] : [event.to, event.from];
    const ends = endsOf(client, server);
    const connection = `${ends} ${opened.get(ends) ?? 0}`;
    const about = { atMs: event.atMs, connection, host: client.host ?? client.address, isToServer };
    if (event.kind === "frame") {
      const { bytes, facts, isMerged, wireBytes, end } = event;
      const mayGoOn = end === "silence" || end === "stream-end";
      return [{ ...about, kind: "frame", bytes, facts, isMerged, mayGoOn, isPadded: wireBytes < bytes.length }];
    }
    const { cutBytes } = event;
    const gone: Carried = { ...about, kind: "gone", isReset: event.kind === "reset", cutBytes };
    if (event.kind !== "opened") return [gone];
    // Another connection between the same ends: of the one before, nothing follows.
    const count = (opened.get(ends) ?? 0) + 1;
    opened.set(ends, count);
    const next: Carried = { ...about, connection: `${ends} ${count}`, kind: "opened" };
    return cutBytes > 0 ? [gone, next] : [next];
  });
}
