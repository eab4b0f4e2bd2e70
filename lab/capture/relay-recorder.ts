// Owns the record of what a relay between clients and servers passes on, and the addresses at which clients find it. It
// must not know how bytes are passed on. Invariant: in the record the server's end has its own address and port.

import { setImmediate as nextTurn } from "node:timers/promises";
import { isListening } from "../network/listening-ports.ts";
import { Relay, type RelayEvent } from "../network/relay.ts";
import { PLAIN_BYTES } from "../protocol/plain-bytes.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { Endpoint, WireRecord } from "../wire/wire.ts";
import { WireDecoder } from "../wire/wire-decoder.ts";
import { LiveView } from "./live-view.ts";
import type { CaseWire, WireListener, WireRecorder } from "./recorder.ts";

export interface RelayRecorderOptions {
  /** The report's name of each host, by its address. */
  readonly hosts: ReadonlyMap<string, string>;
  /** The addresses of the hosts that clients dial: loopback, 127.x.y.z with x below 128. */
  readonly servers: readonly string[];
  /** Why there are no packets, where that is why this serves. */
  readonly why?: string | undefined;
  /** What is spoken on the connections; unless told, bytes are shown as they were read. */
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

/** Bytes of a case that are recorded; a flood must not fill the lab's memory. */
export const RELAYED_BYTES_MAX = 16_777_216;
/** What a turn of a connection, or a read, takes beside its bytes; so that many small ones count, too. */
const EVENT_BYTES = 100;
/** Relays are half of the loopback net away from the hosts that they stand for. */
const RELAY_BIT = 128;
/** Turns of the event loop in which what is on its way gets here: accepted, dialled, read, a turn each, and as many again. */
const LAST_TURNS = 8;

const NOTE = "recorded by the lab between the two ends, as its reads returned it: segments may differ from the wire's";

/** Where the relay for a host's address listens: 127.6.1.116 has its relay at 127.134.1.116. */
export function relayAddress(address: string): string {
  return address.replace(/^127\.(\d+)/, (_, octet: string) => `127.${Number(octet) ^ RELAY_BIT}`);
}

export class RelayRecorder implements WireRecorder {
  readonly ready = Promise.resolve();
  readonly #options: RelayRecorderOptions;

  constructor(options: RelayRecorderOptions) {
    this.#options = options;
  }

  begin(): CaseWire {
    return new RelayCase(this.#options);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class RelayCase implements CaseWire {
  readonly routes: ReadonlyMap<string, string>;
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #protocol: WireProtocol;
  readonly #why: readonly string[];
  readonly #live: LiveView<WireDecoder> | null;
  readonly #relay = new Relay((event) => this.#hear(event));
  /** The relays that listen, or are about to, by the server's address and port. */
  readonly #listening = new Map<string, Promise<boolean>>();
  readonly #unrelayed = new Set<string>();
  readonly #heard: (RelayEvent & { readonly atMs: number })[] = [];
  /** The clock has fractions, and is the lab's. */
  readonly #epochMs = Date.now() - performance.now();
  #bytes = 0;
  #isFull = false;
  #record: Promise<WireRecord> | null = null;
  #isOver = false;

  constructor({ hosts, servers, why, onWire, protocol = PLAIN_BYTES }: RelayRecorderOptions) {
    this.#hosts = hosts;
    this.#protocol = protocol;
    this.#why = why === undefined ? [] : [`no packets could be captured (${why})`];
    this.routes = new Map(servers.map((address) => [address, relayAddress(address)]));
    this.#live = onWire === undefined ? null : new LiveView(new WireDecoder(hosts, protocol), onWire);
  }

  async route(address: string, port: number): Promise<string> {
    const route = this.routes.get(address);
    // Where nothing listens the refusal must be the system's own.
    if (route === undefined || !(await isListening(address, port))) return address;
    const key = `${address}:${port}`;
    const listening = this.#listening.get(key) ?? this.#listen({ address: route, port }, { address, port });
    this.#listening.set(key, listening);
    return (await listening) ? route : address;
  }

  end(): Promise<WireRecord> {
    this.#record ??= this.#end();
    return this.#record;
  }

  async close(): Promise<void> {
    this.#finish();
    await this.#relay[Symbol.asyncDispose]();
  }

  async #listen(at: Endpoint, target: Endpoint): Promise<boolean> {
    try {
      await this.#relay.listen(at, target);
      return true;
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault);
      this.#unrelayed.add(`what went to ${target.address}:${target.port} is missing: ${why}`);
      return false;
    }
  }

  #hear(event: RelayEvent): void {
    if (this.#isOver || this.#isFull) return;
    this.#bytes += EVENT_BYTES + (event.kind === "bytes" ? event.bytes.length : 0);
    this.#isFull = this.#bytes > RELAYED_BYTES_MAX;
    if (this.#isFull) return;
    const heard = { ...event, atMs: this.#epochMs + performance.now() };
    this.#heard.push(heard);
    this.#live?.hand((decoder) => give(decoder, heard));
  }

  async #end(): Promise<WireRecord> {
    for (let turn = 0; turn < LAST_TURNS; turn += 1) await nextTurn();
    this.#finish();
    const decoder = new WireDecoder(this.#hosts, this.#protocol);
    for (const heard of this.#heard) give(decoder, heard);
    decoder.end();
    const { notes, truncated } = decoder;
    const full = this.#isFull ? [`the record ends where it would pass ${RELAYED_BYTES_MAX} bytes`] : [];
    const note = [
      NOTE,
      ...this.#why,
      ...this.#unrelayed,
      ...full,
      ...notes,
      ...(truncated === null ? [] : [truncated]),
    ].join("; ");
    return { source: "relay", note, pcap: null, events: decoder.take() };
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#live?.end();
  }
}

function give(decoder: WireDecoder, heard: RelayEvent & { readonly atMs: number }): void {
  if (heard.kind === "bytes") decoder.segment(heard);
  else decoder.turn({ kind: heard.kind, atMs: heard.atMs, from: heard.from, to: heard.to });
}
