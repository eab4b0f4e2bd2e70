// Owns what the lab asks of a protocol about fences: the lab's own messages, which prove by their arrival that everything
// before them has arrived. Types only. It must not know any protocol. Invariant: a fence's text is the last of what
// anything shows of it.

export interface Forwarded {
  /** To its sender. */
  readonly answer: Uint8Array;
  /** To its receiver. */
  readonly passed: Uint8Array;
}

export interface Fencing {
  /** The destination that means everybody. */
  readonly everybody: string;
  /** The frame by which somebody of this name, who is connected from this port, says a text to themselves. */
  toItself(name: string, text: string, port: number): Uint8Array;
  /**
   * What a server makes of one, where it does not pass the frame on as it is. `place` is behind all that was sent before.
   */
  forward?(frame: Uint8Array, sender: string, place: number): Forwarded;
  /** Whether a line that a client shows is of a message with this text, sent or received. */
  isShown(line: string, text: string): boolean;
  /** Whether it is of one that was received from this sender. */
  isReceived(line: string, text: string, sender: string): boolean;
  /**
   * What a server logs when it forwards a message that came from an address, as scenario files write lines. None: no line
   * can be told apart, and that a server logs nothing cannot be proved.
   */
  logs(address: string, sender: string, receiver: string): readonly string[];
}
