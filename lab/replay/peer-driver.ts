// Owns the driving of one raw peer: commands out, events in, and its connections by name. It must not know what is
// expected of them. Invariant: the transcript holds every frame and every turn of a connection, in order.

import type { Launch } from "../implementation/implementation.ts";
import type { PeerCommand, PeerEvent, PeerSend } from "../peer/words.ts";
import { formatHex } from "../protocol/hex.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { tellFrames } from "../scenario/tell-wire.ts";
import type { FillText } from "../scenario/wire.ts";
import type { Omitted } from "../testbed/kept-lines.ts";
import type { Host, OutputLine, ProgramExit } from "../testbed/testbed.ts";
import { HostDriver, tellLine, tellUnreadable, type Watcher } from "./driver.ts";
import { readPeerEvent } from "./peer-events.ts";
import { PeerLink, type Taken } from "./peer-link.ts";
import type { PeerNote } from "./peer-note.ts";
import type { Pulse } from "./pulse.ts";
import { Transcript } from "./transcript.ts";

/** What one connection is to be sent, in writes. */
export interface LinkSend {
  readonly link: PeerLink;
  readonly pieces: readonly Uint8Array[];
}

/** Connections that a peer is to open. */
export interface PeerDial {
  /** Undefined gives the next of c1, c2, … */
  readonly as?: string | undefined;
  /** How many there are, where they are a crowd. */
  readonly times?: number | undefined;
  readonly address: string;
  readonly port: number;
  /** What is spoken on them, unless it is the peer's usual. */
  readonly protocol?: Protocol;
  /** Ports that are other peers'. */
  readonly notFrom?: readonly number[];
}

/** How much of a frame's bytes a transcript shows, in words of the notation. */
const HEX_WORDS_TOLD = 48;

/** How the lab's peer is started: it binds its host's own address, and tells of the silences that end frames. */
export function peerLaunch({ silencesMs }: Pick<WireProtocol, "silencesMs">): Launch {
  return { arguments: [], environment: { HOWDY_LOCAL_ADDRESS: "{address}", HOWDY_SILENCES_MS: silencesMs.join(" ") } };
}

export class PeerDriver extends HostDriver {
  readonly transcript = new Transcript();
  /** By name, in the order in which they were made. */
  readonly links = new Map<string, PeerLink>();
  /** What its connections speak, unless told of one. */
  readonly protocol: Protocol;
  readonly #fill: FillText;
  /** The crowds' names, with their members' names. */
  readonly #crowds = new Map<string, readonly string[]>();
  #isReady = false;
  #listensAt: number | null = null;
  #unnamed = 0;
  /** The last place that it has told of. */
  #place = 0;

  /** @param fill - Fills in what only the run knows of a frame that a file sends or expects. */
  constructor(host: Host, pulse: Pulse, watch: Watcher, protocol: Protocol, fill: FillText = (text) => text) {
    super(host, pulse, watch);
    this.protocol = protocol;
    this.#fill = fill;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The port of a scripted server, null when it does not listen. */
  get listensAt(): number | null {
    return this.#listensAt;
  }

  listen(port: number): boolean {
    return this.#command({ listen: { port } });
  }

  /** Opens connections. */
  connect({ as, times, address, port, protocol = this.protocol, notFrom = [] }: PeerDial): readonly PeerLink[] {
    this.#unnamed += as === undefined ? 1 : 0;
    const name = as ?? `c${this.#unnamed}`;
    const names = times === undefined ? [name] : Array.from({ length: times }, (_, index) => `${name}-${index + 1}`);
    if (times !== undefined) this.#crowds.set(name, names);
    const links = names.map((each, index) => new PeerLink(each, index + 1, false, protocol, this.#fill));
    for (const link of links) this.links.set(link.name, link);
    return this.#command({ connect: { as: names, address, port, notFrom } }) ? links : [];
  }

  /** The connections that a name means: one, a crowd, or the newest one for undefined. None while there are none. */
  find(as: string | undefined): readonly PeerLink[] {
    const names = as === undefined ? [...this.links.keys()].slice(-1) : (this.#crowds.get(as) ?? [as]);
    const links = names.map((name) => this.links.get(name));
    return links.every((link) => link !== undefined) ? links : [];
  }

  /** Sends at once to several connections; false when the peer does not run. */
  send(sends: readonly LinkSend[], how: Omit<PeerSend, "to">, isFence = false): boolean {
    for (const { link, pieces } of sends) {
      link.beginSend(isFence);
      this.#tellSent(link, pieces, how, isFence);
    }
    const to = sends.map(({ link, pieces }) => ({
      as: link.name,
      pieces: pieces.map((piece) => Buffer.from(piece).toString("hex")),
    }));
    return this.#command({ send: { to, ...how } });
  }

  /** A frame that it sends tells of a place, behind which its own come. */
  notePlace(place: number): void {
    this.#place = Math.max(this.#place, place);
  }

  setReading(links: readonly PeerLink[], on: boolean): boolean {
    for (const link of links) {
      link.setReading(on);
      this.#note({ link: link.name, kind: "does", deed: on ? "reads again" : "stops reading" });
    }
    return this.#command({ reading: { as: links.map(({ name }) => name), on } });
  }

  protected override get omittedLines(): Omitted {
    return this.transcript.omitted;
  }

  protected override takeLine(line: OutputLine): void {
    if (line.stream === "stderr") {
      this.transcript.push({ atMs: line.atMs, stderr: tellLine(line) });
      return;
    }
    const event = readPeerEvent(line.text);
    if (event === undefined) {
      this.transcript.push({ atMs: line.atMs, unreadable: tellLine(line) });
      this.blame(tellUnreadable(line));
    } else this.#takeEvent(event);
  }

  protected override takeExit(exit: ProgramExit): void {
    this.transcript.push({ atMs: this.pulse.clock.nowMs(), exit });
  }

  #command(command: PeerCommand): boolean {
    return this.write(JSON.stringify(command));
  }

  #takeEvent(event: PeerEvent): void {
    if ("ready" in event) this.#isReady = true;
    else if ("listening" in event) this.#listensAt = event.listening.port;
    else if ("error" in event) this.blame(`could not do as it was told: ${event.error.message}`);
    else if ("accepted" in event) this.#takeAccepted(event.accepted);
    else this.#takeLinkEvent(event);
  }

  #takeAccepted({ as, atMs, address, port }: { as: string; atMs: number; address: string; port: number }): void {
    const link = new PeerLink(as, this.links.size + 1, true, this.protocol, this.#fill);
    link.turn("open");
    this.links.set(as, link);
    this.#note({ link: as, kind: "turns", into: `accepted from ${address}:${port}` }, atMs);
  }

  #takeLinkEvent(event: Exclude<PeerEvent, { ready: unknown } | { listening: unknown } | { error: unknown }>): void {
    const moment = Object.values(event)[0] as { readonly as: string; readonly atMs: number };
    const link = this.links.get(moment.as);
    if (link === undefined) return;
    if ("received" in event) this.#takeFrames(link, link.receive(Buffer.from(event.received.hex, "hex")), moment.atMs);
    else if ("silent" in event) this.#takeFrames(link, link.endSilence(event.silent.ms), moment.atMs);
    else if ("sent" in event) link.endSend();
    else if ("connected" in event) this.#open(link, event.connected.port, moment.atMs);
    else if ("ended" in event) this.#turn(link, "ended", "ended by the other side", moment.atMs);
    else if ("reset" in event) this.#turn(link, "reset", "reset by the other side", moment.atMs);
    else if ("failed" in event) this.#fail(link, event.failed.why, moment.atMs);
  }

  #fail(link: PeerLink, why: string, atMs: number): void {
    link.turn("failed", why);
    this.#note({ link: link.name, kind: "turns", into: `failed: ${why}` }, atMs);
  }

  #open(link: PeerLink, port: number, atMs: number): void {
    link.open(port);
    this.#note({ link: link.name, kind: "turns", into: "connected" }, atMs);
  }

  #turn(link: PeerLink, state: "ended" | "reset", into: string, atMs: number): void {
    if (state === "ended") this.#takeFrames(link, link.endStream(), atMs);
    link.turn(state);
    this.#note({ link: link.name, kind: "turns", into }, atMs);
  }

  #takeFrames(link: PeerLink, frames: readonly Taken[], atMs: number): void {
    for (const { bytes, facts, isFence } of frames) {
      this.#note({ link: link.name, kind: "receives", ...tellBytes(bytes, link) }, atMs, isFence);
      if (!isFence) this.tell("shown", `${link.name} received ${link.protocol.wire.tell(bytes)}`);
      else if (link.isAccepted) this.#forwardFence(link, facts.receiver, bytes);
    }
    if (link.isFlooded) this.blame(`${link.name} received more than a case may bring`);
  }

  /** A scripted server forwards the lab's own fences, as any server would; they are nothing that a case is about. */
  #forwardFence(sender: PeerLink, receiver: string | null, bytes: Uint8Array): void {
    const to = [...this.links.values()].find(({ username, isOver }) => username === receiver && !isOver);
    if (to === undefined) return;
    this.#place += 1;
    const forwarded = sender.protocol.fencing.forward?.(bytes, sender.username ?? "", this.#place);
    const how = { times: 1, gapMs: 0, after: null };
    if (forwarded !== undefined) this.send([{ link: sender, pieces: [forwarded.answer] }], how, true);
    this.send([{ link: to, pieces: [forwarded?.passed ?? bytes] }], how, true);
  }

  #tellSent(link: PeerLink, pieces: readonly Uint8Array[], how: Omit<PeerSend, "to">, isFence: boolean): void {
    const { times, after } = how;
    const sum = pieces.reduce((bytes, { length }) => bytes + length, 0);
    if (sum > 0) {
      const frames = tellBytes(Buffer.concat(pieces), link);
      const { length } = pieces;
      this.#note({ link: link.name, kind: "sends", times, pieces: length, ...frames }, undefined, isFence);
    }
    if (after !== null) {
      const deed = after === "end" ? "ends the stream" : "resets the connection";
      this.#note({ link: link.name, kind: "does", deed });
    }
    if (!isFence) this.tell("command", `${link.name} sends ${sum * times} bytes`);
  }

  #note(peer: PeerNote, atMs = this.pulse.clock.nowMs(), isFence = false): void {
    this.transcript.push({ atMs, peer, ...(isFence ? { fence: true } : {}) });
  }
}

function tellBytes(
  bytes: Uint8Array,
  { protocol }: PeerLink,
): Pick<Extract<PeerNote, { kind: "receives" }>, "words" | "hex"> {
  return { words: tellFrames(bytes, protocol.wire), hex: formatHex(bytes, HEX_WORDS_TOLD) };
}
