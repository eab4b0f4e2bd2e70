// Owns the history of a room by its wire: who had which name on which connection, who said what, and what of it reached whom.
// Pure. It must not know rules. Invariant: what the wire does not tell for certain is marked so, or is not in it.

import { NAME_BYTES } from "../../src/protocol/hcp1/index.ts";
import type { Carried, History } from "../protocol/rules.ts";
import { SERVER } from "./texts.ts";

export type CarriedFrame = Extract<Carried, { kind: "frame" }>;
export type Leave = Extract<Carried, { kind: "gone" }>;

/** What somebody says, on its way to the server or from it. */
export interface Text {
  readonly frame: CarriedFrame;
  readonly connection: string;
  readonly host: string;
  readonly sender: string;
  readonly receiver: string;
  readonly text: string;
  /** The same for the same words of the same sender to the same receiver. */
  readonly key: string;
}

/** When a connection got its first ack, and the name in it. */
export interface Ack {
  readonly atMs: number;
  readonly name: string;
}

/** What is searched in all that was sent, for frames that were cut otherwise there: so many bytes are looked at. */
const SEARCHED_BYTES_MAX = 268_435_456;

export class RoomHistory {
  readonly history: History;
  /** Frames to clients, in their order; none of a connection of which some were cut in the middle. */
  readonly received: readonly CarriedFrame[];
  /** Frames to the server. */
  readonly sent: readonly CarriedFrame[];
  readonly leaves: readonly Leave[];
  readonly acks: ReadonlyMap<string, Ack>;
  /** Every name that a connection was acked with. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
  /** Connections on which a frame lacked a part: what came there may be something else. */
  readonly blurred: ReadonlySet<string>;
  /** What clients said, whether the server was to forward it or not. */
  readonly said: readonly Text[];
  /** What reached whom. */
  readonly told: readonly Text[];
  /** What reached whom, where the record has all that can have been said of it; nothing where it may lack something. */
  readonly tracked: readonly Text[];
  readonly saidByKey: ReadonlyMap<string, readonly Text[]>;
  #streams: readonly Buffer[] | undefined;
  #searchedBytes = 0;

  constructor(history: History) {
    this.history = history;
    const frames = history.carried.filter((each) => each.kind === "frame");
    const toClients = frames.filter(({ isToServer }) => !isToServer);
    this.blurred = new Set(toClients.filter(({ isPadded }) => isPadded).map(({ connection }) => connection));
    this.received = toClients.filter(({ connection }) => !this.blurred.has(connection));
    this.sent = frames.filter(({ isToServer }) => isToServer);
    this.leaves = history.carried.filter((each) => each.kind === "gone");
    const acks = this.received.filter(({ facts }) => facts.givenName !== null);
    this.acks = new Map(
      acks.toReversed().map(({ connection, atMs, facts }) => [connection, { atMs, name: facts.givenName ?? "" }]),
    );
    this.names = namesByConnection(acks);
    this.said = textsOf(this.sent);
    this.saidByKey = Map.groupBy(this.said, ({ key }) => key);
    const lost = this.#sendersCutOff();
    const known = new Set([...this.names.values()].flatMap((names) => [...names]));
    this.told = textsOf(this.received).filter(({ connection }) => this.acks.has(connection));
    const isTracked = ({ sender }: Text): boolean =>
      history.extent === "everything" && !lost.has(sender) && (!history.hasOtherDoors || known.has(sender));
    this.tracked = this.told.filter(isTracked);
  }

  /** Whether somebody was acked with the name on another connection than these. */
  isNameOfOthers(name: string, connections: ReadonlySet<string>): boolean {
    return [...this.names].some(([connection, names]) => names.has(name) && !connections.has(connection));
  }

  /** Whether these are the beginning of other words that the same sender said to the same receiver. */
  beginsAnother({ sender, receiver, text, key }: Text): boolean {
    return this.said.some(
      (each) => each.sender === sender && each.receiver === receiver && each.key !== key && each.text.startsWith(text),
    );
  }

  /** Whether its header and its words stand anywhere in what clients sent, however that is cut into frames. */
  isInStreams({ frame, text }: Text): boolean {
    this.#streams ??= streamsOf(this.sent);
    const wanted = frame.bytes.subarray(0, 1 + 2 * NAME_BYTES + Buffer.byteLength(text));
    return this.#streams.some((stream) => {
      this.#searchedBytes += stream.length;
      return this.#searchedBytes > SEARCHED_BYTES_MAX || stream.includes(Buffer.from(wanted));
    });
  }

  /** Whose last words the record may lack: the end of a connection cut a frame off, which the server may have read. */
  #sendersCutOff(): ReadonlySet<string> {
    const cut = new Set(this.leaves.filter(({ cutBytes }) => cutBytes > 0).map(({ connection }) => connection));
    const said = this.said.filter(({ connection }) => cut.has(connection)).map(({ sender }) => sender);
    return new Set([...said, ...[...cut].flatMap((connection) => [...(this.names.get(connection) ?? [])])]);
  }
}

/** Texts but the server's own. */
function textsOf(frames: readonly CarriedFrame[]): readonly Text[] {
  return frames.flatMap((frame): readonly Text[] => {
    const { connection, host, facts } = frame;
    const { text, receiver } = facts;
    const [sender] = facts.names;
    if (text === null || receiver === null || sender === undefined || sender === SERVER) return [];
    // No name holds a zero byte.
    return [{ frame, connection, host, sender, receiver, text, key: `${sender}\0${receiver}\0${text}` }];
  });
}

function namesByConnection(acks: readonly CarriedFrame[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = Map.groupBy(acks, ({ connection }) => connection);
  return new Map(
    [...groups].map(([connection, group]) => [connection, new Set(group.map(({ facts }) => facts.givenName ?? ""))]),
  );
}

/** What each connection's client sent, as one piece. */
function streamsOf(frames: readonly CarriedFrame[]): readonly Buffer[] {
  const groups = Map.groupBy(frames, ({ connection }) => connection);
  return [...groups.values()].map((group) => Buffer.concat(group.map(({ bytes }) => bytes)));
}
