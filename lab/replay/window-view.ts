// Owns what a replay may look at of a client that has a real window, beside what its events tell: its widgets as a
// screen reader has them, and a picture. It must not know how a window is had.

/** A widget by its role and name, as assistive technology is told of it. */
export interface SeenWidget {
  readonly role: string;
  readonly name: string;
  /** The names of a list's options, top to bottom. */
  readonly options: readonly string[];
}

/** A client's window. Both reject when it is gone. */
export interface WindowView {
  /** Every widget that is there now, top to bottom. */
  look(): Promise<readonly SeenWidget[]>;
  /** What it looks like, as PNG. */
  picture(): Promise<Uint8Array>;
}
