// Owns how kept messages reach a user who is back: a few at a time, so that nobody who speaks to that user is held up. Each
// is removed once the user's connection has taken it. It must not know the file. Invariant: they go in order, each once.

import type { Mail } from "../doors/door.ts";
import { MAIL_WINDOW_MESSAGES } from "../limits.ts";
import type { Waiting } from "./mailbox.ts";

/** Sends a message to a user; `onTaken` runs once the user's connection has taken all of it. */
export type SendMail = (mail: Mail, onTaken: () => void) => void;

/** One user's waiting messages on their way. */
export class MailDelivery {
  readonly #waiting: readonly Waiting[];
  readonly #send: SendMail;
  readonly #onWhisperTaken: (whisper: number) => void;
  #sent = 0;
  #taken = 0;

  constructor(waiting: readonly Waiting[], send: SendMail, onWhisperTaken: (whisper: number) => void) {
    this.#onWhisperTaken = onWhisperTaken;
    this.#waiting = waiting;
    this.#send = send;
    this.#sendMore();
  }

  /** The first line to All that was not taken; undefined when all were. */
  get unheardLine(): number | undefined {
    const line = this.#waiting.slice(this.#taken).find((one) => "line" in one);
    return line !== undefined && "line" in line ? line.line : undefined;
  }

  #sendMore(): void {
    while (this.#sent - this.#taken < MAIL_WINDOW_MESSAGES) {
      const one = this.#waiting[this.#sent];
      if (one === undefined) return;
      this.#sent += 1;
      this.#send(one, () => this.#onTaken(one));
    }
  }

  #onTaken(one: Waiting): void {
    this.#taken += 1;
    if ("whisper" in one) this.#onWhisperTaken(one.whisper);
    this.#sendMore();
  }
}
