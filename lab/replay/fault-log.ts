// Owns what of a case's faults holds now and held before: on links and on hosts' programs. It must not know how a fault is
// made. Invariant: what holds on a way ends when that way is healed, and a span when nothing of it holds any more.

import { isLasting, type LinkFault, tellLinkFault, type Way, type WayFault, waysOf } from "../network/link-fault.ts";
import { describeAction } from "../scenario/tell-action.ts";
import type { FaultSpan } from "./fault-span.ts";
import type { Clock } from "./pulse.ts";

/** What is done to a host's program. */
export type ProgramFault = "pause" | "kill" | "restart" | "wipe" | "fill";

interface OpenSpan {
  readonly fault: Omit<FaultSpan, "endMs">;
  /** What of it holds: ways, or a host's program. */
  readonly holds: Set<string>;
  /** The way's faults are told apart by this. */
  readonly kind: WayFault["kind"] | ProgramFault;
  endMs: number | null;
}

/** These hold until they are ended. */
export type LastingFault = Extract<ProgramFault, "pause" | "fill">;

/** Faults behind which nothing arrives. */
const SILENCES: ReadonlySet<string> = new Set(["cut", "drop-after"]);

export class FaultLog {
  readonly #clock: Clock;
  readonly #hosts: readonly string[];
  readonly #wayTo: (host: string) => readonly string[];
  readonly #spans: OpenSpan[] = [];

  /** @param wayTo - The hosts that all passes one after the other that is to come out at a host; its server is the last. */
  constructor(clock: Clock, hosts: readonly string[], wayTo: (host: string) => readonly string[]) {
    this.#clock = clock;
    this.#hosts = hosts;
    this.#wayTo = wayTo;
  }

  /** As they are to be told, in their order. */
  get spans(): readonly FaultSpan[] {
    return this.#spans.map(({ fault, endMs }) => ({ ...fault, endMs }));
  }

  ways(link: LinkFault): readonly Way[] {
    return waysOf(link, this.#hosts);
  }

  noteLink(link: LinkFault): void {
    const { fault, between } = link;
    const ways = this.ways(link).map(keyOf);
    for (const way of ways) this.#endOn(way, (kind) => fault.kind === "heal" || kind === fault.kind);
    if (fault.kind === "heal") return;
    const hosts = [...new Set(this.ways(link).flatMap(({ from, to }) => [from, to]))];
    const inOrder = [
      ...between.filter((host) => hosts.includes(host)),
      ...hosts.filter((host) => !between.includes(host)),
    ];
    this.#begin(fault.kind, inOrder, tellLinkFault(link), isLasting(fault) ? ways : []);
  }

  /** A pause and a full disk last until they are ended, or the program is; a full disk outlasts a pause. The rest is over at once. */
  noteProgram(kind: ProgramFault, host: string): void {
    this.endProgram("pause", host);
    if (kind !== "pause") this.endProgram("fill", host);
    this.#begin(kind, [host], `${host} ${describeAction({ kind })}`, isLastingOfProgram(kind) ? [host] : []);
  }

  endProgram(kind: LastingFault, host: string): void {
    this.#endOn(host, (each) => each === kind);
  }

  /** Why nothing that anybody does can come out at a host now; undefined where something can. */
  whyUnheard(host: string): string | undefined {
    const held = this.#spans.filter(({ holds }) => holds.size > 0);
    const way = [...new Set([...this.#wayTo(host), host])];
    const stands = way
      .toReversed()
      .flatMap((each) => held.find(({ kind, holds }) => isLastingOfProgram(kind) && holds.has(each)) ?? []);
    const [nearest] = stands;
    if (nearest !== undefined) return nearest.fault.says;
    for (const [index, near] of way.entries()) {
      const far = way[index - 1];
      if (far === undefined) continue;
      const ways = [keyOf({ from: near, to: far }), keyOf({ from: far, to: near })];
      const silent = held.find(({ kind, holds }) => SILENCES.has(kind) && ways.some((each) => holds.has(each)));
      if (silent !== undefined) return `nothing passes between ${far} and ${near} (${silent.fault.says})`;
    }
    return undefined;
  }

  #begin(kind: OpenSpan["kind"], hosts: readonly string[], says: string, holds: readonly string[]): void {
    const startMs = this.#clock.nowMs();
    const endMs = holds.length > 0 ? null : startMs;
    this.#spans.push({ kind, fault: { kind, hosts, says, startMs }, holds: new Set(holds), endMs });
  }

  #endOn(what: string, isEnded: (kind: OpenSpan["kind"]) => boolean): void {
    for (const span of this.#spans) {
      if (!isEnded(span.kind) || !span.holds.delete(what) || span.holds.size > 0) continue;
      span.endMs = this.#clock.nowMs();
    }
  }
}

function isLastingOfProgram(kind: OpenSpan["kind"]): kind is LastingFault {
  return kind === "pause" || kind === "fill";
}

function keyOf({ from, to }: Way): string {
  return `${from} ${to}`;
}
