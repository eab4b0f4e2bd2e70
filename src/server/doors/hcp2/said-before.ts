// Owns the answers to what was said, for clients that lost their connection before the answer came and say it again, here or at
// another server of the room. It must not know frames. Invariant: a text that the log has under a request, or that is kept as
// mail, is not said again under it by the same name, as long as its answer is among the last ANSWERS_MAX of its kind; a refusal
// is no answer, since what was refused may be possible now.

import type { MessageOf } from "../../../protocol/hcp2/index.ts";
import type { Place, User } from "../../../room/entry.ts";
import { ANSWERS_MAX, type DoorServer } from "../door.ts";
import type { Storing } from "../storing.ts";
import { idOf } from "./line-id.ts";

/** Shorter requests than these are no random ones, and may come again by chance: PROTOCOL.md, 16.3. */
const RANDOM_HEX_MIN = 16;

/** An answer, and what became of its line on the disk; `storing` undefined where nothing waits for one. */
export interface Answered {
  readonly answer: MessageOf<"said"> | MessageOf<"kept">;
  readonly storing: Storing | undefined;
}

type Known = Pick<DoorServer, "history" | "wasKept" | "logIdentity">;

export class SaidBefore {
  readonly #server: Known;
  /** By name and request; the latest last. */
  readonly #answers = new Map<string, Answered>();
  /** The log is read at a start, and nobody notes what it held. */
  #hasEarlier = false;

  constructor(server: Known) {
    this.#server = server;
  }

  /** What somebody said has its place: the answer, which is noted; undefined where there is no request to answer. */
  said(
    { from, nonce: request }: { readonly from: Pick<User, "name">; readonly nonce: string | undefined },
    place: Place,
    storing?: Storing,
  ): MessageOf<"said"> | undefined {
    if (request === undefined) return undefined;
    const answer = this.#saidOf(request, place);
    this.#takeOver();
    this.#note(from.name, { answer, storing });
    return answer;
  }

  /** The answer that there was, or undefined. */
  answerTo(name: string, request: string): Answered | undefined {
    if (request.length < RANDOM_HEX_MIN) return undefined;
    this.#takeOver();
    const said = this.#answers.get(keyOf(name, request));
    if (said !== undefined || !this.#server.wasKept(name, request)) return said;
    return { answer: { kind: "kept", request }, storing: undefined };
  }

  #saidOf(request: string, place: Place): MessageOf<"said"> {
    const id = idOf(this.#server.logIdentity, place);
    return { kind: "said", request, id, sequence: place.sequence, time: place.atMs };
  }

  #takeOver(): void {
    if (this.#hasEarlier) return;
    this.#hasEarlier = true;
    for (const { name, nonce, ...place } of [...this.#server.history.nonces(ANSWERS_MAX)].reverse()) {
      this.#note(name, { answer: this.#saidOf(nonce, place), storing: undefined });
    }
  }

  #note(name: string, answered: Answered): void {
    const { answer, storing } = answered;
    if (answer.request.length < RANDOM_HEX_MIN) return;
    const key = keyOf(name, answer.request);
    this.#answers.set(key, answered);
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size > ANSWERS_MAX) this.#answers.delete(oldest);
    // What is not on the disk was not answered.
    storing?.whenSettled((outcome) => outcome === "failed" && this.#answers.delete(key));
  }
}

/** A request is hexadecimal, so that no name is mistaken for a part of it. */
function keyOf(name: string, request: string): string {
  return `${request} ${name}`;
}
