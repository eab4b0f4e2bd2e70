// Owns what the room's news mean for those who are away: their mail is kept, and delivered when they are back. It must not
// know sockets, or how mail reads. Invariant: whoever whispers to somebody who is away is told what became of it, once.

import type { News, Place, SessionId, User } from "../../room/entry.ts";
import { lineOfNews } from "../../room/history.ts";
import type { Notice } from "../doors/door.ts";
import { MailDelivery, type SendMail } from "./mail-delivery.ts";
import type { Mailbox } from "./mailbox.ts";

/** Tells a session something; `onTaken` runs once its connection has taken all of it. */
export type Notify = (session: SessionId, notice: Notice, onTaken?: () => void) => void;

export interface PostmanOptions {
  /** Undefined: nothing is kept. */
  readonly mailbox: Mailbox | undefined;
  readonly notify: Notify;
  /** Puts into the room's log that a whisper which waited has reached its receiver. */
  readonly onTaken: (mail: number) => void;
}

export class Postman {
  readonly #mailbox: Mailbox | undefined;
  readonly #notify: Notify;
  readonly #onTaken: (mail: number) => void;
  /** What waited for users who are back, on its way. */
  readonly #deliveries = new Map<SessionId, MailDelivery>();

  constructor({ mailbox, notify, onTaken }: PostmanOptions) {
    this.#mailbox = mailbox;
    this.#notify = notify;
    this.#onTaken = onTaken;
  }

  /** The first line to All that waited for a session's user and has not reached it. */
  unheardBy(session: SessionId): number | undefined {
    return this.#deliveries.get(session)?.unheardLine;
  }

  /** Something happened in the room, and those who are there were told. `isHere` tells this server's own sessions. */
  hear(news: News, place: Place, isHere: (session: SessionId) => boolean): void {
    switch (news.kind) {
      case "missed":
        this.#missed(news, place);
        break;
      case "joined":
        if (isHere(news.user.session)) this.#deliver(news.user);
        this.#mailbox?.joined(news.user.name, place);
        break;
      case "left":
        this.#mailbox?.left(news.user.name, place, news.unheard);
        this.#deliveries.delete(news.user.session);
        break;
      case "taken":
        this.#mailbox?.taken(news.mail);
        break;
      case "said":
        this.#mailbox?.said(lineOfNews(news, place));
        break;
    }
  }

  #missed({ from, receiver, text, why, nonce }: Extract<News, { kind: "missed" }>, place: Place): void {
    if (why === "nobody") return;
    const { session } = from;
    if (this.#mailbox === undefined || why === "other-spelling") {
      this.#notify(session, { kind: "missed", receiver, outcome: "absent", nonce });
      return;
    }
    this.#mailbox.keep({ sender: from.name, receiver, text, nonce }, place, (outcome) =>
      this.#notify(session, { kind: "missed", receiver, outcome, nonce }),
    );
  }

  #deliver({ session, name }: User): void {
    const waiting = this.#mailbox?.waitingFor(name) ?? [];
    if (waiting.length === 0) return;
    const send: SendMail = (mail, onTaken) => this.#notify(session, { kind: "mail", mail }, onTaken);
    this.#deliveries.set(session, new MailDelivery(waiting, send, this.#onTaken));
  }
}
