// Owns the record of what a relay between clients and servers passes on, and where the relay listens: at the server's own
// address, while the server is half of the loopback net away. It must not know how bytes are passed on. Invariant: in the
// record the server's end has its own address and port.

import { setImmediate as nextTurn } from "node:timers/promises";
import { listeningPorts } from "../network/listening-ports.ts";
import { Relay, type RelayEvent } from "../network/relay.ts";
import type { WayState } from "../network/way-state.ts";
import { PLAIN_BYTES } from "../protocol/plain-bytes.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { Endpoint, WireRecord } from "../wire/wire.ts";
import { WireDecoder } from "../wire/wire-decoder.ts";
import { LiveView } from "./live-view.ts";
import type { CaseWire, StandIn, WireListener, WireRecorder } from "./recorder.ts";

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

/** What holds from one host's address to another's. */
export type WayOf = (from: string, to: string) => WayState;

/** Bytes of a case that are recorded; a flood must not fill the lab's memory. */
export const RELAYED_BYTES_MAX = 16_777_216;
/** What a turn of a connection, or a read, takes beside its bytes; so that many small ones count, too. */
const EVENT_BYTES = 100;
/** Servers are half of the loopback net away from the relays that stand in for them. */
const PLACE_BIT = 128;
/** Turns of the event loop in which what is on its way gets here: accepted, dialled, read, a turn each, and as many again. */
const LAST_TURNS = 8;

const NOTE = "recorded by the lab between the two ends, as its reads returned it: segments may differ from the wire's";

/** Where a server listens while a relay is at its own address: 127.134.1.116 in the place of 127.6.1.116. */
export function placeBehind(address: string): string {
  return address.replace(/^127\.(\d+)/, (_, octet: string) => `127.${Number(octet) ^ PLACE_BIT}`);
}

export class RelayRecorder implements WireRecorder {
  readonly ready = Promise.resolve();
  readonly #options: RelayRecorderOptions;

  constructor(options: RelayRecorderOptions) {
    this.#options = options;
  }

  /** @param wayOf - What holds from one address to another; nothing unless told. */
  begin(wayOf?: WayOf): CaseWire {
    return new RelayCase(this.#options, wayOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class RelayCase implements CaseWire {
  readonly #servers: readonly string[];
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #protocol: WireProtocol;
  readonly #why: readonly string[];
  readonly #live: LiveView<WireDecoder> | null;
  readonly #relay: Relay;
  /** What ends a relay's listening, by the server's own address and port. */
  readonly #listening = new Map<string, () => void>();
  readonly #unrelayed = new Set<string>();
  readonly #peers = new Set<string>();
  readonly #heard: (RelayEvent & { readonly atMs: number })[] = [];
  /** The clock has fractions, and is the lab's. */
  readonly #epochMs = Date.now() - performance.now();
  #bytes = 0;
  #isFull = false;
  #record: Promise<WireRecord> | null = null;
  #isOver = false;
  #isClosed = false;

  constructor({ hosts, servers, why, onWire, protocol = PLAIN_BYTES }: RelayRecorderOptions, wayOf?: WayOf) {
    const told = wayOf && ((from: Endpoint, to: Endpoint) => wayOf(this.#told(from).address, this.#told(to).address));
    this.#relay = new Relay((event) => this.#hear(event), told);
    this.#hosts = hosts;
    this.#protocol = protocol;
    this.#why = why === undefined ? [] : [`no packets could be captured (${why})`];
    this.#servers = servers;
    this.#live = onWire === undefined ? null : new LiveView(new WireDecoder(hosts, protocol), onWire);
  }

  async standIn(address: string): Promise<StandIn | undefined> {
    if (!this.#servers.includes(address)) return undefined;
    const place = placeBehind(address);
    // What listens at every address of this machine is not the server's.
    const others = await listeningPorts(place);
    let following = Promise.resolve();
    let next: Promise<void> | undefined;
    // Whoever asks while a look is under way waits for one more, and all of them for the same: looks that take longer than
    // the time between two of them must not queue up.
    const follow = (): Promise<void> => {
      next ??= following.then(() => {
        next = undefined;
        following = this.#follow(address, place, others);
        return following;
      });
      return next;
    };
    return { place, follow };
  }

  notePeer(host: string): void {
    this.#peers.add(host);
  }

  end(): Promise<WireRecord> {
    this.#record ??= this.#end();
    return this.#record;
  }

  async close(): Promise<void> {
    this.#finish();
    this.#isClosed = true;
    await this.#relay[Symbol.asyncDispose]();
  }

  /** Listens exactly where the server does: where nothing listens the refusal must be the system's own. */
  async #follow(address: string, place: string, others: ReadonlySet<number>): Promise<void> {
    const ports = [...(await listeningPorts(place))].filter((port) => !others.has(port));
    const wanted = new Map(ports.map((port) => [`${address}:${port}`, port]));
    for (const [key, cease] of this.#listening) {
      if (wanted.has(key) || !key.startsWith(`${address}:`)) continue;
      cease();
      this.#listening.delete(key);
    }
    if (this.#isClosed) return;
    for (const [key, port] of wanted) {
      if (!this.#listening.has(key))
        this.#listening.set(key, await this.#listen({ address, port }, { address: place, port }));
    }
  }

  async #listen(at: Endpoint, target: Endpoint): Promise<() => void> {
    try {
      return await this.#relay.listen(at, target);
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault);
      this.#unrelayed.add(`what went to ${at.address}:${at.port} is missing: ${why}`);
      return () => {};
    }
  }

  #hear(event: RelayEvent): void {
    if (this.#isOver || this.#isFull) return;
    this.#bytes += EVENT_BYTES + (event.kind === "bytes" ? event.bytes.length : 0);
    this.#isFull = this.#bytes > RELAYED_BYTES_MAX;
    if (this.#isFull) return;
    const heard = {
      ...event,
      from: this.#told(event.from),
      to: this.#told(event.to),
      atMs: this.#epochMs + performance.now(),
    };
    this.#heard.push(heard);
    this.#live?.hand((decoder) => give(decoder, heard));
  }

  /** A server's end by its own address, where the relay is. */
  #told({ address, port }: Endpoint): Endpoint {
    return { address: this.#servers.find((own) => placeBehind(own) === address) ?? address, port };
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
      ...tellPeers([...this.#peers]),
      ...this.#unrelayed,
      ...full,
      ...notes,
      ...(truncated === null ? [] : [truncated]),
    ].join("; ");
    const isWhole = decoder.isWhole && !this.#isFull && this.#unrelayed.size === 0;
    return { source: "relay", note, isWhole, pcap: null, events: decoder.take() };
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#live?.end();
  }
}

/** What is not in a record, since a peer's bytes are not to be cut anew by a relay. */
function tellPeers(hosts: readonly string[]): readonly string[] {
  if (hosts.length === 0) return [];
  return [
    `without what the lab's own peers (${hosts.join(", ")}) and a server said to each other, which no relay cuts anew`,
  ];
}

function give(decoder: WireDecoder, heard: RelayEvent & { readonly atMs: number }): void {
  if (heard.kind === "bytes") decoder.segment(heard);
  else decoder.turn({ kind: heard.kind, atMs: heard.atMs, from: heard.from, to: heard.to });
}
