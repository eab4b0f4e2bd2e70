// Owns what the lab asks of a protocol about bytes: how a stream is cut into frames, and what a frame says. Types only. It
// must not know any protocol. Invariant: a frame's facts are all that anything else in the lab reads of its bytes.

/**
 * What told the reader that a frame ends where it ends: its length, a delimiter, the frame that begins behind it, a limit,
 * or that nothing followed.
 */
export type FrameEnd = "length" | "delimiter" | "next-type" | "limit" | "silence";

/** A whole frame. Its bytes are a copy of its own; padding that the sender left out is there. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly end: FrameEnd;
  /** The protocol that it is of, by its name in files, where what both sides say first decides that. */
  readonly spoken?: string;
}

/** Cuts one direction of one connection into frames: receive(), then next() until it gives undefined. It has no clock. */
export interface FrameReader {
  receive(bytes: Uint8Array): void;
  /** The next frame whose end is certain. */
  next(): Frame | undefined;
  /** Bytes that came and that no frame has taken. */
  readonly heldBytes: number;
  /**
   * How long a silence ends the frame that is held, in milliseconds: 0 when it is complete at once, undefined when no
   * silence ends anything. Ask after next() gave undefined.
   */
  silenceMs(): number | undefined;
  /** The frame that is held, ended by that silence. */
  endBySilence(): Frame | undefined;
  /** The frame that is held, ended because the stream is over; undefined where it lacks a part that it must have. */
  endByStream(): Frame | undefined;
  /** What reads on behind bytes that are missing, where that is no new reader of the protocol. */
  behindGap?(): FrameReader;
}

/** What a frame says. */
export interface FrameFacts {
  /** The number by which the protocol tells its frames apart: of HCP the type byte. */
  readonly type: number;
  /** What the protocol calls it: "5 message", "9 unknown". */
  readonly title: string;
  /** What is wrong with it, as a code; null of a frame that can be understood. */
  readonly fault: string | null;
  /** The names in it, as far as they can be read. */
  readonly names: readonly string[];
  /** The same for a person: "Jon Stewart → All". */
  readonly namesTold: string;
  /** What somebody says by it; null where nobody says anything. */
  readonly text: string | null;
  /** Whom that text is for; null where there is none. */
  readonly receiver: string | null;
  /** The name that whoever receives it has from now on; null of any other frame. */
  readonly givenName: string | null;
  /**
   * It lists who is there. Such a frame may come at any time to a connection that has a name, and a newer one may take its
   * place, so that nobody can expect each of them.
   */
  readonly isList: boolean;
  /** Its place in an order that all connections share; undefined where it has none. */
  readonly place?: number;
  /** It means nothing, and may come at any time, so that nobody can expect it. */
  readonly isIdle?: boolean;
}

/** Some bytes of a frame that mean one thing. No field is empty. */
export interface Field {
  /** From the frame's first byte. */
  readonly offset: number;
  readonly bytes: number;
  /** "type", "name", "text", "padding". */
  readonly name: string;
  /** What the bytes say, with everything invisible spelled out: `\u{1b}`. From a peer: escape it where it is shown. */
  readonly value: string;
  /** What is odd about it. */
  readonly note?: string;
}

/** A protocol's bytes. */
export interface WireProtocol {
  /** The silences that its readers ask for, the shortest first. Whoever holds a socket has to tell of them. */
  readonly silencesMs: readonly number[];
  openReader(): FrameReader;
  /**
   * Readers of both directions of one connection, where what both sides say first decides what is spoken. Their frames say
   * what they are of.
   */
  openReaders?(): readonly [FrameReader, FrameReader];
  /** What may be spoken at its port, by the names that files have for it; where that is not this alone. */
  readonly versions?: ReadonlyMap<string, WireProtocol>;
  /** What a frame says, as this protocol's reader cuts it. */
  factsOf(frame: Uint8Array): FrameFacts;
  /** The frame's fields, one behind the other; they cover every byte once. */
  fieldsOf(frame: Uint8Array): readonly Field[];
  /** A frame in words, on one line of bounded length: 'ack "Jon"'. */
  tell(frame: Uint8Array): string;
  /** "by silence". */
  tellEnd(end: FrameEnd): string;
  /** The name that whoever sends a frame has from then on, where no frame of a server gives one. */
  nameTakenBy?(frame: Uint8Array): string | null;
  /** What is spoken at a server's port, where that is something else. */
  at?(port: number): WireProtocol | undefined;
}
