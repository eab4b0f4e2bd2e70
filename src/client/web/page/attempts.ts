// Owns the presses on Send whose end is not known yet. It must not know the entry nor the list.
// Invariant: an attempt is open until what it came to was shown, or its connection has ended.

import type { ExpectedLine } from "./line-reader.ts";

/** A press on Send. */
export interface Attempt {
  /** Which connection of the session it is for, counted from 1. */
  readonly dial: number;
  /** What stood in the entry. */
  readonly draft: string;
  /** The name that it proposes, or undefined for a message. */
  readonly name: string | undefined;
  /** The line that says that a message was sent. */
  readonly echo: ExpectedLine | undefined;
  /** The line that comes if the page is right in expecting a refusal. The draft then stays in the entry. */
  readonly refusal: string | undefined;
  /** The page pressed Send on its own, to come back with the same name. */
  readonly automatic: boolean;
}

/** Attempts that may be open; a client that answers none of them does not work. */
const ATTEMPTS_MAX = 256;

/** Attempts in their order. */
export class Attempts {
  #open: Attempt[] = [];

  add(attempt: Attempt): void {
    this.#open.push(attempt);
    if (this.#open.length > ATTEMPTS_MAX) this.#open.shift();
  }

  /** The lines that open attempts would show. */
  get echoes(): readonly ExpectedLine[] {
    return this.#open.flatMap(({ echo }) => (echo === undefined ? [] : [echo]));
  }

  /** True when a draft was taken out of the entry for something that is still open. */
  get hasCleared(): boolean {
    return this.#open.some(isCleared);
  }

  /** The name that the server has not answered yet. */
  proposed(dial: number): string | null {
    return this.#open.find((attempt) => attempt.dial === dial && isProposal(attempt))?.name ?? null;
  }

  /** The message that this line says was sent. */
  takeEcho(text: string): Attempt | undefined {
    return this.#take((attempt) => attempt.echo?.shown === text);
  }

  /** The proposal that an ack or a nak is for. */
  takeProposal(dial: number): Attempt | undefined {
    return this.#take((attempt) => attempt.dial === dial && isProposal(attempt));
  }

  /** The attempt that was refused as expected. */
  takeRefusal(text: string): Attempt | undefined {
    return this.#take((attempt) => attempt.refusal === text);
  }

  /** The attempt whose draft stands in the session, although it was taken out of the entry: it was refused. */
  takeRefused(draft: string): Attempt | undefined {
    return this.#take((attempt) => isCleared(attempt) && attempt.draft === draft);
  }

  /** Messages that may have met a fault. They stay open, since they may have been sent just the same. */
  doubtMessages(): readonly Attempt[] {
    const doubted = this.#open.filter((attempt) => isCleared(attempt) && !isProposal(attempt));
    this.#open = this.#open.map((attempt) => (doubted.includes(attempt) ? { ...attempt, refusal: "" } : attempt));
    return doubted;
  }

  /** Every attempt for a connection that has ended, or for one before it. */
  takeUpTo(dial: number): readonly Attempt[] {
    const taken = this.#open.filter((attempt) => attempt.dial <= dial);
    this.#open = this.#open.filter((attempt) => attempt.dial > dial);
    return taken;
  }

  #take(fits: (attempt: Attempt) => boolean): Attempt | undefined {
    const index = this.#open.findIndex(fits);
    if (index === -1) return undefined;
    const [taken] = this.#open.splice(index, 1);
    return taken;
  }
}

/** Whether the draft left the entry when Send was pressed. */
export function isCleared(attempt: Attempt): boolean {
  return attempt.refusal === undefined && !attempt.automatic;
}

function isProposal(attempt: Attempt): boolean {
  return attempt.name !== undefined && attempt.refusal === undefined;
}
