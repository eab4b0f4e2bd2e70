// Owns what is known of one connection of a peer: the frames that came, how far they were looked at, and its end. It must
// not know what is expected. Invariant: how TCP cut what came changes nothing; a frame once taken keeps its index.

import { isFenceText } from "../protocol/fence-text.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { Frame, FrameFacts, FrameReader } from "../protocol/wire-protocol.ts";
import type { FillText } from "../scenario/wire.ts";

/** A frame that came to a peer. */
export interface SeenFrame {
  readonly bytes: Uint8Array;
  readonly facts: FrameFacts;
  /** It may come at any time: a list since its name was accepted, or what means nothing. */
  readonly isFree: boolean;
}

/** Bytes of frames that are kept of one connection. Whoever sends more is at fault. */
const KEPT_BYTES_MAX = 33_554_432;

export type LinkState = "opening" | "open" | "ended" | "reset" | "failed";

export class PeerLink {
  readonly name: string;
  /** The n that stands for {n} in what this one of a crowd sends and expects. */
  readonly number: number;
  /** A client's, at a scripted server. */
  readonly isAccepted: boolean;
  readonly protocol: Protocol;
  /** Fills in what only the run knows of an expected frame. */
  readonly fill: FillText | undefined;
  /** Every frame, but for the lab's own fences. */
  readonly frames: SeenFrame[] = [];
  #looked = 0;
  #isQuietOpen = false;
  #sends = 0;
  #state: LinkState = "opening";
  #failure = "";
  #username: string | null = null;
  #isUnsettled = false;
  #reads = true;
  #writes = true;
  readonly #reader: FrameReader;
  readonly #fences = new Set<string>();
  readonly #fencesSeen = new Set<string>();
  #keptBytes = 0;
  #port = 0;

  constructor(name: string, number: number, isAccepted: boolean, protocol: Protocol, fill?: FillText) {
    this.name = name;
    this.number = number;
    this.isAccepted = isAccepted;
    this.protocol = protocol;
    this.fill = fill;
    this.#reader = protocol.wire.openReader();
  }

  /** Index of the first frame that no expectation has looked at. */
  get looked(): number {
    return this.#looked;
  }

  /** Whether an expectation of nothing stands that no later frame has proved. */
  get isQuietOpen(): boolean {
    return this.#isQuietOpen;
  }

  /** How often the system has taken what was sent. */
  get sends(): number {
    return this.#sends;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why the connection did not come about, or broke; empty while it did not. */
  get failure(): string {
    return this.#failure;
  }

  /** The name that the connection has in the room. */
  get username(): string | null {
    return this.#username;
  }

  /** Whether something was sent on it since its last whisper. */
  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  get isOver(): boolean {
    return this.#state === "ended" || this.#state === "reset" || this.#state === "failed";
  }

  /** Whether a whisper to itself would come back. */
  get canWhisper(): boolean {
    return this.#username !== null && this.#writes && this.#reads && !this.isOver;
  }

  /** What became of the connection. */
  turn(state: Exclude<LinkState, "opening">, failure = ""): void {
    this.#state = state;
    this.#failure = failure;
  }

  /** The connection is there, from this port of its host's. */
  open(port: number): void {
    this.#state = "open";
    this.#port = port;
  }

  /** Its own port; 0 before it is open. */
  get port(): number {
    return this.#port;
  }

  /** The name that a scripted server gives the connection, or that it takes itself. */
  giveName(name: string): void {
    this.#username = name;
  }

  /** Something is sent on it: a whisper settles it, anything else unsettles it. */
  beginSend(isFence: boolean): void {
    this.#isUnsettled = !isFence;
  }

  /** The system has taken what was sent. */
  endSend(): void {
    this.#sends += 1;
  }

  /** Nothing is expected, and only what comes later can prove it. */
  openQuiet(): void {
    this.#isQuietOpen = true;
  }

  setReading(on: boolean): void {
    this.#reads = on;
  }

  /** Nothing is written any more; behind a reset nothing comes either. */
  endWriting(how: "end" | "reset"): void {
    this.#writes = false;
    if (how === "reset") this.#state = "ended";
  }

  /** What came before an index has been looked at, which proves that nothing else came. */
  lookTo(index: number): void {
    if (index > this.#looked) this.#isQuietOpen = false;
    this.#looked = Math.max(this.#looked, index);
  }

  /** From now on a message with this text is the lab's own. */
  expectFence(text: string): void {
    this.#fences.add(text);
  }

  hasFence(text: string): boolean {
    return this.#fencesSeen.has(text);
  }

  /** Takes what arrived; gives the frames that ended with it, fences too. */
  receive(bytes: Uint8Array): readonly Taken[] {
    this.#reader.receive(bytes);
    const taken = this.#takeWhole();
    return this.#reader.silenceMs() === 0 ? [...taken, ...this.#take(this.#reader.endBySilence())] : taken;
  }

  /** Nothing arrived for so long. */
  endSilence(ms: number): readonly Taken[] {
    const awaited = this.#reader.silenceMs();
    return awaited !== undefined && awaited <= ms ? this.#take(this.#reader.endBySilence()) : [];
  }

  /** Nothing will arrive any more; a frame that lacks a part is dropped. */
  endStream(): readonly Taken[] {
    return this.#take(this.#reader.endByStream());
  }

  /** Bytes that came and make no frame yet. */
  get heldBytes(): number {
    return this.#reader.heldBytes;
  }

  get isFlooded(): boolean {
    return this.#keptBytes > KEPT_BYTES_MAX;
  }

  #takeWhole(): readonly Taken[] {
    const taken: Taken[] = [];
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      taken.push(...this.#take(frame));
    }
    return taken;
  }

  #isFence(text: string): boolean {
    return this.#fences.has(text) || (this.isAccepted && isFenceText(text));
  }

  #take(frame: Frame | undefined): readonly Taken[] {
    if (frame === undefined) return [];
    const { bytes } = frame;
    const facts = this.protocol.wire.factsOf(bytes);
    this.#keptBytes += bytes.length;
    if (facts.text !== null && this.#isFence(facts.text)) {
      this.#fencesSeen.add(facts.text);
      // What stands before it stays for whoever judges; where nothing does, nothing came.
      if (this.#looked === this.frames.length) this.#isQuietOpen = false;
      return [{ bytes, facts, isFence: true }];
    }
    if (this.isFlooded) return [];
    this.frames.push({ bytes, facts, isFree: facts.isIdle === true || (facts.isList && this.#username !== null) });
    this.#username ??= facts.givenName;
    return [{ bytes, facts, isFence: false }];
  }
}

/** A frame as it came, for a transcript. */
export interface Taken {
  readonly bytes: Uint8Array;
  readonly facts: FrameFacts;
  readonly isFence: boolean;
}
