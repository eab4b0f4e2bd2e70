// Owns what a probe of a server and one of a client share: fresh hosts, drivers on them, and waiting. It must not know the
// contract. Invariant: nothing waits past its time.

import { fillLaunch, type Implementation, type Launch } from "../implementation/implementation.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { HostDriver } from "../replay/driver.ts";
import { reasonOf } from "../replay/ending.ts";
import { explainEnd } from "../replay/explain-end.ts";
import { PeerDriver, peerLaunch } from "../replay/peer-driver.ts";
import { type Clock, Pulse } from "../replay/pulse.ts";
import { findSpeechless, HELD_BACK_MEND, UNENDED_MEND } from "../replay/speechless.ts";
import type { Host, Hosts } from "../testbed/testbed.ts";

/** How long a program may take to start and say so, as a case allows it. */
const START_MS_MAX = 15_000;
/** How long a program may take to end when it is asked to. */
const STOP_MS_MAX = 5_000;

export interface ProbeOptions {
  readonly hosts: Hosts;
  readonly implementation: Implementation;
  /** What it speaks. */
  readonly protocol: Protocol;
  /** What else may be spoken at the same port; nothing unless told. */
  readonly others?: readonly Protocol[];
  /** How long any answer may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Instead of START_MS_MAX and STOP_MS_MAX, which are what docs/contract.md promises: for tests. */
  readonly startMs?: number;
  readonly stopMs?: number;
}

const PEER_START_MS_MAX = 15_000;

/** The name under which the probe chats. */
export const PROBE_NAME = "Howdy Probe";

export class ProbeStage {
  readonly pulse: Pulse;
  readonly implementation: Implementation;
  readonly protocol: Protocol;
  readonly others: readonly Protocol[];
  readonly timeoutMs: number;
  readonly startMs: number;
  readonly stopMs: number;
  readonly #hosts: Hosts;

  constructor(options: ProbeOptions) {
    const { hosts, implementation, protocol, timeoutMs, clock, signal, stopMs = STOP_MS_MAX } = options;
    this.#hosts = hosts;
    this.implementation = implementation;
    this.protocol = protocol;
    this.others = options.others ?? [];
    this.timeoutMs = timeoutMs;
    this.startMs = options.startMs ?? Math.max(START_MS_MAX, timeoutMs);
    this.stopMs = stopMs;
    this.pulse = new Pulse(clock, signal);
  }

  /** The first host of a role. */
  host(role: "server" | "client"): Host {
    const found = [...this.#hosts.byName.values()].find(({ spec }) => spec.role === role);
    if (found === undefined) throw new Error(`the test bed has no host for a ${role}`);
    return found;
  }

  /** Starts the program under test; why it could not be started, or undefined. */
  async start(driver: HostDriver, launch: Launch): Promise<string | undefined> {
    const { role } = driver.host.spec;
    const server = `${this.host("server").address}:${this.protocol.port}`;
    const own = { address: driver.host.address, port: String(this.protocol.port), folder: driver.host.folder };
    const filled = fillLaunch(launch, { ...own, server, servers: server });
    try {
      await driver.start({ role, args: filled.arguments, env: filled.environment });
      return undefined;
    } catch (error) {
      if (error instanceof BedUnavailableError || !(error instanceof Error)) throw error;
      return error.message;
    }
  }

  /** The lab's own peer on the first host of a role. */
  async startPeer(role: "server" | "client"): Promise<PeerDriver> {
    const host = this.host(role);
    const peer = new PeerDriver(host, this.pulse, () => {}, this.protocol);
    const filled = fillLaunch(peerLaunch(this.protocol.wire), { address: host.address });
    await peer.start({ role: "peer", args: filled.arguments, env: filled.environment });
    const isReady = await this.pulse.until(() => peer.isReady || undefined, PEER_START_MS_MAX);
    if (isReady === true) return peer;
    throw new Error(`the lab's peer on ${host.spec.name} does not start: ${peer.fault ?? "silent"}`);
  }

  /** What to do about a program that ended by itself. */
  async mendEnd({ ending, host }: HostDriver): Promise<string> {
    if (ending === null || reasonOf(ending) === undefined) return "see what it wrote on standard error";
    const place = { addresses: [host.address], port: this.protocol.port };
    const { says, mend } = await explainEnd(ending, place);
    return `${says}: ${mend}`;
  }

  /** What to do about one whose output is held back or has no newline, which it is let end for; undefined of any other. */
  async mendSilence(driver: HostDriver): Promise<string | undefined> {
    const speechless = await findSpeechless(driver, true);
    if (speechless === undefined) return undefined;
    if (speechless.unendedBytes > 0) return UNENDED_MEND;
    return speechless.isHeldBack ? HELD_BACK_MEND : undefined;
  }

  /** Waits for something of a driver's; false when it does not come, or the program fails by itself before. */
  async awaits(driver: HostDriver, isThere: () => boolean, waitMs = this.timeoutMs): Promise<boolean> {
    const end = await this.pulse.until(() => {
      if (isThere()) return "there";
      return driver.fault === null ? undefined : "fault";
    }, waitMs);
    return end === "there";
  }
}
