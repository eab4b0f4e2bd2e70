// Owns version 2 of the Howdy Chat Protocol at the room's door: frames become requests, news become frames. PROTOCOL.md,
// part 2. It must not know sockets, clocks, or what other doors there are. Invariant: every request is answered once, by its
// own number, and whoever reads what the room says gets it in the log's order.

import {
  type BrokenStream,
  CAPABILITIES,
  decodeHcp2,
  encodeHcp2,
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  Grease,
  type Hcp2Frame,
  type Hcp2Message,
  Hcp2Reader,
  KEY_BYTES,
  MESSAGES,
  type MessageOf,
  PREFACE,
  SALT_BYTES,
} from "../../../protocol/hcp2/index.ts";
import { EVERYBODY, NAME_BYTES } from "../../../protocol/name.ts";
import { textBytes } from "../../../protocol/text.ts";
import type { News, Original, Place, SessionId, User } from "../../../room/entry.ts";
import { lineOfNews } from "../../../room/history.ts";
import type { Framing } from "../../../transport/framing.ts";
import type { Door, DoorServer, Notice, Peer } from "../door.ts";
import { missedText, noticeText, UNKEPT_TEXT } from "../notice-texts.ts";
import type { Storing } from "../storing.ts";
import { foundOf, pageOf, SEARCH_MESSAGES } from "./history-page.ts";
import { idOf } from "./line-id.ts";
import { fitText, lineOf } from "./lines.ts";
import { Presence } from "./presence.ts";
import { placeOf, unreadOf } from "./read-marks.ts";
import { Roster } from "./roster.ts";
import { type Answered, SaidBefore } from "./said-before.ts";
import { SignIns } from "./sign-ins.ts";
import * as words from "./words.ts";

type NewsOf<Kind extends News["kind"]> = Extract<News, { kind: Kind }>;

const DOOR = "hcp2";

export interface Hcp2Options {
  /** What the server calls itself in its hello. */
  readonly agent: string;
  /** Whoever begins with TLS at this port is spoken to inside it. */
  readonly speaksTls?: boolean;
  /** Numbers from 0 to 1, for what is sent at random. */
  readonly chance?: () => number;
}

export class Hcp2Door implements Door<Hcp2Frame | BrokenStream> {
  readonly #server: DoorServer;
  readonly #agent: string;
  readonly #capabilities: readonly number[];
  readonly #grease: Grease;
  readonly #presence: Presence;
  readonly #signIns: SignIns;
  readonly #peers = new Map<SessionId, Peer>();
  /** Those whose hello has come, and what they can do. */
  readonly #greeted = new Map<SessionId, readonly number[]>();
  readonly #roster = new Roster();
  readonly #saidBefore: SaidBefore;
  /** This door's peers with a name, in the order of acceptance. */
  #named: readonly Peer[] = [];

  constructor(server: DoorServer, { agent, speaksTls = false, chance = Math.random }: Hcp2Options) {
    const { tls, ...always } = CAPABILITIES;
    this.#server = server;
    this.#agent = agent;
    this.#capabilities = [...Object.values(always), ...(speaksTls ? [tls] : [])];
    this.#grease = new Grease(chance);
    this.#presence = new Presence(server);
    this.#signIns = new SignIns(server.accounts);
    this.#saidBefore = new SaidBefore(server);
  }

  framing(): Framing<Hcp2Frame | BrokenStream> {
    return { reader: new Hcp2Reader(), messageGapMs: 0 };
  }

  /** A peer whose preface has come. */
  opened(peer: Peer): void {
    this.#peers.set(peer.session, peer);
    this.#log(() => words.openedLine(peer.address));
    this.#server.send(peer, PREFACE);
    const hello: Hcp2Message = {
      kind: "hello",
      frameMax: FRAME_BYTES_MAX,
      capabilities: [...this.#capabilities, this.#grease.number()],
      agent: this.#agent,
      log: this.#server.logIdentity,
    };
    const bytes = encodeHcp2(hello, [this.#grease.field()]);
    this.#signIns.opened(peer, bytes);
    this.#server.send(peer, bytes);
    this.#server.send(peer, this.#grease.frame());
  }

  closed(peer: Peer): void {
    this.#peers.delete(peer.session);
    this.#greeted.delete(peer.session);
    this.#signIns.closed(peer);
  }

  stopping(peer: Peer): void {
    this.#send(peer, { kind: "bye", code: "stopping" });
  }

  received(peer: Peer, frame: Hcp2Frame | BrokenStream): void {
    if ("broken" in frame) {
      this.#refuse(peer, frame.broken);
      this.#send(peer, { kind: "bye", code: "fault" });
      this.#leave(peer);
      return;
    }
    // Two sides that answered each other's errors would do so for ever.
    if (frame.type === MESSAGES.error.type) return;
    const message = decodeHcp2(frame);
    if (message.kind === "unknown") return;
    if (message.kind === "malformed") this.#refuse(peer, message.fault, message.request);
    else if (message.kind === "hello") this.#hello(peer, message, frame);
    else if (!this.#greeted.has(peer.session)) this.#refuse(peer, "no-hello", requestOf(message));
    else this.#act(peer, message);
  }

  tell(news: News, place: Place, storing?: Storing): void {
    if (news.kind !== "joined" && news.kind !== "left") this.#presence.flush();
    switch (news.kind) {
      case "joined":
        this.#joined(news, place);
        break;
      case "refused":
        this.#refused(news);
        break;
      case "left":
        this.#left(news.user, place);
        break;
      case "registered":
        this.#registered(news, storing);
        break;
      case "unregistered":
        this.#unregistered(news, storing);
        break;
      case "accounts-full":
        this.#refuseOf(news.user.session, "accounts-full", askedIn(news.original)?.request);
        break;
      case "not-registered":
        this.#refuseOf(news.user.session, "name-not-registered", askedIn(news.original)?.request);
        break;
      case "read":
        this.#marked(news, storing);
        break;
      case "said":
        this.#said(news, place, storing);
        break;
      case "whispered":
        this.#whispered(news, place, storing);
        break;
      case "missed":
        // What else became of it is told by notify().
        if (news.why === "nobody") this.#refuseOf(news.from.session, "receiver-impossible", news.nonce);
        break;
      case "announced":
        this.#tellAll({ kind: "notice", code: "announcement", text: fitText(news.text) });
        break;
      case "kicked":
        this.#sendTo(news.user.session, { kind: "bye", code: "kicked", text: fitText(news.text) });
        break;
    }
  }

  notify(peer: Peer, notice: Notice, onTaken?: () => void): void {
    this.#presence.flush();
    if (notice.kind === "slowed" || notice.kind === "unkept") {
      this.#send(peer, { kind: "notice", code: notice.kind, text: noticeText(notice) });
    } else if (notice.kind === "mail") {
      const { how, sender, atMs, text } = notice.mail;
      const to = how === "whispered" ? this.#server.room.userOf(peer.session)?.name : undefined;
      this.#server.send(peer, encodeHcp2({ kind: "mail", time: atMs, from: sender, to, text: fitText(text) }), onTaken);
    } else if (notice.outcome === "kept") {
      if (notice.nonce !== undefined) this.#reply(peer, { kind: "kept", request: notice.nonce });
    } else {
      const code = words.MISSED_CODES[notice.outcome];
      this.#error(peer, code, missedText(notice.receiver, notice.outcome), notice.nonce);
    }
  }

  #hello(peer: Peer, { frameMax, capabilities }: MessageOf<"hello">, frame: Hcp2Frame): void {
    if (this.#greeted.has(peer.session)) this.#refuse(peer, "hello-twice");
    else if (frameMax < FRAME_BYTES_MIN) this.#refuse(peer, "frame-max-too-small");
    else {
      this.#greeted.set(peer.session, capabilities);
      this.#signIns.greeted(peer, frame);
    }
  }

  #act(peer: Peer, message: Hcp2Message): void {
    switch (message.kind) {
      case "join": {
        const { request, name } = message;
        const original = originalOf({ request });
        this.#server.request({ kind: "join", session: peer.session, name, mustStandOut: true, original });
        break;
      }
      case "signIn":
        this.#signIn(peer, message);
        break;
      case "prove":
        this.#prove(peer, message);
        break;
      case "register":
        this.#register(peer, message);
        break;
      case "unregister":
        this.#unregister(peer, message);
        break;
      case "say":
        this.#say(peer, message);
        break;
      case "history":
        this.#history(peer, message);
        break;
      case "search":
        this.#search(peer, message);
        break;
      case "read":
        this.#read(peer, message);
        break;
      case "ping":
        this.#reply(peer, { kind: "pong", request: message.request });
        break;
      case "bye":
        this.#leave(peer);
        break;
      case "pong":
        break;
      default:
        this.#refuse(peer, "not-for-server", requestOf(message));
    }
  }

  #signIn(peer: Peer, { request, scram: text }: MessageOf<"signIn">): void {
    const begun = this.#isNamed(peer) ? "name-already-named" : this.#signIns.begin(peer, text);
    if (typeof begun === "string") this.#refuse(peer, begun, request);
    else this.#reply(peer, { kind: "challenge", request, scram: begun.scram });
  }

  #prove(peer: Peer, { request, scram: text }: MessageOf<"prove">): void {
    const proved = this.#signIns.finish(peer, text);
    if (typeof proved === "string") {
      this.#refuse(peer, proved, request);
      return;
    }
    const { name, storedKey: provedKey, scram } = proved;
    const original = originalOf({ request, scram });
    const proof = { isOwner: true, provedKey } as const;
    this.#server.request({ kind: "join", session: peer.session, name, ...proof, mustStandOut: true, original });
  }

  #register(peer: Peer, { request, salt, storedKey, serverKey }: MessageOf<"register">): void {
    const { session, address } = peer;
    const areFit =
      [storedKey, serverKey].every((key) => key.length === 2 * KEY_BYTES) && salt.length === 2 * SALT_BYTES;
    if (!this.#isNamed(peer)) this.#refuse(peer, "no-name", request);
    else if (!areFit) this.#refuse(peer, "credentials-unfit", request);
    else if (!this.#server.accounts.takeRegistration(address.address)) this.#refuse(peer, "register-slowed", request);
    else {
      const credentials = { salt, storedKey, serverKey };
      this.#server.request({ kind: "register", session, credentials, original: originalOf({ request }) });
    }
  }

  #unregister(peer: Peer, { request }: MessageOf<"unregister">): void {
    const { session } = peer;
    if (!this.#isNamed(peer)) this.#refuse(peer, "no-name", request);
    else this.#server.request({ kind: "unregister", session, original: originalOf({ request }) });
  }

  #say(peer: Peer, { request, to = EVERYBODY, text }: MessageOf<"say">): void {
    const { session } = peer;
    const user = this.#server.room.userOf(session);
    const before = user && this.#saidBefore.answerTo(user.name, request);
    if (user === undefined) this.#refuse(peer, "no-name", request);
    else if (before !== undefined) this.#answerStored(peer, before.answer, UNKEPT_TEXT, before.storing);
    else if (textBytes(to) > NAME_BYTES) this.#refuse(peer, "receiver-impossible", request);
    else if (to === EVERYBODY) this.#server.request({ kind: "say", session, text, nonce: request });
    else this.#server.request({ kind: "whisper", session, receiver: to, text, nonce: request });
  }

  #history(peer: Peer, query: MessageOf<"history">): void {
    if (!this.#isNamed(peer)) {
      this.#refuse(peer, "no-name", query.request);
      return;
    }
    const answer = pageOf(query, peer.session, this.#server);
    if (answer === undefined) this.#refuse(peer, "id-unknown", query.request);
    else for (const message of answer) this.#reply(peer, message);
  }

  #search(peer: Peer, query: MessageOf<"search">): void {
    const answer = this.#isNamed(peer) ? foundOf(query, peer.session, this.#server) : "no-name";
    if (typeof answer === "string") this.#refuse(peer, answer, query.request);
    else {
      this.#server.charge(peer, SEARCH_MESSAGES - 1);
      for (const message of answer) this.#reply(peer, message);
    }
  }

  #read(peer: Peer, { request, id }: MessageOf<"read">): void {
    const { session } = peer;
    const mark = placeOf(id, this.#server);
    if (!this.#isNamed(peer)) this.#refuse(peer, "no-name", request);
    else if (mark === undefined) this.#refuse(peer, "id-unknown", request);
    else this.#server.request({ kind: "read", session, mark, original: originalOf({ request }) });
  }

  /** The peer goes, and is not waited for. */
  #leave(peer: Peer): void {
    this.#server.request({ kind: "leave", session: peer.session });
    this.#server.end(peer);
  }

  #joined({ user, original }: NewsOf<"joined">, { sequence, atMs: time }: Place): void {
    const peer = this.#peers.get(user.session);
    this.#presence.tell(this.#bytesOf({ kind: "joined", name: user.name, sequence, time }), this.#named);
    if (peer === undefined) return;
    this.#log(() => words.welcomeLine(peer.address, user.name));
    this.#named = [...this.#named, peer];
    const asked = askedIn(original);
    if (asked === undefined) throw new Error("a join of version 2 comes with its request");
    const { name } = user;
    const knowsMarks = this.#greeted.get(peer.session)?.includes(CAPABILITIES.marks);
    const unread = knowsMarks ? unreadOf(name, this.#server) : {};
    this.#server.send(peer, this.#bytesOf({ kind: "welcome", ...asked, name, sequence, time, ...unread }));
    const extra = () => this.#grease.fieldsNow();
    for (const frame of this.#roster.frames(this.#server.room.users, extra)) this.#server.send(peer, frame);
    this.#presence.came(peer);
  }

  #refused({ session, name, why, original }: NewsOf<"refused">): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#error(peer, `name-${why}`, words.refusedText(name, why), askedIn(original)?.request);
  }

  #registered({ user, original }: NewsOf<"registered">, storing: Storing | undefined): void {
    const peer = this.#peers.get(user.session);
    const request = askedIn(original)?.request;
    if (peer === undefined || request === undefined) return;
    this.#log(() => words.registeredLine(peer.address, user.name));
    this.#answerStored(peer, { kind: "registered", request }, words.UNREGISTERED_TEXT, storing);
  }

  #marked({ user, account, original }: NewsOf<"read">, storing: Storing | undefined): void {
    const peer = this.#peers.get(user.session);
    const request = askedIn(original)?.request;
    if (peer === undefined || request === undefined || account.mark === undefined) return;
    const id = idOf(this.#server.logIdentity, { sequence: account.mark });
    this.#answerStored(peer, { kind: "marked", request, id }, words.UNMARKED_TEXT, storing);
  }

  #unregistered({ name, user, original }: NewsOf<"unregistered">, storing: Storing | undefined): void {
    const peer = user && this.#peers.get(user.session);
    const request = askedIn(original)?.request;
    if (peer === undefined || request === undefined) return;
    this.#log(() => words.unregisteredLine(peer.address, name));
    this.#answerStored(peer, { kind: "unregistered", request }, words.STILL_REGISTERED_TEXT, storing);
  }

  #left({ session, name }: User, { sequence, atMs: time }: Place): void {
    if (this.#peers.has(session)) this.#named = this.#named.filter((peer) => peer.session !== session);
    this.#presence.tell(this.#bytesOf({ kind: "left", name, sequence, time }), this.#named);
  }

  /** The sender's own line takes the place of the answer that has its id: both stand where the line stands for the others. */
  #said(news: NewsOf<"said">, place: Place, storing: Storing | undefined): void {
    const answer = this.#saidBefore.said(news, place, storing);
    if (this.#named.length === 0) return;
    const sender = this.#peers.get(news.from.session);
    const line = lineOf(lineOfNews(news, place), this.#server.logIdentity);
    if (sender !== undefined && answer !== undefined) this.#answerStored(sender, answer, UNKEPT_TEXT, storing);
    this.#server.fanOut(this.#named, this.#bytesOf(line), "message", news.from.session, sender);
  }

  #whispered(news: NewsOf<"whispered">, place: Place, storing: Storing | undefined): void {
    const answer = this.#saidBefore.said(news, place, storing);
    const sender = this.#peers.get(news.from.session);
    const receiver = this.#peers.get(news.to.session);
    if (sender === undefined && receiver === undefined) return;
    this.#log(() => words.whisperLine(news.from.name, news.to.name));
    const line = lineOf(lineOfNews(news, place), this.#server.logIdentity);
    if (sender !== undefined && answer !== undefined) this.#answerStored(sender, answer, UNKEPT_TEXT, storing);
    if (receiver !== undefined) this.#server.fanOut([receiver], this.#bytesOf(line), "message", news.from.session);
  }

  /** An answer that promises something: it leaves once that is stored. */
  #answerStored(
    peer: Peer,
    answer: Answered["answer"] | MessageOf<"registered"> | MessageOf<"unregistered"> | MessageOf<"marked">,
    refusal: string,
    storing: Storing | undefined,
  ): void {
    if (storing === undefined) {
      this.#reply(peer, answer);
      return;
    }
    this.#server.sendWhenStored(peer, this.#bytesOf(answer), storing, () => {
      this.#log(() => words.errorLine(peer.address, words.NOT_STORED));
      return this.#bytesOf({ kind: "error", code: words.NOT_STORED, text: refusal, request: answer.request });
    });
  }

  #refuseOf(session: SessionId, fault: words.RequestFault, request: string | undefined): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#refuse(peer, fault, request);
  }

  #refuse(peer: Peer, fault: words.RequestFault, request?: string): void {
    this.#error(peer, fault, words.faultText(fault), request);
  }

  #error(peer: Peer, code: string, text: string, request: string | undefined): void {
    this.#log(() => words.errorLine(peer.address, code));
    this.#reply(peer, { kind: "error", code, text, request });
  }

  /** An answer. The peer is not read while too many wait for it. */
  #reply(peer: Peer, message: Hcp2Message): void {
    this.#presence.flush();
    this.#server.fanOut([peer], this.#bytesOf(message), "message", peer.session);
  }

  #tellAll(message: Hcp2Message): void {
    if (this.#named.length === 0) return;
    const bytes = this.#bytesOf(message);
    for (const peer of this.#named) this.#server.send(peer, bytes);
  }

  #sendTo(session: SessionId, message: Hcp2Message): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#send(peer, message);
  }

  #send(peer: Peer, message: Hcp2Message): void {
    this.#presence.flush();
    this.#server.send(peer, this.#bytesOf(message));
  }

  #bytesOf(message: Hcp2Message): Uint8Array {
    return encodeHcp2(message, this.#grease.fieldsNow());
  }

  #isNamed({ session }: Peer): boolean {
    return this.#server.room.userOf(session) !== undefined;
  }

  #log(line: () => Parameters<DoorServer["log"]["write"]>[0]): void {
    const { log } = this.#server;
    if (log.wants("info")) log.write(line());
  }
}

/** What a welcome, or another answer, repeats of what was asked. */
interface Asked {
  readonly request: string;
  /** The server's proof, where a name was asked with one. */
  readonly scram?: string;
}

/** A log carries an original as one string. */
function originalOf({ request, scram }: Asked): Original {
  return { door: DOOR, value: scram === undefined ? request : `${request} ${scram}` };
}

/** What was asked; undefined when it was asked at another door. */
function askedIn(original: Original | undefined): Asked | undefined {
  if (original?.door !== DOOR || typeof original.value !== "string") return undefined;
  const [request = "", scram] = original.value.split(" ");
  return { request, ...(scram !== undefined && { scram }) };
}

function requestOf(message: Hcp2Message): string | undefined {
  return "request" in message ? message.request : undefined;
}
