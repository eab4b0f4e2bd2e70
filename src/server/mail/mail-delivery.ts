// Owns how what waited for users reaches them: a few frames at a time, so that nobody who speaks to them is held up, and
// each is removed once its last frame was taken. It must not know the file. Invariant: in order, and each at most once.

import { keptTexts } from "../doors/hcp1/mail-text.ts";
import { MAIL_WINDOW_FRAMES } from "../limits.ts";
import { notice } from "../room-notices.ts";
import type { Mailbox, Waiting } from "./mailbox.ts";

/** Sends a frame to a user; `onTaken` runs once the user's connection has taken it. */
export type SendFrame = (bytes: Uint8Array, onTaken: () => void) => void;

/** One user's waiting messages on their way. */
export class MailDelivery {
  readonly #mailbox: Pick<Mailbox, "taken">;
  readonly #name: string;
  readonly #waiting: readonly Waiting[];
  readonly #send: SendFrame;
  #sent = 0;
  #taken = 0;
  #frames = 0;

  constructor(mailbox: Pick<Mailbox, "taken">, name: string, waiting: readonly Waiting[], send: SendFrame) {
    this.#mailbox = mailbox;
    this.#name = name;
    this.#waiting = waiting;
    this.#send = send;
    this.#sendMore();
  }

  /** The first line to All that was not taken. */
  get unheardLine(): number | undefined {
    const line = this.#waiting.slice(this.#taken).find((one) => "line" in one);
    return line !== undefined && "line" in line ? line.line : undefined;
  }

  #sendMore(): void {
    for (let one = this.#waiting[this.#sent]; one !== undefined; one = this.#waiting[this.#sent]) {
      if (this.#frames >= MAIL_WINDOW_FRAMES) return;
      this.#sent += 1;
      this.#sendOne(one);
    }
  }

  #sendOne(one: Waiting): void {
    const texts = keptTexts(one);
    texts.forEach((text, index) => {
      this.#frames += 1;
      this.#send(notice(this.#name, text), () => {
        this.#frames -= 1;
        if (index < texts.length - 1) return;
        this.#taken += 1;
        this.#mailbox.taken(one);
        this.#sendMore();
      });
    });
  }
}
