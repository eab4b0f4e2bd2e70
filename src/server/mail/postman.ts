// Owns what the room's news mean for those who are away: their mail is kept, and delivered when they are back. It must not
// know sockets, or how mail reads. Invariant: whoever whispers to somebody who is away is told what became of it, once.

import type { News, Place, SessionId, User } from "../../room/entry.ts";
import { lineOfNews } from "../../room/history.ts";
import type { Notice } from "../doors/door.ts";
import { MailDelivery } from "./mail-delivery.ts";
import type { Mailbox } from "./mailbox.ts";

/** Tells a session something; `onTaken` runs once its connection has taken all of it. */
export type Notify = (session: SessionId, notice: Notice, onTaken?: () => void) => void;

export class Postman {
  /** Undefined: nothing is kept. */
  readonly #mailbox: Mailbox | undefined;
  readonly #notify: Notify;
  /** What waited for users who are back, on its way. */
  readonly #deliveries = new Map<SessionId, MailDelivery>();

  constructor(mailbox: Mailbox | undefined, notify: Notify) {
    this.#mailbox = mailbox;
    this.#notify = notify;
  }

  /** Something happened in the room, and those who are there were told. */
  hear(news: News, place: Place): void {
    switch (news.kind) {
      case "missed":
        this.#missed(news);
        break;
      case "joined":
        this.#deliver(news.user);
        break;
      case "left":
        this.#left(news.user);
        break;
      case "said":
        this.#mailbox?.said(lineOfNews(news, place));
        break;
    }
  }

  #missed({ from, receiver, text, why, nonce }: Extract<News, { kind: "missed" }>): void {
    if (why === "nobody") return;
    const { session } = from;
    if (this.#mailbox === undefined || why === "other-spelling") {
      this.#notify(session, { kind: "missed", receiver, outcome: "absent", nonce });
      return;
    }
    this.#mailbox.keep({ sender: from.name, receiver, text, nonce }, (outcome) =>
      this.#notify(session, { kind: "missed", receiver, outcome, nonce }),
    );
  }

  #deliver({ session, name }: User): void {
    const mailbox = this.#mailbox;
    const waiting = mailbox?.joined(name) ?? [];
    if (mailbox === undefined || waiting.length === 0) return;
    const delivery = new MailDelivery(mailbox, waiting, (mail, onTaken) =>
      this.#notify(session, { kind: "mail", mail }, onTaken),
    );
    this.#deliveries.set(session, delivery);
  }

  #left({ session, name }: User): void {
    this.#mailbox?.left(name, this.#deliveries.get(session)?.unheardLine);
    this.#deliveries.delete(session);
  }
}
