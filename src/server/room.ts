// Owns who is online and what each message does: PROTOCOL.md, "Phases" and "Routing". Pure: an event in, effects out,
// in the order in which they must happen. It must not know sockets, clocks or loggers; a peer is an opaque reference.
// Invariant: a name is registered for exactly one peer, and only while that peer is connected.

import {
  type decodeFrame,
  EVERYBODY,
  encodeMessage,
  type Frame,
  LIST_NAMES_MAX,
  MESSAGE_TYPES,
  type NameFault,
  nameFault,
  nameKey,
} from "../protocol/hcp1/index.ts";
import { type LogEffect, log, type PeerAddress, peerName, printable } from "./room-log.ts";
import { announcement, isAnswered } from "./room-notices.ts";

export type Effect<Peer> =
  | LogEffect
  /** To one peer. */
  | { readonly kind: "send"; readonly to: Peer; readonly bytes: Uint8Array }
  /** A list or a chat message to every peer in `to` but `except`; `from` is whose message it is. */
  | {
      readonly kind: "fan-out";
      readonly to: readonly Peer[];
      readonly except: Peer | undefined;
      readonly bytes: Uint8Array;
      readonly what: "update" | "message";
    }
  | RoomEvent<Peer>;

/** What happened in the room, for those who keep what is said for the absent. */
export type RoomEvent<Peer> =
  /** A whisper to a name that nobody has as spelled; `online` when somebody has it in another spelling. */
  | {
      readonly kind: "absent";
      readonly from: Peer;
      readonly sender: string;
      readonly receiver: string;
      readonly text: string;
      readonly online: boolean;
    }
  /** After the peer's ack and its first list. */
  | { readonly kind: "joined"; readonly peer: Peer; readonly name: string }
  | { readonly kind: "left"; readonly peer: Peer; readonly name: string }
  | { readonly kind: "said"; readonly sender: string; readonly text: string };

type Decoded = ReturnType<typeof decodeFrame>;
type ChatMessage = Extract<Decoded, { kind: "message" }>;

/** Why a proposal is refused: what is wrong with the name, or with asking for it here and now. */
export type Refusal = NameFault | "malformed" | "taken" | "already-named";

/** Why a chat message goes nowhere: the log's line, and a code for machines. */
interface Drop {
  readonly text: string;
  readonly fault: string;
}

const INVALID_TEXT: Drop = { text: "Error: Invalid text.", fault: "malformed" };

export interface User<Peer> {
  readonly name: string;
  readonly peer: Peer;
}

/** The room. Every peer must be announced by connected() and taken back by gone(), once each. */
export class Room<Peer> {
  readonly #addresses = new Map<Peer, PeerAddress>();
  readonly #namesByPeer = new Map<Peer, string>();
  /** In the order of acceptance, which is the order of the list. */
  readonly #usersByName = new Map<string, User<Peer>>();
  readonly #keys = new Set<string>();
  /** The peers of #usersByName, made anew when somebody joins or leaves: a fan-out copies nothing. */
  #audience: readonly Peer[] = [];

  /** Users online, in the order of acceptance. */
  get usernames(): readonly string[] {
    return [...this.#usersByName.keys()];
  }

  /** The same, each with its peer. */
  get users(): readonly User<Peer>[] {
    return [...this.#usersByName.values()];
  }

  isNamed(peer: Peer): boolean {
    return this.#namesByPeer.has(peer);
  }

  nameOf(peer: Peer): string | undefined {
    return this.#namesByPeer.get(peer);
  }

  /** A peer connected. */
  connected(peer: Peer, address: PeerAddress): readonly Effect<Peer>[] {
    this.#addresses.set(peer, address);
    return [log("client-connected", `A new client is connected: ${peerName(address)}`, at(address))];
  }

  /** A whole frame arrived from a peer; `decoded` is what decodeFrame made of it. */
  received(peer: Peer, frame: Frame, decoded: Decoded): readonly Effect<Peer>[] {
    const address = this.#addressOf(peer);
    const fields = { ...at(address), messageType: frame.type };
    const effects: Effect<Peer>[] = [
      log("message-received", `New message received. Message type: ${frame.type}`, fields),
    ];
    const isProposal = frame.type === MESSAGE_TYPES.proposal;
    if (!isProposal && frame.type !== MESSAGE_TYPES.message) {
      effects.push(log("message-dropped", "Error: Invalid message type.", { ...fields, fault: "invalid-type" }));
      return effects;
    }
    effects.push(log("message-parsed", `Parsing packet type ${frame.type} from ${peerName(address)}`, fields));
    if (isProposal) this.#proposed(peer, address, frame, decoded, effects);
    else this.#messaged(peer, address, frame, decoded, effects);
    return effects;
  }

  /** A peer's connection is gone, however it went. */
  gone(peer: Peer): readonly Effect<Peer>[] {
    const address = this.#addressOf(peer);
    this.#addresses.delete(peer);
    const name = this.#namesByPeer.get(peer);
    const effects: Effect<Peer>[] = [];
    if (name !== undefined) {
      this.#namesByPeer.delete(peer);
      this.#usersByName.delete(name);
      this.#keys.delete(nameKey(name));
      this.#audience = [...this.#namesByPeer.keys()];
      effects.push(log("user-offline", `${name} is offline now.`, { ...at(address), username: name }));
      effects.push({ kind: "left", peer, name });
    }
    if (this.#usersByName.size === 0) effects.push(log("room-empty", "No user online now.", {}));
    else if (name !== undefined) this.#update(effects);
    return effects;
  }

  #proposed(peer: Peer, address: PeerAddress, frame: Frame, decoded: Decoded, effects: Effect<Peer>[]): void {
    const proposed = decoded.kind === "proposal" ? decoded.name : printable(malformedNames(decoded)[0] ?? "");
    const fields = { ...at(address), username: printable(proposed) };
    effects.push(log("username-received", `A username is received: ${printable(proposed)}`, fields));
    const refusal = decoded.kind === "proposal" ? this.#refusal(peer, proposed) : "malformed";
    if (refusal !== undefined) {
      const refused = { ...fields, messageType: MESSAGE_TYPES.nak, fault: refusal };
      effects.push(log("username-refused", `Sending packet type 3 to ${peerName(address)}`, refused));
      effects.push({ kind: "send", to: peer, bytes: answer(MESSAGE_TYPES.nak, frame) });
      return;
    }
    this.#namesByPeer.set(peer, proposed);
    this.#usersByName.set(proposed, { name: proposed, peer });
    this.#keys.add(nameKey(proposed));
    this.#audience = [...this.#namesByPeer.keys()];
    effects.push(log("username-accepted", `A username is accepted: ${proposed}`, fields));
    effects.push(log("username-accepted-from", `Accepted user comes from ${peerName(address)}`, fields));
    effects.push(log("user-online", `New user is added into list. Current User list: ${this.#listForLog()}`, fields));
    const acked = { ...fields, messageType: MESSAGE_TYPES.ack };
    effects.push(log("ack-sent", `Sending packet type 2 to ${peerName(address)}`, acked));
    effects.push({ kind: "send", to: peer, bytes: answer(MESSAGE_TYPES.ack, frame) });
    this.#update(effects);
    this.#tellLimit(peer, effects);
    effects.push({ kind: "joined", peer, name: proposed });
  }

  #refusal(peer: Peer, name: string): Refusal | undefined {
    if (this.#namesByPeer.has(peer)) return "already-named";
    return nameFault(name) ?? (this.#keys.has(nameKey(name)) ? "taken" : undefined);
  }

  #messaged(peer: Peer, address: PeerAddress, frame: Frame, decoded: Decoded, effects: Effect<Peer>[]): void {
    const [sender = "", receiver = ""] =
      decoded.kind === "message" ? [decoded.sender, decoded.receiver] : malformedNames(decoded);
    const fields = {
      ...at(address),
      messageType: frame.type,
      username: printable(sender),
      receiver: printable(receiver),
    };
    effects.push(log("message-sender", `Sender name is ${printable(sender)}`, fields));
    effects.push(log("message-receiver", `Receiver name is ${printable(receiver)}`, fields));
    const drop = this.#dropReason(peer, sender, receiver, decoded);
    if (drop !== undefined || decoded.kind !== "message") {
      const { text, fault } = drop ?? INVALID_TEXT;
      effects.push(log("message-dropped", text, { ...fields, fault }));
      if (fault === "unknown-receiver" && decoded.kind === "message") this.#missed(peer, decoded, effects);
      return;
    }
    const target = receiver === EVERYBODY ? undefined : this.#usersByName.get(receiver);
    this.#forward(peer, decoded, target, frame.bytes, effects, fields);
  }

  #dropReason(peer: Peer, sender: string, receiver: string, decoded: Decoded): Drop | undefined {
    const user = this.#usersByName.get(sender);
    if (user === undefined) return { text: "Error: Invalid sender name.", fault: "unknown-sender" };
    if (user.peer !== peer) return { text: "Error: mismatch of username and connection.", fault: "foreign-sender" };
    const known = receiver === EVERYBODY || this.#usersByName.has(receiver);
    if (!known) return { text: "Error: Invalid receiver name.", fault: "unknown-receiver" };
    return decoded.kind === "malformed" ? { ...INVALID_TEXT, fault: decoded.fault } : undefined;
  }

  #missed(from: Peer, { sender, receiver, text }: ChatMessage, effects: Effect<Peer>[]): void {
    if (!isAnswered(receiver)) return;
    effects.push({ kind: "absent", from, sender, receiver, text, online: this.#keys.has(nameKey(receiver)) });
  }

  #forward(
    peer: Peer,
    message: ChatMessage,
    target: User<Peer> | undefined,
    bytes: Uint8Array,
    effects: Effect<Peer>[],
    fields: LogEffect["fields"],
  ): void {
    const to = target === undefined ? "all receivers" : message.receiver;
    effects.push(log("message-forwarded", `Forwarding message type 5 to ${to}`, fields));
    const audience = target === undefined ? this.#audience : [target.peer];
    const except = target === undefined ? peer : undefined;
    effects.push({ kind: "fan-out", to: audience, except, bytes, what: "message" });
    if (target === undefined) effects.push({ kind: "said", sender: message.sender, text: message.text });
  }

  #update(effects: Effect<Peer>[]): void {
    const fields = { messageType: MESSAGE_TYPES.update, online: this.#usersByName.size };
    effects.push(log("update-sent", "Sending packet type 4 to all receivers", fields));
    const bytes = encodeMessage({ kind: "update", names: this.#firstNames() });
    effects.push({ kind: "fan-out", to: this.#audience, except: undefined, bytes, what: "update" });
  }

  // Version 1's list holds 63 names. Whoever joins beyond them is told so; the log says it once, as the list fills up.
  #tellLimit(peer: Peer, effects: Effect<Peer>[]): void {
    const online = this.#usersByName.size;
    if (online <= LIST_NAMES_MAX) return;
    const text = `${online} users are online. The list shows the first ${LIST_NAMES_MAX} of them; the others can read and write to All.`;
    if (online === LIST_NAMES_MAX + 1) {
      effects.push(log("list-limit", `The user list is full: ${text}`, { online, limit: LIST_NAMES_MAX }, "warn"));
    }
    effects.push({ kind: "send", to: peer, bytes: announcement(text) });
  }

  #firstNames(): readonly string[] {
    return this.#usersByName.size <= LIST_NAMES_MAX ? this.usernames : this.usernames.slice(0, LIST_NAMES_MAX);
  }

  #listForLog(): string {
    const beyond = this.#usersByName.size - LIST_NAMES_MAX;
    return beyond > 0 ? `${this.#firstNames().join(", ")} and ${beyond} more` : this.#firstNames().join(", ");
  }

  #addressOf(peer: Peer): PeerAddress {
    const address = this.#addresses.get(peer);
    if (address === undefined)
      throw new Error("the room does not know this peer: connected() comes first, gone() last");
    return address;
  }
}

function at(address: PeerAddress): LogEffect["fields"] {
  return { remoteAddress: address.address, remotePort: address.port };
}

/** The proposal's own 64 bytes behind another type byte. */
function answer(type: number, proposal: Frame): Uint8Array {
  const bytes = proposal.bytes.slice();
  bytes[0] = type;
  return bytes;
}

function malformedNames(decoded: Decoded): readonly string[] {
  return decoded.kind === "malformed" ? decoded.names : [];
}
