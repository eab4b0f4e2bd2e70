// Owns `probe FILE`: whether a server or a client keeps the contract, a line a check, before any case is run. It must not
// know the contract. Invariant: whatever way it ends, the bed is disposed of.

import { UsageError } from "../../src/options/index.ts";
import type { Topology } from "../hosts/topology.ts";
import { type Implementation, tellImplementation } from "../implementation/implementation.ts";
import { loadImplementation } from "../implementation/load.ts";
import { type Check, tellBreach } from "../probe/breach.ts";
import { probeClient } from "../probe/probe-client.ts";
import { probeServer } from "../probe/probe-server.ts";
import type { ProbeOptions } from "../probe/probe-stage.ts";
import { InterruptedError, systemClock } from "../replay/pulse.ts";
import { type Paint, painter } from "../report/paint.ts";
import { VERDICT_MARKS } from "../report/plain-text.ts";
import { processScreen } from "../report/screen.ts";
import { TerminalRenderer } from "../report/terminal.ts";
import { openTestBed } from "../testbed/choose.ts";
import type { ProbeArguments } from "./arguments.ts";
import { EXIT } from "./faults.ts";
import { listenForSignals } from "./interruption.ts";
import { findCase, limitOthers } from "./load-pair.ts";
import { PROTOCOL, PROTOCOLS } from "./protocol.ts";
import { REPOSITORY, readOwnTopology } from "./repository.ts";

/** Probes what a file describes and gives the exit status. */
export async function probe(args: ProbeArguments): Promise<number> {
  const loaded = await loadImplementation(args.file, { findCase });
  if (loaded.kind === "wrong") throw new UsageError(loaded.problems.join("\n"));
  const implementation = limitOthers(loaded.implementation, args.limits);
  if (!implementation.speaks.has(PROTOCOL.name.toLowerCase())) {
    const spoken = [...implementation.speaks.keys()].join(", ");
    throw new UsageError(`howdy-lab: probe: expected a program of ${PROTOCOL.name}; ${args.file} speaks ${spoken}`);
  }
  const screen = processScreen();
  const renderer = new TerminalRenderer(screen, { verbose: false });
  const interruption = listenForSignals();
  renderer.begin("opening the test bed");
  const { testbed, subnet } = args;
  const { source } = implementation;
  await using bed = await openTestBed({
    kind: testbed,
    topology: probedHosts(readOwnTopology()),
    repository: REPOSITORY,
    // The other side is the lab's own peer: no other program runs, and none is built.
    programs: { server: source, client: source },
    wire: "off",
    onProgress: (line) => renderer.line(line),
    ...(subnet !== undefined && { subnet }),
  }).finally(() => renderer.end());
  interruption.arm();
  await using hosts = await bed.boot("probe");
  renderer.line(`Bed: ${bed.description}`);
  renderer.begin(`probing ${tellImplementation(implementation)}`);
  const { signal } = interruption;
  const others = [...PROTOCOLS.byName.values()].filter((each) => each !== PROTOCOL && each.port === PROTOCOL.port);
  const spoken = { protocol: PROTOCOL, others };
  const options = { hosts, implementation, ...spoken, timeoutMs: args.timeoutMs, clock: systemClock, signal };
  const paint = painter(screen.hasColors);
  const checks = await runChecks(implementation, options, (check) => renderer.line(tellCheck(check, paint))).finally(
    () => renderer.end(),
  );
  if (checks === undefined || signal.aborted) return interruption.status;
  const broken = checks.filter(({ breach }) => breach !== undefined).length;
  renderer.line("");
  const kept = `${tellImplementation(implementation)} keeps the contract: ${checks.length} checks hold`;
  renderer.line(broken === 0 ? kept : `${broken} of ${checks.length} checks do not hold: docs/contract.md`);
  return broken === 0 ? EXIT.pass : EXIT.fail;
}

/** The test bed with the hosts that a probe uses, the first of each role: each costs a bed something. */
function probedHosts({ hosts, ...topology }: Topology): Topology {
  const roles = hosts.map(({ role }) => role);
  return { ...topology, hosts: hosts.filter(({ role }, index) => roles.indexOf(role) === index) };
}

/** Undefined when it was interrupted. */
async function runChecks(
  { role }: Implementation,
  options: ProbeOptions,
  onCheck: (check: Check) => void,
): Promise<readonly Check[] | undefined> {
  const checks: Check[] = [];
  try {
    for await (const check of role === "server" ? probeServer(options) : probeClient(options)) {
      checks.push(check);
      onCheck(check);
    }
  } catch (error) {
    if (error instanceof InterruptedError) return undefined;
    throw error;
  }
  return checks;
}

function tellCheck({ title, breach }: Check, paint: Paint): string {
  if (breach === undefined) return `${paint("green", VERDICT_MARKS.pass)} ${title}`;
  return `${paint("red", VERDICT_MARKS.fail)} ${title}: ${tellBreach(breach)}`;
}
