// Owns the answers to what was said, for clients that lost their connection before the answer came and say it again, here or at
// another server of the room. It must not know frames. Invariant: a text that the log has under a request is not said again under
// it by the same name, as long as it is among the last ANSWERS_MAX; a refusal is no answer, since what was refused may be
// possible now.

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

/** What was said before this server could note it, the latest last. */
export type Earlier = (linesMax: number) => readonly { readonly name: string; readonly answer: Answered["answer"] }[];

export class SaidBefore {
  /** By name and request; the latest last. */
  readonly #answers = new Map<string, Answered>();
  /** Undefined once it was taken over: the log is read at a start, and nobody notes what it held. */
  #earlier: Earlier | undefined;

  constructor(earlier: Earlier) {
    this.#earlier = earlier;
  }

  note(name: string, answered: Answered): void {
    this.#takeOver();
    this.#note(name, answered);
  }

  /** The answer that there was, or undefined. */
  answerTo(name: string, request: string): Answered | undefined {
    this.#takeOver();
    return this.#answers.get(keyOf(name, request));
  }

  #takeOver(): void {
    const earlier = this.#earlier?.(ANSWERS_MAX) ?? [];
    this.#earlier = undefined;
    for (const { name, answer } of earlier) this.#note(name, { answer, storing: undefined });
  }

  #note(name: string, answered: Answered): void {
    const { answer, storing } = answered;
    if (answer.request.length < RANDOM_HEX_MIN) return;
    const key = keyOf(name, answer.request);
    this.#answers.set(key, answered);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > ANSWERS_MAX && oldest !== undefined) this.#answers.delete(oldest);
    // What is not on the disk was not answered.
    storing?.whenSettled((outcome) => outcome === "failed" && this.#answers.delete(key));
  }
}

/** A request is hexadecimal, so that no name is mistaken for a part of it. */
function keyOf(name: string, request: string): string {
  return `${request} ${name}`;
}
