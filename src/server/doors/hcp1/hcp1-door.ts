// Owns version 1 of the Howdy Chat Protocol at the room's door: frames become requests, news become frames and the
// report's log lines. PROTOCOL.md, "Phases", "Routing" and "The server's log". It must not know sockets, clocks, or what
// other doors there are. Invariant: the log tells of a frame before the frame is sent, and what a client of version 1
// sent reaches another one byte for byte.

import {
  decodeFrame,
  EVERYBODY,
  encodeMessage,
  type Frame,
  FrameReader,
  LIST_NAMES_MAX,
  MESSAGE_TYPES,
} from "../../../protocol/hcp1/index.ts";
import type { News, Original, SessionId, User } from "../../../room/entry.ts";
import type { Framing } from "../../../transport/framing.ts";
import type { LogLine } from "../../log/log-line.ts";
import type { Door, DoorServer, MakeDoor, Notice, Peer } from "../door.ts";
import { foreignTexts } from "./chat-texts.ts";
import { announcement, listLimitText, notice, noticeTexts } from "./notices.ts";
import * as wording from "./wording.ts";

type Decoded = ReturnType<typeof decodeFrame>;
type NewsOf<Kind extends News["kind"]> = Extract<News, { kind: Kind }>;

const DOOR = "hcp1";

interface KeptLines {
  readonly sender: string;
  readonly receiver: string;
  readonly lines: wording.ChatLines;
}

/** The door of version 1. `messageGapMs` is the least time between two frames to one client. */
export function hcp1({ messageGapMs }: { readonly messageGapMs: number }): MakeDoor<Frame> {
  return (server) => new Hcp1Door(server, messageGapMs);
}

export class Hcp1Door implements Door<Frame> {
  readonly #server: DoorServer;
  readonly #messageGapMs: number;
  readonly #peers = new Map<SessionId, Peer>();
  /** This door's peers with a name, in the order of acceptance. */
  #named: readonly Peer[] = [];
  readonly #lastLines = new WeakMap<Peer, KeptLines>();

  constructor(server: DoorServer, messageGapMs: number) {
    this.#server = server;
    this.#messageGapMs = messageGapMs;
  }

  framing(): Framing<Frame> {
    return { reader: new FrameReader(), messageGapMs: this.#messageGapMs };
  }

  opened(peer: Peer): void {
    this.#peers.set(peer.session, peer);
    this.#log(() => [wording.connectedLine(peer.address)]);
  }

  closed(peer: Peer): void {
    const hasLeft = !this.#peers.delete(peer.session);
    if (!hasLeft && this.#server.room.users.length === 0) this.#log(() => [wording.emptyLine()]);
  }

  /** A peer that connected here goes through another door from its first byte. */
  handedOver(peer: Peer): void {
    this.#peers.delete(peer.session);
  }

  received(peer: Peer, frame: Frame): void {
    switch (frame.type) {
      case MESSAGE_TYPES.proposal:
        this.#proposed(peer, frame);
        break;
      case MESSAGE_TYPES.message:
        this.#messaged(peer, frame);
        break;
      default:
        this.#log(() => [wording.receivedLine(peer.address, frame.type)]);
        this.#drop("invalid-type", () => wording.typeFields(peer.address, frame.type));
    }
  }

  tell(news: News): void {
    switch (news.kind) {
      case "joined":
        this.#joined(news);
        break;
      case "refused":
        this.#refused(news);
        break;
      case "left":
        this.#left(news.user);
        break;
      case "said":
        this.#said(news);
        break;
      case "whispered":
        this.#whispered(news);
        break;
      case "missed":
        this.#missed(news);
        break;
      case "announced":
        this.#tellAll(announcement(news.text));
        break;
      case "kicked":
        this.#tellOne(news.user.session, notice(news.user.name, news.text));
        break;
    }
  }

  notify(peer: Peer, one: Notice, onTaken?: () => void): void {
    const name = this.#server.room.userOf(peer.session)?.name;
    if (name === undefined) return;
    const frames = noticeTexts(one).map((text) => notice(name, text));
    frames.forEach((bytes, index) => {
      // Who whispers is held back for what it is answered, as for a whisper to itself.
      if (one.kind === "missed") this.#server.fanOut([peer], bytes, "message", peer.session);
      else this.#server.send(peer, bytes, index === frames.length - 1 ? onTaken : undefined);
    });
  }

  #proposed(peer: Peer, frame: Frame): void {
    const decoded = decodeFrame(frame.bytes);
    const name = decoded.kind === "proposal" ? decoded.name : (malformedNames(decoded)[0] ?? "");
    this.#log(() => wording.proposedLines(peer.address, name));
    if (decoded.kind === "proposal") {
      this.#server.request({ kind: "join", session: peer.session, name, original: original(frame) });
    } else this.#refuse(peer, name, "malformed", frame.bytes);
  }

  #messaged(peer: Peer, frame: Frame): void {
    const decoded = decodeFrame(frame.bytes);
    const [sender = "", receiver = ""] =
      decoded.kind === "message" ? [decoded.sender, decoded.receiver] : malformedNames(decoded);
    this.#log(() => this.#chatLines(peer, sender, receiver).received);
    const fields = () => wording.chatFields(peer.address, sender, receiver);
    const user = this.#server.room.userNamed(sender);
    if (user === undefined) this.#drop("unknown-sender", fields);
    else if (user.session !== peer.session) this.#drop("foreign-sender", fields);
    else if (decoded.kind === "message") this.#speak(peer, decoded, frame);
    else this.#dropMalformed(decoded, receiver, fields);
  }

  #speak({ session }: Peer, { receiver, text }: Extract<Decoded, { kind: "message" }>, frame: Frame): void {
    const what = { session, text, original: original(frame) };
    this.#server.request(receiver === EVERYBODY ? { kind: "say", ...what } : { kind: "whisper", receiver, ...what });
  }

  #dropMalformed(decoded: Decoded, receiver: string, fields: () => LogLine["fields"]): void {
    const isKnown = receiver === EVERYBODY || this.#server.room.userNamed(receiver) !== undefined;
    if (!isKnown) this.#drop("unknown-receiver", fields);
    else {
      const fault = decoded.kind === "malformed" ? decoded.fault : "malformed";
      this.#log(() => [wording.droppedLine("Error: Invalid text.", fields(), fault)]);
    }
  }

  #drop(fault: keyof typeof wording.DROPS, fields: () => LogLine["fields"]): void {
    this.#log(() => [wording.droppedLine(wording.DROPS[fault], fields(), fault)]);
  }

  #joined({ user, original: proposal }: NewsOf<"joined">): void {
    const peer = this.#peers.get(user.session);
    this.#log(() => wording.acceptedLines(peer?.address, user.name, this.#usernames()));
    if (peer !== undefined) {
      this.#named = [...this.#named, peer];
      this.#server.send(peer, answer(MESSAGE_TYPES.ack, frameOf(proposal)));
    }
    this.#update(user.session);
    if (peer !== undefined) this.#tellLimit(peer);
  }

  #refused({ session, name, why, original: proposal }: NewsOf<"refused">): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#refuse(peer, name, why, frameOf(proposal));
  }

  #refuse(peer: Peer, name: string, fault: string, proposal: Uint8Array | undefined): void {
    this.#log(() => [wording.refusedLine(peer.address, name, fault), ...wording.ownedLines(peer.address, name, fault)]);
    this.#server.send(peer, answer(MESSAGE_TYPES.nak, proposal));
  }

  #left(user: User): void {
    this.#named = this.#named.filter(({ session }) => session !== user.session);
    this.#log(() => [wording.offlineLine(this.#peers.get(user.session)?.address, user.name)]);
    this.#peers.delete(user.session);
    if (this.#server.room.users.length === 0) this.#log(() => [wording.emptyLine()]);
    else this.#update(user.session);
  }

  #said({ from, text, original: frame }: NewsOf<"said">): void {
    const sender = this.#peers.get(from.session);
    this.#log(() => this.#chatLines(sender, from.name, EVERYBODY).forwarded);
    if (this.#named.length === 0) return;
    for (const bytes of this.#framesOf(from, EVERYBODY, text, frame)) {
      this.#server.fanOut(this.#named, bytes, "message", from.session, sender);
    }
  }

  #whispered({ from, to, text, original: frame }: NewsOf<"whispered">): void {
    const sender = this.#peers.get(from.session);
    const receiver = this.#peers.get(to.session);
    if (sender === undefined && receiver === undefined) return;
    this.#log(() => this.#chatLines(sender, from.name, to.name).forwarded);
    if (receiver === undefined) return;
    for (const bytes of this.#framesOf(from, to.name, text, frame)) {
      this.#server.fanOut([receiver], bytes, "message", from.session);
    }
  }

  #missed({ from, receiver }: NewsOf<"missed">): void {
    const sender = this.#peers.get(from.session);
    if (sender === undefined) return;
    this.#drop("unknown-receiver", () => wording.chatFields(sender.address, from.name, receiver));
  }

  /** A text as its sender's client sent it, or made into frames when it came by another door. */
  #framesOf(from: User, receiver: string, text: string, frame: Original | undefined): readonly Uint8Array[] {
    const bytes = frameOf(frame);
    if (bytes !== undefined) return [bytes];
    const sender = from.name;
    return foreignTexts(text).map((part) => encodeMessage({ kind: "message", sender, receiver, text: part }));
  }

  #update(from: SessionId): void {
    this.#log(() => [wording.updateLine(this.#server.room.users.length)]);
    if (this.#named.length === 0) return;
    const bytes = encodeMessage({ kind: "update", names: this.#usernames().slice(0, LIST_NAMES_MAX) });
    this.#server.fanOut(this.#named, bytes, "snapshot", from);
  }

  // Version 1's list holds 63 names. Whoever joins beyond them is told so; the log says it once, as the list fills up.
  #tellLimit(peer: Peer): void {
    const online = this.#server.room.users.length;
    if (online <= LIST_NAMES_MAX) return;
    const text = listLimitText(online);
    if (online === LIST_NAMES_MAX + 1) this.#server.log.write(wording.listLimitLine(text, online));
    this.#server.send(peer, announcement(text));
  }

  /** The lines of a message. Most messages have the lines of the one before: a peer's last ones are kept. */
  #chatLines(peer: Peer | undefined, sender: string, receiver: string): wording.ChatLines {
    if (peer === undefined) return wording.chatLines(undefined, sender, receiver);
    const kept = this.#lastLines.get(peer);
    if (kept?.sender === sender && kept.receiver === receiver) return kept.lines;
    const lines = wording.chatLines(peer.address, sender, receiver);
    this.#lastLines.set(peer, { sender, receiver, lines });
    return lines;
  }

  #tellAll(bytes: Uint8Array): void {
    for (const peer of this.#named) this.#server.send(peer, bytes);
  }

  #tellOne(session: SessionId, bytes: Uint8Array): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#server.send(peer, bytes);
  }

  #usernames(): readonly string[] {
    return this.#server.room.users.map(({ name }) => name);
  }

  #log(lines: () => readonly LogLine[]): void {
    const { log } = this.#server;
    if (log.wants("info")) for (const line of lines()) log.write(line);
  }
}

function original(frame: Frame): Original {
  return { door: DOOR, value: frame.bytes };
}

/** The frame of version 1 that a request came as; undefined when it came by another door. */
function frameOf(one: Original | undefined): Uint8Array | undefined {
  return one?.door === DOOR && one.value instanceof Uint8Array ? one.value : undefined;
}

/** The proposal's own 64 bytes behind another type byte. */
function answer(type: number, proposal: Uint8Array | undefined): Uint8Array {
  if (proposal === undefined) throw new Error("a join of version 1 comes with its proposal");
  const bytes = proposal.slice();
  bytes[0] = type;
  return bytes;
}

function malformedNames(decoded: Decoded): readonly string[] {
  return decoded.kind === "malformed" ? decoded.names : [];
}
