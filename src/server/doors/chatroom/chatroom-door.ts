// Owns pythonChatRoom at the room's door: JSON objects become requests, and what happens becomes texts for a terminal. It
// must not know sockets, clocks, or what other doors there are. Invariant: whatever an object holds, it is answered or does
// what it says.

import { CHATROOM_BYTES_MAX, CHATROOM_READ_BYTES_MAX, CHATROOM_RULE } from "../../../protocol/chatroom.ts";
import { CutReader, type Piece } from "../../../protocol/cut-reader.ts";
import type { News, SessionId } from "../../../room/entry.ts";
import type { Framing } from "../../../transport/framing.ts";
import type { Door, DoorServer, MakeDoor, Notice, Peer } from "../door.ts";
import { mailHead, missedText, noticeText, refusalText } from "../notice-texts.ts";
import { oneLine, partsOf } from "../text-parts.ts";
import { refuseLong, TEXT_GAP_MS, TextPeers } from "../text-peers.ts";

const ASK_NAME = "[*] Please enter your user name to get started.\n";
const NO_TARGET = "[*] Oops there was an error sending DM, please check the intended username again";
const QUIT = "<quit>";

/** What a client sends, with "" for what is missing or no text. */
interface ClientMessage {
  readonly msgType: string;
  readonly content: string;
  readonly target: string;
}

export const chatroom: MakeDoor<Piece> = (server) => new ChatRoomDoor(server);

class ChatRoomDoor implements Door<Piece> {
  readonly #server: DoorServer;
  readonly #peers: TextPeers;

  constructor(server: DoorServer) {
    this.#server = server;
    this.#peers = new TextPeers(server);
  }

  framing = (): Framing<Piece> => ({ reader: new CutReader(CHATROOM_RULE), messageGapMs: TEXT_GAP_MS });

  opened(peer: Peer): void {
    this.#peers.add(peer);
    this.#peers.tell(peer, [`[*] Welcome to the chat room!\n${ASK_NAME}`]);
  }

  closed(peer: Peer): void {
    this.#peers.remove(peer);
  }

  received(peer: Peer, { bytes, end }: Piece): void {
    const { session } = peer;
    if (end === "limit") {
      refuseLong(peer, CHATROOM_READ_BYTES_MAX);
      return;
    }
    const message = readMessage(new TextDecoder().decode(bytes));
    if (message.msgType === QUIT) this.#quit(peer);
    else if (message.msgType === "<first>") {
      this.#server.request({ kind: "join", session, name: message.content });
    } else if (this.#server.room.userOf(session) === undefined) this.#peers.reply(peer, ASK_NAME);
    else this.#speak(peer, message);
  }

  tell(news: News): void {
    const { named } = this.#peers;
    if (news.kind === "joined") this.#joined(news.user.session, news.user.name);
    else if (news.kind === "refused") this.#refused(news);
    else if (news.kind === "left") this.#peers.news(named, `\n[*] ${news.user.name} has left the chat room.`);
    else if (news.kind === "said") this.#pass(named, news.from.session, `\n${news.from.name}: `, news.text);
    else if (news.kind === "whispered") {
      const { from, to, text } = news;
      this.#pass(this.#peers.of(to.session), from.session, `From ${from.name} to ${to.name}: `, text);
    } else if (news.kind === "missed" && news.why === "nobody") {
      for (const peer of this.#peers.of(news.from.session)) this.#peers.reply(peer, NO_TARGET);
    } else if (news.kind === "announced") this.#announce(named, news.text);
    else if (news.kind === "kicked") this.#kicked(news.user.session, news.text);
  }

  notify(peer: Peer, notice: Notice, onTaken?: () => void): void {
    if (notice.kind === "mail") {
      const first = `\n[*] ${mailHead(notice.mail)}: `;
      this.#peers.tell(peer, textsOf(notice.mail.text, first), onTaken);
    } else if (notice.kind !== "missed") this.#peers.reply(peer, `[*] ${noticeText(notice)}`);
    else if (notice.outcome === "absent") this.#peers.reply(peer, NO_TARGET);
    else this.#peers.reply(peer, ...textsOf(missedText(notice.receiver, notice.outcome), "[*] "));
  }

  #speak(peer: Peer, { msgType, content, target }: ClientMessage): void {
    const { session } = peer;
    if (msgType === "<list>") this.#peers.reply(peer, ...this.#list());
    else if (msgType === "<announce>") this.#server.request({ kind: "say", session, text: content });
    else if (msgType === "<private>") {
      const receiver = this.#server.room.userLike(target)?.name ?? target;
      this.#server.request({ kind: "whisper", session, receiver, text: content });
    } else this.#peers.reply(peer, "[*] There is no such message. Type <help> to see the list of options");
  }

  #joined(session: SessionId, name: string): void {
    const options = "Choose msg options.\nType <help> to see the list of options\n";
    for (const peer of this.#peers.of(session)) this.#peers.tell(peer, [`\nServer: Welcome ${name}!\n\n${options}`]);
    const others = this.#peers.named.filter((peer) => peer.session !== session);
    this.#peers.news(others, `\nServer: ${name} has joined the chat room!`);
  }

  #refused({ session, name, why }: Extract<News, { kind: "refused" }>): void {
    for (const peer of this.#peers.of(session)) {
      this.#peers.reply(peer, ...textsOf(`The user name ${name} ${refusalText(why)}.`, "\n[*] ", "\n"), ASK_NAME);
    }
  }

  /** Its client ends when it gets the word back. */
  #quit(peer: Peer): void {
    this.#server.request({ kind: "leave", session: peer.session });
    this.#peers.tell(peer, [QUIT]);
    this.#server.end(peer);
  }

  #kicked(session: SessionId, text: string): void {
    const own = this.#peers.of(session);
    this.#announce(own, text);
    for (const peer of own) this.#peers.tell(peer, [QUIT]);
  }

  /** Whole lines, as many as fit into each text. */
  #list(): readonly string[] {
    let texts: readonly string[] = ["\n[*] List of users\n"];
    for (const { name, session } of this.#server.room.users) {
      const { address = "", port = 0 } = this.#server.addressOf(session) ?? {};
      const line = `   Client: '${name}' ~ ${address} : ${port}\n`;
      const last = `${texts.at(-1) ?? ""}${line}`;
      texts = Buffer.byteLength(last) > CHATROOM_BYTES_MAX ? [...texts, line] : [...texts.slice(0, -1), last];
    }
    return texts;
  }

  #announce(to: readonly Peer[], text: string): void {
    for (const peer of to) this.#peers.tell(peer, textsOf(text, "\nAnnouncement from server: "));
  }

  #pass(to: readonly Peer[], from: SessionId, head: string, text: string): void {
    if (to.length > 0) this.#peers.pass(to, textsOf(text, head), from);
  }
}

function textsOf(text: string, first: string, tail = ""): readonly string[] {
  return partsOf(oneLine(text), CHATROOM_BYTES_MAX, { first, tail });
}

function readMessage(text: string): ClientMessage {
  const fields = parsed(text);
  const textAt = (key: string): string => {
    const value = fields[key];
    return typeof value === "string" ? value : "";
  };
  return { msgType: textAt("msgType"), content: textAt("content"), target: textAt("target") };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {}; // JSON.parse's one error: it is no JSON, and says nothing.
  }
}
