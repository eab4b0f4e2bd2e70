// Owns which version of HCP a connection speaks: the second where both of its directions begin with the preface (PROTOCOL.md,
// 13), else the first. It has no clock. Invariant: both directions are read as one version, each from its first byte, and what
// is held until that is known is bounded.

import { PrefaceReader } from "../../src/protocol/hcp2/index.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { Frame, FrameReader, WireProtocol } from "../protocol/wire-protocol.ts";

/** Bytes that are held of a direction until the other one has begun. */
const HELD_BYTES_MAX = 262_144;

/** Both versions, as they are spoken at one port. */
export function onOnePort(first: Protocol, second: Protocol): readonly [Protocol, Protocol] {
  const names = [first, second].map(({ name }) => name.toLowerCase()) as [string, string];
  const versions = new Map([
    [names[0], first.wire],
    [names[1], second.wire],
  ]);
  const openReaders: WireProtocol["openReaders"] = () => {
    const choice = new Choice(versions, names);
    return [new VersionReader(choice), new VersionReader(choice)];
  };
  const sharing = (protocol: Protocol): Protocol => ({
    ...protocol,
    wire: { ...protocol.wire, versions, openReaders },
  });
  return [sharing(first), sharing(second)];
}

/** What one connection speaks, as far as it is known. */
class Choice {
  /** Undefined while that is open. */
  spoken: string | undefined;
  readonly #versions: ReadonlyMap<string, WireProtocol>;
  readonly #names: readonly [string, string];
  #prefaces = 0;

  constructor(versions: ReadonlyMap<string, WireProtocol>, names: readonly [string, string]) {
    this.#versions = versions;
    this.#names = names;
  }

  /** A direction began. */
  begins(isPreface: boolean): void {
    this.#prefaces += isPreface ? 1 : 0;
    if (!isPreface) this.spoken ??= this.#names[0];
    else if (this.#prefaces === 2) this.spoken ??= this.#names[1];
  }

  /** Nothing follows that could tell: one preface alone then counts. */
  settle(): void {
    this.spoken ??= this.#names[this.#prefaces === 0 ? 0 : 1];
  }

  openReader(): FrameReader | undefined {
    return this.spoken === undefined ? undefined : this.#versions.get(this.spoken)?.openReader();
  }
}

class VersionReader implements FrameReader {
  readonly #choice: Choice;
  readonly #first = new PrefaceReader();
  #held: Uint8Array = new Uint8Array(0);
  #hasBegun = false;
  #reader: FrameReader | undefined;

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  receive(bytes: Uint8Array): void {
    if (this.#reader !== undefined) {
      this.#reader.receive(bytes);
      return;
    }
    this.#held = Buffer.concat([this.#held, bytes]);
    if (!this.#hasBegun) {
      this.#first.receive(bytes);
      this.#begin(this.#first.next());
    }
    if (this.#held.length > HELD_BYTES_MAX) this.#choice.settle();
  }

  next(): Frame | undefined {
    return this.#labelled(this.#open()?.next());
  }

  get heldBytes(): number {
    return this.#reader?.heldBytes ?? this.#held.length;
  }

  silenceMs(): number | undefined {
    const reader = this.#open();
    if (reader !== undefined) return reader.silenceMs();
    return this.#hasBegun ? undefined : this.#first.silenceMs();
  }

  endBySilence(): Frame | undefined {
    const reader = this.#settled();
    return this.#labelled(reader?.next() ?? reader?.endBySilence());
  }

  endByStream(): Frame | undefined {
    const reader = this.#settled();
    return this.#labelled(reader?.next() ?? reader?.endByStream());
  }

  behindGap(): FrameReader {
    this.#choice.settle();
    const reader = new VersionReader(this.#choice);
    reader.#hasBegun = true;
    return reader;
  }

  #begin(opening: ReturnType<PrefaceReader["next"]>): void {
    if (opening === undefined) return;
    this.#hasBegun = true;
    this.#choice.begins(opening.protocol === "hcp2");
  }

  /** The version's reader, once it is known, with what was held for it. */
  #open(): FrameReader | undefined {
    if (this.#reader === undefined) {
      this.#reader = this.#choice.openReader();
      this.#reader?.receive(this.#held);
    }
    return this.#reader;
  }

  #settled(): FrameReader | undefined {
    if (!this.#hasBegun) this.#begin(this.#first.endBySilence());
    this.#choice.settle();
    return this.#open();
  }

  #labelled(frame: Frame | undefined): Frame | undefined {
    const { spoken } = this.#choice;
    return frame === undefined || spoken === undefined ? frame : { ...frame, spoken };
  }
}
