// Owns ClassChat at the room's door: texts `NAME:TEXT` become requests, and what happens becomes texts, each an item of a
// list in a window. It must not know sockets, clocks, or what other doors there are. Invariant: a text goes to whom it names,
// whatever colons are in it, and its sender gets it back once it is known what became of it.

import {
  CLASSCHAT_BYTES_MAX,
  CLASSCHAT_QUIT,
  CLASSCHAT_READ_BYTES_MAX,
  CLASSCHAT_RULE,
} from "../../../protocol/classchat.ts";
import { CutReader, type Piece } from "../../../protocol/cut-reader.ts";
import type { News, SessionId } from "../../../room/entry.ts";
import type { Framing } from "../../../transport/framing.ts";
import type { Door, DoorServer, MailOutcome, MakeDoor, Notice, Peer } from "../door.ts";
import { noticeText, refusalText } from "../notice-texts.ts";
import { oneLine, partsOf } from "../text-parts.ts";
import { refuseLong, TEXT_GAP_MS, TextPeers } from "../text-peers.ts";

/** Whom a text to everybody names. */
const ALL = "all";

/** Milliseconds until a newcomer is asked for a name. Its window must be there, or it reads both texts at once. */
const ASK_MS = 1000;

const ASK_NAME = "Please Enter Your Username Now!";
const NO_RECEIVER = ["Message not sent, No recipirent!", " (Format) username:message "] as const;

const OUTCOME_TEXTS: Readonly<Record<MailOutcome, readonly string[]>> = {
  absent: [],
  kept: ["We will send this message when they come online"],
  full: ["Their mailbox is full, the message was not kept"],
  failed: ["The message could not be kept"],
};

export const classchat: MakeDoor<Piece> = (server) => new ClassChatDoor(server);

class ClassChatDoor implements Door<Piece> {
  readonly #server: DoorServer;
  readonly #peers: TextPeers;
  /** Texts to somebody who is away, of which it is not known yet what becomes of them. */
  readonly #unanswered = new Map<SessionId, string[]>();
  /** Newcomers who were not asked for a name yet, each with what calls that off. */
  readonly #unasked = new Map<SessionId, () => void>();

  constructor(server: DoorServer) {
    this.#server = server;
    this.#peers = new TextPeers(server);
  }

  framing = (): Framing<Piece> => ({ reader: new CutReader(CLASSCHAT_RULE), messageGapMs: TEXT_GAP_MS });

  opened(peer: Peer): void {
    this.#peers.add(peer);
    this.#peers.tell(peer, ["Connecting to Server..."]);
    const ask = () => this.#peers.tell(peer, [ASK_NAME]);
    this.#unasked.set(peer.session, this.#server.after(ASK_MS, ask));
  }

  closed(peer: Peer): void {
    this.#peers.remove(peer);
    this.#callOffAsking(peer.session);
    this.#unanswered.delete(peer.session);
  }

  received(peer: Peer, { bytes, end }: Piece): void {
    const { session } = peer;
    const text = new TextDecoder().decode(bytes);
    this.#callOffAsking(session);
    if (end === "limit") refuseLong(peer, CLASSCHAT_READ_BYTES_MAX);
    else if (isQuit(text)) {
      this.#server.request({ kind: "leave", session });
      this.#server.end(peer);
    } else if (this.#server.room.userOf(session) === undefined) {
      this.#server.request({ kind: "join", session, name: text.toLowerCase() });
    } else this.#speak(peer, text);
  }

  tell(news: News): void {
    const { named } = this.#peers;
    if (news.kind === "joined") this.#joined(news.user.session, news.user.name);
    else if (news.kind === "refused") this.#refused(news);
    else if (news.kind === "said") this.#pass(named, news.from.session, `[${news.from.name}] ToAll: `, news.text);
    else if (news.kind === "whispered") this.#whispered(news);
    else if (news.kind === "missed") this.#missed(news);
    else if (news.kind === "announced") this.#announce(named, "[server] ToAll: ", news.text);
    else if (news.kind === "kicked") this.#announce(this.#peers.of(news.user.session), "[server] ", news.text);
  }

  notify(peer: Peer, notice: Notice, onTaken?: () => void): void {
    if (notice.kind === "missed") this.#answer(peer, notice.receiver, OUTCOME_TEXTS[notice.outcome]);
    else if (notice.kind !== "mail") this.#peers.reply(peer, `[server] ${noticeText(notice)}`);
    else {
      const { how, sender, text } = notice.mail;
      const head = `[server] You Missed: [${sender}] ${how === "said" ? "ToAll: " : ""}`;
      this.#peers.tell(peer, itemsOf(text, head), onTaken);
    }
  }

  #callOffAsking(session: SessionId): void {
    this.#unasked.get(session)?.();
    this.#unasked.delete(session);
  }

  #speak(peer: Peer, line: string): void {
    const { session } = peer;
    const colon = line.indexOf(":");
    const [to, text] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
    if (colon < 0) this.#peers.reply(peer, ...NO_RECEIVER);
    else if (to.toLowerCase() === ALL) this.#server.request({ kind: "say", session, text });
    else {
      const receiver = this.#server.room.userLike(to)?.name ?? to;
      this.#server.request({ kind: "whisper", session, receiver, text });
    }
  }

  #joined(session: SessionId, name: string): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) {
      this.#peers.tell(peer, [`Welcome [${name}]`, "You have Successfully Connected to ClassChat Server"]);
    }
    this.#peers.news(this.#peers.named, `[server] ToAll: New Connection: [${name}]`);
  }

  #refused({ session, name, why }: Extract<News, { kind: "refused" }>): void {
    for (const peer of this.#peers.of(session)) {
      this.#peers.reply(peer, ...itemsOf(`Username [${name}] ${refusalText(why)}`, ""), ASK_NAME);
    }
  }

  #whispered({ from, to, text }: Extract<News, { kind: "whispered" }>): void {
    this.#pass(this.#peers.of(to.session), from.session, `[${from.name}] `, text);
    this.#pass(this.#peers.of(from.session), from.session, `${to.name}:`, text);
  }

  #missed({ from, receiver, text, why }: Extract<News, { kind: "missed" }>): void {
    const peer = this.#peers.get(from.session);
    if (peer === undefined) return;
    this.#unanswered.set(from.session, [...(this.#unanswered.get(from.session) ?? []), `${receiver}:${text}`]);
    if (why === "nobody") this.#answer(peer, receiver, OUTCOME_TEXTS.absent);
  }

  /** What became of the oldest text that waits for an answer, and the text itself. */
  #answer(peer: Peer, receiver: string, outcome: readonly string[]): void {
    const line = this.#unanswered.get(peer.session)?.shift();
    const items = itemsOf(`User:${receiver} is not online right now`, "");
    this.#peers.reply(peer, "!!Headsup!!", ...items, ...outcome);
    if (line !== undefined) this.#peers.reply(peer, ...itemsOf(line, ""));
  }

  #pass(to: readonly Peer[], from: SessionId, head: string, text: string): void {
    if (to.length > 0) this.#peers.pass(to, itemsOf(text, head), from);
  }

  #announce(to: readonly Peer[], head: string, text: string): void {
    for (const peer of to) this.#peers.tell(peer, itemsOf(text, head));
  }
}

/** A text as items of the window's list: each is what its client reads at once. */
function itemsOf(text: string, first: string): readonly string[] {
  return partsOf(oneLine(text), CLASSCHAT_BYTES_MAX, { first });
}

/** The window says it twice when it closes, which may arrive at once. */
function isQuit(text: string): boolean {
  return text !== "" && text.replaceAll(CLASSCHAT_QUIT, "") === "";
}
