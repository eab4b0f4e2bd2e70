// Owns how much of each peer's is under way to a log that lies elsewhere. Such a peer is not read while its join is under way,
// for what it sent behind it is meant to be said under that name; nor while much else is. It must not know what is asked for.
// Invariant: a peer has at most REQUESTS_UNDER_WAY_MAX requests under way.

import type { Connection } from "../../transport/connection.ts";

/** Requests of one peer: some hundred times what a broker of this machine takes for one, in milliseconds. */
export const REQUESTS_UNDER_WAY_MAX = 64;

interface Asked {
  count: number;
  release: (() => void) | undefined;
}

/** What is asked for, as far as it matters here. */
interface Request {
  readonly session: string;
  readonly kind: string;
}

export class UnderWay {
  readonly #asked = new Map<string, Asked>();

  asked(
    { session, connection }: { readonly session: string; readonly connection: Connection },
    { kind }: Request,
  ): void {
    let asked = this.#asked.get(session);
    if (asked === undefined) {
      asked = { count: 0, release: undefined };
      this.#asked.set(session, asked);
    }
    asked.count += 1;
    if (kind === "join" || asked.count === REQUESTS_UNDER_WAY_MAX) asked.release ??= connection.hold();
  }

  /** A request has come back; of a session of another server there is nothing to know. */
  came({ session }: Request): void {
    const asked = this.#asked.get(session);
    if (asked === undefined) return;
    asked.count -= 1;
    if (asked.count > 0) return;
    this.#asked.delete(session);
    // Not in the middle of the news: they come first.
    if (asked.release !== undefined) setImmediate(asked.release);
  }

  forget(session: string): void {
    this.#asked.delete(session);
  }
}
