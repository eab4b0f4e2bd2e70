// Owns what is done to links on the loopback bed: all of it by the lab's relay, which stands where clients dial. It must not
// know programs. Invariant: a case without faults has none of this.

import { faultyRecorder, type LoopbackRecorderOptions } from "../capture/loopback-recorder.ts";
import { type CaseWire, DIRECT, NOT_ASKED_FOR } from "../capture/recorder.ts";
import type { LinkFault, Way, WayFault } from "../network/link-fault.ts";
import { Ways } from "../network/ways.ts";
import { unrecorded } from "../wire/unrecorded.ts";
import type { BedLinks } from "./bed-hosts.ts";
import { UnsupportedError } from "./testbed.ts";

/** Its hosts are one system, and the relay is a peer that answers. */
const HAS_NO_SILENCE =
  "on loopback the lab's relay holds back what programs say, and this system goes on to answer keepalive for a silent host";

export class LoopbackLinks implements BedLinks {
  readonly #ways: Ways;
  readonly #recorder: ReturnType<typeof faultyRecorder>;
  readonly #options: LoopbackRecorderOptions;

  constructor(options: LoopbackRecorderOptions, seed: number) {
    this.#options = options;
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
    return faults.some(({ fault }) => fault.kind === "cut" && fault.isSilent === true) ? HAS_NO_SILENCE : undefined;
  }

  async impair(way: Way, fault: WayFault): Promise<void> {
    if (typeof this.#recorder === "string") throw new UnsupportedError(this.#recorder);
    this.#ways.at(way).apply(fault);
  }

  /** The relay ends with the case's wire. */
  async end(): Promise<void> {}
}
