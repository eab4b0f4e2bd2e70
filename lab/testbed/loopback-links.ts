// Owns what is done to links on the loopback bed: all of it by the lab's relay, which stands where clients dial. It must not
// know programs. Invariant: a case without faults has none of this.

import { faultyRecorder, type LoopbackRecorderOptions } from "../capture/loopback-recorder.ts";
import { type CaseWire, DIRECT, NOT_ASKED_FOR } from "../capture/recorder.ts";
import type { HostSpec } from "../hosts/topology.ts";
import { ALL_HOSTS, type LinkFault, type Way, type WayFault } from "../network/link-fault.ts";
import { Ways } from "../network/ways.ts";
import { unrecorded } from "../wire/unrecorded.ts";
import type { BedLinks } from "./bed-hosts.ts";
import { UnsupportedError } from "./testbed.ts";

/** Its hosts are one system, and the relay is a peer that answers. */
const HAS_NO_SILENCE =
  "on loopback the lab's relay holds back what programs say, and this system goes on to answer keepalive for a silent host";

/** Whoever does not bind its own address before it dials comes from the same one as all others. */
const KNOWS_NO_MEMBER =
  "on loopback the lab cannot tell servers apart that connect to a broker; docker and namespaces can";

export class LoopbackLinks implements BedLinks {
  readonly #ways: Ways;
  readonly #recorder: ReturnType<typeof faultyRecorder>;
  readonly #options: LoopbackRecorderOptions;
  /** Ends of links to which nothing can be done. */
  readonly #unbreakable: ReadonlySet<string>;

  /** @param hosts - All of the case, of which some run brokers. */
  constructor(options: LoopbackRecorderOptions, hosts: readonly HostSpec[], seed: number) {
    this.#options = options;
    const brokers = hosts.filter(({ role }) => role === "broker").map(({ name }) => name);
    this.#unbreakable = new Set(brokers.length > 0 ? [...brokers, ALL_HOSTS] : []);
    this.#ways = new Ways(seed);
    this.#recorder = faultyRecorder(options);
  }

  /** The case's wire, with the relay in it; undefined where there can be none. */
  begin(): CaseWire | undefined {
    const { hosts, wish } = this.#options;
    if (typeof this.#recorder === "string") return undefined;
    const name = (address: string): string => hosts.get(address) ?? address;
    const wire = this.#recorder.begin((from, to) => this.#ways.at({ from: name(from), to: name(to) }));
    if (wish !== "off") return wire;
    const standIn = (at: string) => wire.standIn(at);
    return { ...DIRECT, standIn, close: () => wire.close(), end: async () => unrecorded(NOT_ASKED_FOR) };
  }

  async ready(faults: readonly LinkFault[]): Promise<string | undefined> {
    if (typeof this.#recorder === "string") return this.#recorder;
    if (faults.some(({ between }) => between.some((end) => this.#unbreakable.has(end)))) return KNOWS_NO_MEMBER;
    return faults.some(({ fault }) => fault.kind === "cut" && fault.isSilent === true) ? HAS_NO_SILENCE : undefined;
  }

  async impair(way: Way, fault: WayFault): Promise<void> {
    if (typeof this.#recorder === "string") throw new UnsupportedError(this.#recorder);
    this.#ways.at(way).apply(fault);
  }

  /** The relay ends with the case's wire. */
  async end(): Promise<void> {}
}
