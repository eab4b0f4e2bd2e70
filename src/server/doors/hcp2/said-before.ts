// Owns the answers to what was said, for clients that lost their connection before the answer came and say it again. It must
// not know frames. Invariant: a text that was answered once is not said again under its request by the same name, as long as
// its answer is among the last ANSWERS_MAX; a refusal is no answer, since what was refused may be possible now.

import type { MessageOf } from "../../../protocol/hcp2/index.ts";
import type { Storing } from "../storing.ts";

/** Answers that are remembered: as many as there are lines in memory. */
const ANSWERS_MAX = 10_000;

/** Shorter requests than these are no random ones, and may come again by chance: PROTOCOL.md, 16.3. */
const RANDOM_HEX_MIN = 16;

export interface Answered {
  readonly answer: MessageOf<"said"> | MessageOf<"kept">;
  /** What the answer waits for; undefined where it waits for nothing. */
  readonly storing: Storing | undefined;
}

export class SaidBefore {
  /** By name and request; the latest last. */
  readonly #answers = new Map<string, Answered>();

  note(name: string, answered: Answered): void {
    const { answer, storing } = answered;
    if (answer.request.length < RANDOM_HEX_MIN) return;
    const key = keyOf(name, answer.request);
    this.#answers.set(key, answered);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > ANSWERS_MAX && oldest !== undefined) this.#answers.delete(oldest);
    // What is not on the disk was not answered.
    storing?.whenSettled((outcome) => outcome === "failed" && this.#answers.delete(key));
  }

  /** The answer that there was, or undefined. */
  answerTo(name: string, request: string): Answered | undefined {
    return this.#answers.get(keyOf(name, request));
  }
}

/** A request is hexadecimal, so that no name is mistaken for a part of it. */
function keyOf(name: string, request: string): string {
  return `${request} ${name}`;
}
