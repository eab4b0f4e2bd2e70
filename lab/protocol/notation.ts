// Owns what the lab asks of a protocol about scenario files: how a frame is written there beside its bytes. It must not know
// any protocol. Invariant: what encode() takes without an error can be sent.

import type { ZodType } from "zod";

/** A frame as a file writes it, `{ack: Jon}`: one key, which is a word of the notation. Plain data. */
export type WrittenSource = Readonly<Record<string, unknown>>;

/** A frame is written so that it cannot be sent: the file's fault, in one line. */
export class NotationError extends Error {
  override readonly name = "NotationError";
}

export interface Notation {
  /** The words with which frames begin, in the order in which messages list them. */
  readonly words: readonly string[];
  /** The shape of each kind of frame. */
  readonly schemas: readonly ZodType<WrittenSource>[];
  /** A frame for messages about files: "{ack: Jon}". */
  readonly example: string;
  /** A frame and what answers it, for the published schema. */
  readonly exchange: { readonly sent: WrittenSource; readonly received: WrittenSource };
  /** How bytes are written in this protocol's files, for the published schema. */
  readonly bytesHelp: string;
  /** What is true of what comes next on a connection, for the published schema. */
  readonly expectHelp: string;
  /**
   * The bytes of a frame whose source has the shape of a schema.
   *
   * @param number - What {n} stands for: the connection's number in its crowd.
   * @throws NotationError when it cannot be sent.
   */
  encode(source: WrittenSource, number: number): Uint8Array;
  /** A text in which what only frames that came before can tell is filled in: a line's id. They stand connection by connection. */
  recall?(text: string, came: readonly Uint8Array[]): string;
  /** An expected frame for a person, without what the file leaves open; what its bytes say unless told. */
  tellExpected?(source: WrittenSource, number: number): string;
  /** Whether a frame is the one that a file expects; unless told, its bytes must be the same. */
  matches?(source: WrittenSource, number: number, frame: Uint8Array): boolean;
  /** Where nothing but a silence ends a frame, TCP may merge some: whether one is these, one behind the other. */
  matchesMerged?(sources: readonly WrittenSource[], number: number, frame: Uint8Array): boolean;
}
