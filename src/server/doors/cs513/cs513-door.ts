// Owns CS513 chat at the room's door: lines `NICK:TEXT` become requests, and what happens becomes lines for a terminal. It
// must not know sockets, clocks, or what other doors there are. Invariant: a number stands for one session as long as it is
// there, and what is meant for one user goes to nobody else.

import { CS513_BYTES_MAX, CS513_RULE } from "../../../protocol/cs513.ts";
import { CutReader, type Piece } from "../../../protocol/cut-reader.ts";
import type { News, Original, SessionId, User } from "../../../room/entry.ts";
import type { Framing } from "../../../transport/framing.ts";
import { logLine, type PeerAddress } from "../../log/log-line.ts";
import type { Door, DoorServer, MakeDoor, Notice, Peer } from "../door.ts";
import { mailHead, missedText, noticeText, refusalText } from "../notice-texts.ts";
import { oneLine, partsOf } from "../text-parts.ts";
import { refuseLong, TEXT_GAP_MS, TextPeers } from "../text-peers.ts";

const DOOR = "cs513";

/** Numbers that one line lists: more would leave no place for its text. */
const NUMBERS_LISTED_MAX = 100;

const PORT_MAX = 65_535;
/** `see you @61986`: a number may stand behind anything. */
const NUMBER = /^(?<text>.*)@(?<number>\d{1,5})\s*$/s;
/** `see you @Jon Stewart`: a name stands behind a blank, so that an e-mail address is none. */
const NAME = /^(?<text>|.*\s)@(?<name>[^@\s](?:[^@]*[^@\s])?)\s*$/s;

interface Place {
  readonly address: string;
  /** What `@` takes: the client's port, or the next one that is nobody else's. */
  readonly number: number;
}

export const cs513: MakeDoor<Piece> = (server) => new Cs513Door(server);

class Cs513Door implements Door<Piece> {
  readonly #server: DoorServer;
  readonly #peers: TextPeers;
  /** Everybody who is in the room or connected here, in their order. */
  readonly #places = new Map<SessionId, Place>();
  readonly #numbers = new Map<number, SessionId>();

  constructor(server: DoorServer) {
    this.#server = server;
    this.#peers = new TextPeers(server);
  }

  framing = (): Framing<Piece> => ({ reader: new CutReader(CS513_RULE), messageGapMs: TEXT_GAP_MS });

  opened(peer: Peer): void {
    this.#peers.add(peer);
    this.#log("connected", peer.address);
    this.#entered(peer.session, peer.address);
  }

  closed(peer: Peer): void {
    this.#gone(peer.session);
    this.#peers.remove(peer);
    this.#log("disconnected.", peer.address);
  }

  received(peer: Peer, { bytes, end }: Piece): void {
    if (end === "limit") {
      refuseLong(peer, CS513_BYTES_MAX);
      return;
    }
    const line = new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
    const colon = line.indexOf(":");
    const [nick, text] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
    const user = this.#server.room.userOf(peer.session);
    if (colon < 0) this.#reply(peer, "A line begins with your nickname and a colon.");
    else if (user === undefined) {
      this.#server.request({ kind: "join", session: peer.session, name: nick, original: { door: DOOR, value: text } });
    } else this.#spoke(peer, user, nick, text);
  }

  tell(news: News): void {
    if (news.kind === "joined") this.#joined(news.user, news.original);
    else if (news.kind === "refused") this.#refused(news);
    else if (news.kind === "left") this.#gone(news.user.session);
    else if (news.kind === "said") this.#pass(this.#peers.all, news.from, news.text);
    else if (news.kind === "whispered") this.#whispered(news);
    else if (news.kind === "missed" && news.why === "nobody") this.#missedNobody(news.from.session, news.receiver);
    else if (news.kind === "announced") this.#announce(this.#peers.all, news.text);
    else if (news.kind === "kicked") this.#announce(this.#peers.of(news.user.session), news.text);
  }

  notify(peer: Peer, notice: Notice, onTaken?: () => void): void {
    if (notice.kind === "missed") this.#reply(peer, missedText(notice.receiver, notice.outcome));
    else if (notice.kind !== "mail") this.#reply(peer, noticeText(notice));
    else {
      this.#peers.tell(peer, linesOf(notice.mail.text, `\r${mailHead(notice.mail)}: `), onTaken);
    }
  }

  /** A first line is the nickname's, too: it is said once the name is accepted. */
  #joined(user: User, original: Original | undefined): void {
    const peer = this.#peers.get(user.session);
    const address = this.#server.addressOf(user.session);
    if (peer !== undefined) this.#speak(peer, user, textOf(original) ?? "");
    else if (address !== undefined) this.#entered(user.session, address);
  }

  #refused({ session, name, why, original }: Extract<News, { kind: "refused" }>): void {
    const peer = this.#peers.get(session);
    const user = this.#server.room.userOf(session);
    if (peer === undefined) return;
    // Two lines may be under way before the first one's name is accepted.
    if (user !== undefined) this.#spoke(peer, user, name, textOf(original) ?? "");
    else this.#reply(peer, `The nickname ${name} ${refusalText(why)}. Start again with another one.`);
  }

  #spoke(peer: Peer, user: User, nick: string, text: string): void {
    if (nick === user.name) this.#speak(peer, user, text);
    else this.#reply(peer, `You are ${user.name} here.`);
  }

  #speak(peer: Peer, user: User, text: string): void {
    const { session } = peer;
    const original = { door: DOOR, value: text };
    const byNumber = NUMBER.exec(text)?.groups;
    const byName = NAME.exec(text)?.groups;
    if (byNumber !== undefined) this.#speakTo(peer, user, Number(byNumber.number), byNumber.text ?? "", original);
    else if (byName !== undefined) {
      const { name = "" } = byName;
      const receiver = this.#server.room.userLike(name)?.name ?? name;
      this.#server.request({ kind: "whisper", session, receiver, text: (byName.text ?? "").trimEnd(), original });
    } else this.#server.request({ kind: "say", session, text, original });
  }

  #speakTo(peer: Peer, from: User, number: number, text: string, original: Original): void {
    const session = this.#numbers.get(number);
    const receiver = session === undefined ? undefined : this.#server.room.userOf(session);
    if (session === undefined) this.#reply(peer, `${number} is not online.`);
    else if (receiver === undefined) this.#pass(this.#peers.of(session), from, textOf(original) ?? "");
    else {
      const what = { session: peer.session, receiver: receiver.name, text: text.trimEnd(), original };
      this.#server.request({ kind: "whisper", ...what });
    }
  }

  #whispered({ from, to, text, original }: Extract<News, { kind: "whispered" }>): void {
    const number = this.#places.get(to.session)?.number ?? 0;
    this.#pass(this.#peers.of(to.session), from, textOf(original) ?? `${text} @${number}`);
  }

  #missedNobody(session: SessionId, receiver: string): void {
    for (const peer of this.#peers.of(session)) this.#reply(peer, missedText(receiver, "absent"));
  }

  #pass(to: readonly Peer[], from: User, text: string): void {
    if (to.length === 0) return;
    const { address, number } = this.#places.get(from.session) ?? { address: "", number: 0 };
    const numbers = [0, ...this.#numbers.keys()];
    const rest = numbers.length > NUMBERS_LISTED_MAX ? ", …" : "";
    const list = numbers.slice(0, NUMBERS_LISTED_MAX).join(", ") + rest;
    const first = `\r available user[${list}][${address}:${number}]: ${from.name}:`;
    this.#peers.pass(to, linesOf(text, first), from.session);
  }

  #announce(to: readonly Peer[], text: string): void {
    for (const peer of to) this.#peers.tell(peer, linesOf(text, "\rAnnouncement from server: "));
  }

  #entered(session: SessionId, { address, port }: PeerAddress): void {
    let number = port;
    while (this.#numbers.has(number)) number = (number % PORT_MAX) + 1;
    this.#places.set(session, { address, number });
    this.#numbers.set(number, session);
    this.#peers.news(this.#peers.all, `Client (${address}:${number}) entered room\n`);
  }

  #gone(session: SessionId): void {
    const place = this.#places.get(session);
    if (place === undefined) return;
    this.#places.delete(session);
    this.#numbers.delete(place.number);
    const others = this.#peers.all.filter((peer) => peer.session !== session);
    this.#peers.news(others, `\rClient (${place.address}, ${place.number}) is offline\n`);
  }

  #reply(peer: Peer, text: string): void {
    this.#peers.reply(peer, ...linesOf(text, "\r"));
  }

  #log(what: string, { address, port }: PeerAddress): void {
    const fields = { remoteAddress: address, remotePort: port };
    this.#server.log.write(logLine(`cs513-${what.replace(".", "")}`, `Client (${address}, ${port}) ${what}`, fields));
  }
}

/** A text as lines, each with its head and no longer than what its client reads at once. */
function linesOf(text: string, first: string): readonly string[] {
  return partsOf(oneLine(text), CS513_BYTES_MAX, { first, tail: "\n" });
}

/** The text of a request that came by this door; undefined when it came by another. */
function textOf(original: Original | undefined): string | undefined {
  return original?.door === DOOR && typeof original.value === "string" ? original.value : undefined;
}
