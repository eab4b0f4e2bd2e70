// Owns who is told that what it says is not kept: senders whose protocol has no answer to a line. Invariant: each is told once
// until the disk has taken something again.

import type { News, SessionId } from "../room/entry.ts";
import type { Storing } from "./doors/storing.ts";

export class UnkeptNotices {
  readonly #tell: (session: SessionId) => void;
  /** Who was told since the disk took something last. */
  readonly #told = new Set<SessionId>();

  constructor(tell: (session: SessionId) => void) {
    this.#tell = tell;
  }

  hear(news: News, storing: Storing): void {
    if (news.kind !== "said") return;
    const { session } = news.from;
    // Whoever gave a nonce is answered.
    const isAnswered = news.nonce !== undefined;
    storing.whenSettled((outcome) => {
      if (outcome === "stored") this.#told.clear();
      else if (!isAnswered && !this.#told.has(session)) {
        this.#told.add(session);
        this.#tell(session);
      }
    });
  }
}
