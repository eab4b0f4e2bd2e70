// Owns what a failed case comes from: a program that ended, output that was held back, a rule that was broken on the wire,
// other words, a set-up that failed, or what such a case mostly fails for; in this order, since each explains what stands behind it. It must not
// know how it is told. Invariant: what it says of a cause is the same in every case that fails for it.

import { placeBehind } from "../capture/relay-recorder.ts";
import type { Pair } from "../implementation/implementation.ts";
import { compilePattern } from "../protocol/pattern.ts";
import type { BrokenRule } from "../protocol/rules.ts";
import type { Ending } from "../replay/ending.ts";
import { explainEnd } from "../replay/explain-end.ts";
import type { CaseOutcome, StepOutcome } from "../replay/outcome.ts";
import { END_EACH_LINE, FLUSH_EACH_LINE, type Speechless } from "../replay/speechless.ts";
import type { Cause } from "../result/cause.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Hosts } from "../testbed/testbed.ts";
import type { WireRecord } from "../wire/wire.ts";
import { causeInWords } from "./cause-in-words.ts";
import { isRefused } from "./refused.ts";
import { suspectOf, tellProbe } from "./suspect.ts";

/** A case that was run, with its hosts as they still are. */
export interface CaseEnd {
  readonly scenario: Scenario;
  readonly outcome: CaseOutcome;
  readonly wire: WireRecord;
  readonly hosts: Hosts;
  readonly pair: Pair;
  /** The rules that were broken on its wire. */
  readonly broken: readonly BrokenRule[];
  /** What else the wire tells of why it failed. */
  readonly explained: BrokenRule | undefined;
}

/** A peer's deed explains an end that comes so soon behind it. */
const AFTER_DEED_MS_MAX = 1_000;
/** Last lines of a program that ended that are told of a case; result.json has more. */
const COMPLAINTS_TOLD = 5;

/** What a case that failed comes from; null where nothing tells, or where it did not fail. */
export async function findCause(end: CaseEnd): Promise<Cause | null> {
  const { outcome, pair } = end;
  if (outcome.verdict !== "fail") return null;
  const [ending] = outcome.endings;
  if (ending !== undefined) return await causeOfEnding(end, ending);
  if (outcome.speechless !== null) return causeOfSilence(outcome.speechless, pair);
  const inWords = causeInWords(firstBroken(outcome.steps)?.findings[0], pair);
  return (
    (await causeOfRefusal(end)) ??
    causeOnWire(end.broken[0]) ??
    (inWords === null ? causeByClause(end) : null) ??
    causeOnWire(end.explained) ??
    inWords ??
    causeBeforeSteps(end)
  );
}

async function causeOfEnding(end: CaseEnd, ending: Ending): Promise<Cause> {
  const { host, complaints } = ending;
  const { address } = end.hosts.byName.get(host) ?? { address: "" };
  const { says, mend } = await explainEnd(ending, {
    addresses: [address, placeBehind(address)],
    port: portOf(end.scenario),
  });
  const details = [
    tellWhen(end.outcome, ending),
    ...complaints.slice(-COMPLAINTS_TOLD).map((line) => `stderr: ${line}`),
  ];
  const deed = deedBefore(end.outcome, ending);
  const about = { kind: "ended", host, clause: null, details } as const;
  if (deed === undefined) return { ...about, says, mend };
  return { ...about, says: `${says}, when ${deed}`, mend: `let that end this one connection, and go on; ${mend}` };
}

/** The port that the case's server is told. */
function portOf({ given, protocol }: Scenario): number {
  const server = given.find((each) => each.kind === "server");
  return server?.settings.port ?? protocol.port;
}

/** "in step 2, Zoe's connection is reset, 1.2 s after the case began; it had run for 1.1 s". */
function tellWhen({ startMs, steps }: CaseOutcome, { atMs, ranMs }: Ending): string {
  const at = steps.findIndex(({ span }) => span !== null && span.startMs <= atMs && atMs <= span.endMs);
  const step = steps[at];
  const where = step === undefined ? "while the case was set up" : `in ${JSON.stringify(step.title)}`;
  return `${where}, ${seconds(atMs - startMs)} after the case began; it had run for ${seconds(ranMs)}`;
}

/** What a peer did to a connection just before. */
function deedBefore({ evidence }: CaseOutcome, { atMs }: Ending): string | undefined {
  const deeds = [...evidence.transcripts.values()].flat().flatMap((entry) => {
    if (!("peer" in entry) || entry.peer.kind !== "does") return [];
    const isSoon = entry.atMs <= atMs && atMs - entry.atMs <= AFTER_DEED_MS_MAX;
    return isSoon ? [entry.peer.deed] : [];
  });
  if (deeds.includes("resets the connection")) return "a client's connection was reset (RST)";
  return deeds.includes("ends the stream") ? "a client ended its connection (FIN)" : undefined;
}

function causeOfSilence(speechless: Speechless, pair: Pair): Cause {
  const { host, role, isHeldBack, linesBefore, hasComplained, unendedBytes } = speechless;
  const mend = `${FLUSH_EACH_LINE}; ${tellProbe(role, pair)}`;
  if (isHeldBack) {
    const says = `the ${role}'s output was held back until it ended`;
    const details =
      linesBefore === 0 ? [] : [`what it printed first came at once (${tellLines(linesBefore)}), and nothing after it`];
    return { kind: "held-back", host, says, clause: null, mend, details };
  }
  if (unendedBytes > 0) {
    const says = `what the ${role} printed on standard output has no end of line`;
    const details = [`${unendedBytes} bytes, and no newline behind them until it ended`];
    return { kind: "silent", host, says, clause: null, mend: `${END_EACH_LINE}; ${tellProbe(role, pair)}`, details };
  }
  if (hasComplained) {
    const says = `the ${role} printed nothing on standard output, but on standard error`;
    return {
      kind: "silent",
      host,
      says,
      clause: null,
      mend: `print its lines on standard output; ${tellProbe(role, pair)}`,
      details: [],
    };
  }
  const says = `the ${role} printed nothing on standard output: no line at all, or none that was flushed`;
  return { kind: "silent", host, says, clause: null, mend, details: [] };
}

/** The server runs, and nobody answers where it is to be. */
async function causeOfRefusal({ scenario, outcome, wire, hosts, pair }: CaseEnd): Promise<Cause | null> {
  const server = scenario.given.find((given) => given.kind === "server");
  const address = hosts.byName.get(server?.host ?? "")?.address;
  if (server?.kind !== "server" || address === undefined || server.settings.console === true) return null;
  if (outcome.faults.length > 0) return null;
  const ready = compilePattern(pair.server.ready ?? scenario.protocol.ready);
  const logged = outcome.evidence.logs.get(server.host) ?? [];
  // Who has not said so may not listen yet.
  if (!logged.some(({ text }) => ready.matches(text))) return null;
  if (!(await isRefused(wire, { address, port: portOf(scenario) }))) return null;
  return {
    kind: "refused",
    host: server.host,
    says: "the server runs, but does not listen at the address and the port that it was given",
    clause: null,
    mend: "bind the address and the port of its arguments: neither 127.0.0.1 nor localhost, no port of its own, not IPv6 alone, and before it says that it listens",
    details: [`${address}:${portOf(scenario)} refused every connection`],
  };
}

function causeOnWire(broken: BrokenRule | undefined): Cause | null {
  return broken === undefined ? null : { kind: "broken-rule", ...toFault(broken) };
}

/** What is told of a broken rule. */
export function toFault({ says, clause, mend, host, detail }: BrokenRule): Omit<Cause, "kind"> {
  return { says, clause, mend, host, details: [detail === null ? `to ${host}` : `${host}: ${detail}`] };
}

/** The case did not come to its first step: its programs are not what the contract asks for, or do not get on. */
function causeBeforeSteps({ scenario, outcome, pair }: CaseEnd): Cause | null {
  if (!failedBeforeSteps(scenario, outcome)) return null;
  const [first] = firstBroken(outcome.steps)?.findings ?? [];
  const given = scenario.given.find(({ host }) => host === first?.host);
  if (first === undefined || given === undefined || given.kind === "peer" || given.kind === "broker") return null;
  return {
    kind: "set-up",
    host: first.host,
    says: `before the first step it was expected that the ${given.kind} ${first.expected}; it ${first.seen}`,
    clause: null,
    mend: tellProbe(suspectOf(given.kind, pair), pair),
    details: [],
  };
}

function failedBeforeSteps({ steps }: Scenario, outcome: CaseOutcome): boolean {
  return outcome.steps.length > steps.length;
}

/** Where a step of the case failed, and not what stands before its steps. */
function causeByClause({ scenario, outcome }: CaseEnd): Cause | null {
  const { conformance, protocol } = scenario;
  if (conformance === null) return null;
  const likely = protocol.rules.likely(conformance);
  const host = firstBroken(outcome.steps)?.findings[0]?.host;
  if (likely === undefined || host === undefined) return null;
  return {
    kind: "likely",
    host,
    ...likely,
    says: `most likely ${likely.says}`,
    clause: conformance.clause,
    details: [],
  };
}

function firstBroken(steps: readonly StepOutcome[]): StepOutcome | undefined {
  return steps.find(({ findings }) => findings.length > 0);
}

function tellLines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
