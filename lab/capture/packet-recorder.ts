// Owns the record of a run's packets: which belong to which case, and each case's as a pcap file. It must not know where
// the tap runs. Invariant: a record's events are what its pcap file says, to anyone who decodes it.

import { PLAIN_BYTES } from "../protocol/plain-bytes.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { CaptureDecoder, decodePcap } from "../wire/capture-decoder.ts";
import { type PcapPacket, pcapFile } from "../wire/pcap.ts";
import { unrecorded } from "../wire/unrecorded.ts";
import type { WireRecord } from "../wire/wire.ts";
import { LiveView } from "./live-view.ts";
import { type CaseWire, DIRECT, type WireListener, type WireRecorder } from "./recorder.ts";
import { type Settled, type StartTap, Tap, TCPDUMP } from "./tap.ts";

export interface PacketRecorderOptions {
  readonly start: StartTap;
  /** What captures there; tcpdump unless told. */
  readonly tool?: string;
  /** How often the kernel counts a packet there: twice on loopback. */
  readonly copies: 1 | 2;
  /** Where the tap listens, for a person: "lo". */
  readonly place: string;
  /** The report's name of each host, by its address. */
  readonly hosts: ReadonlyMap<string, string>;
  /** What is spoken on the connections; unless told, bytes are shown as they were read. */
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

/** Largest pcap file of a case. A case of the report has some 30 kB; a flood must not fill the lab's memory. */
export const PCAP_BYTES_MAX = 16_777_216;

export class PacketRecorder implements WireRecorder {
  readonly #options: PacketRecorderOptions;
  readonly #tap: Tap;
  #case: PacketCase | null = null;

  constructor(options: PacketRecorderOptions) {
    this.#options = options;
    const { start, copies, tool } = options;
    this.#tap = new Tap(start, copies, (packet) => this.#case?.take(packet), tool);
  }

  get ready(): Promise<void> {
    return this.#tap.ready;
  }

  /** Why there are no packets; null while there are. */
  get failure(): string | null {
    return this.#tap.failure;
  }

  begin(): CaseWire {
    this.#case?.abandon();
    this.#case = new PacketCase(this.#tap, this.#options);
    return this.#case;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#case?.abandon();
    await this.#tap.stop();
  }
}

class PacketCase implements CaseWire {
  readonly standIn = DIRECT.standIn;
  readonly notePeer = DIRECT.notePeer;
  readonly close = DIRECT.close;
  readonly #tap: Tap;
  readonly #options: PacketRecorderOptions;
  readonly #live: LiveView<CaptureDecoder> | null;
  /** A packet of the case before may be told late; its own time says so. */
  readonly #sinceMs = Date.now();
  readonly #packets: PcapPacket[] = [];
  #bytes = 0;
  #isFull = false;
  #isOver = false;
  #record: Promise<WireRecord> | null = null;

  constructor(tap: Tap, options: PacketRecorderOptions) {
    this.#tap = tap;
    this.#options = options;
    const { onWire, hosts, protocol = PLAIN_BYTES } = options;
    this.#live = onWire === undefined ? null : new LiveView(new CaptureDecoder(hosts, protocol), onWire);
  }

  take(packet: PcapPacket): void {
    if (this.#isOver || this.#isFull || packet.atMs < this.#sinceMs) return;
    this.#bytes += packet.record.length;
    // Nothing after that either: a record with holes would tell of losses that never were.
    this.#isFull = this.#bytes > PCAP_BYTES_MAX;
    if (this.#isFull) return;
    this.#packets.push(packet);
    this.#live?.hand((decoder) => decoder.packet(packet, this.#tap.header?.linkType ?? 0));
  }

  end(): Promise<WireRecord> {
    this.#record ??= this.#end();
    return this.#record;
  }

  /** No more packets are for this case, whether its record was asked for or not. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#live?.end();
  }

  async #end(): Promise<WireRecord> {
    await this.#tap.ready;
    const settled = await this.#tap.settle();
    this.abandon();
    const { failure, header } = this.#tap;
    const { hosts, place, protocol = PLAIN_BYTES, tool = TCPDUMP } = this.#options;
    if (failure !== null) return unrecorded(`no packets were captured on ${place}: ${failure}`);
    if (header === undefined) return unrecorded(`no packets were captured on ${place}: ${tool} wrote nothing`);
    const pcap = pcapFile(header, this.#packets);
    const { events, isWhole, notes } = decodePcap(pcap, hosts, protocol);
    const losses = this.#losses(settled);
    const note = [`packets, captured by ${tool} on ${place}`, ...losses, ...notes].join("; ");
    return { source: "packets", note, isWhole: isWhole && losses.length === 0, pcap, events };
  }

  #losses({ dropped, isComplete }: Settled): readonly string[] {
    return [
      ...(dropped > 0 ? [`the kernel dropped ${dropped} before they could be read`] : []),
      ...(isComplete ? [] : ["the last ones may be missing"]),
      ...(this.#isFull ? [`the record ends where it would pass ${PCAP_BYTES_MAX} bytes`] : []),
    ];
  }
}
