// Owns what a failed case comes from: a program that ended, output that was held back, a rule that was broken on the wire,
// other words, a set-up that failed, or what such a case mostly fails for; in this order, since each explains what stands behind it. It must not
// know how it is told. Invariant: what it says of a cause is the same in every case that fails for it.

import { placeBehind } from "../capture/relay-recorder.ts";
import type { Pair } from "../implementation/implementation.ts";
import { labCommand } from "../own-command.ts";
import type { BrokenRule } from "../protocol/rules.ts";
import type { Ending } from "../replay/ending.ts";
import { explainEnd } from "../replay/explain-end.ts";
import type { CaseOutcome, StepOutcome } from "../replay/outcome.ts";
import { FLUSH_EACH_LINE, type Speechless } from "../replay/speechless.ts";
import type { Cause } from "../result/cause.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Hosts } from "../testbed/testbed.ts";

/** A case that was run, with its hosts as they still are. */
export interface CaseEnd {
  readonly scenario: Scenario;
  readonly outcome: CaseOutcome;
  readonly hosts: Hosts;
  readonly pair: Pair;
  /** The rules that were broken on its wire. */
  readonly broken: readonly BrokenRule[];
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
  return causeOnWire(end.broken) ?? causeInWords(outcome) ?? causeBeforeSteps(end) ?? causeByClause(end);
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

function causeOfSilence({ host, role, isHeldBack }: Speechless, pair: Pair): Cause {
  const mend = `${FLUSH_EACH_LINE}; ${tellProbe(role, pair)}`;
  if (isHeldBack) {
    const says = `the ${role}'s output was held back until it ended`;
    return { kind: "held-back", host, says, clause: null, mend, details: [] };
  }
  const says = `the ${role} printed nothing on standard output: no line at all, or none that was flushed`;
  return { kind: "silent", host, says, clause: null, mend, details: [] };
}

/** Where the contract is not kept, the probe says more than cases do. */
function tellProbe(role: string, { server, client }: Pair): string {
  return `${labCommand("probe", (role === "server" ? server : client).file)} looks closer`;
}

function causeOnWire([first]: readonly BrokenRule[]): Cause | null {
  return first === undefined ? null : { kind: "broken-rule", ...toFault(first) };
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
  if (first === undefined || given === undefined || given.kind === "peer") return null;
  return {
    kind: "set-up",
    host: first.host,
    says: `before the first step it was expected that the ${given.kind} ${first.expected}; it ${first.seen}`,
    clause: null,
    mend: tellProbe(given.kind, pair),
    details: [],
  };
}

function failedBeforeSteps({ steps }: Scenario, outcome: CaseOutcome): boolean {
  return outcome.steps.length > steps.length;
}

/** The server's line is there, but reads otherwise. */
function causeInWords({ steps }: CaseOutcome): Cause | null {
  const first = firstBroken(steps)?.findings[0];
  if (first?.texts === undefined || !first.expected.startsWith("logs ")) return null;
  const { expected } = first.texts;
  // A port differs from run to run.
  const seen = expected.includes("PORT") ? first.texts.seen.replace(/\b\d{4,5}\b/g, "PORT") : first.texts.seen;
  return {
    kind: "other-words",
    host: first.host,
    says: `the server logs ${JSON.stringify(seen)} where the report has ${JSON.stringify(expected)}`,
    clause: "12.1",
    mend: "print the report's line, or say in its file, under logs or ready, what its own line means",
    details: [],
  };
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

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
