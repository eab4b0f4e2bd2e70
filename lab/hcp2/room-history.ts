// Owns the history of a room by the wire of version 2: what each connection said and heard, in the log's terms. Pure. It must
// not know rules. Invariant: what cannot be read as a message is not in it.

import type { Hcp2Message, MessageKind, MessageOf } from "../../src/protocol/hcp2/index.ts";
import { EVERYBODY } from "../../src/protocol/name.ts";
import type { Carried, History } from "../protocol/rules.ts";
import { messageOf } from "./wire.ts";

type Message<Kind extends MessageKind> = Extract<Hcp2Message, { readonly kind: Kind }>;

/** A message, and the frame that it came in. */
export interface Told<Of extends Hcp2Message = Hcp2Message> {
  readonly frame: Extract<Carried, { kind: "frame" }>;
  readonly message: Of;
}

/** What went over one connection. */
export interface Talk {
  readonly connection: string;
  readonly host: string;
  /** Which log its sequences are of; its own where the server did not say so. */
  readonly log: string;
  readonly isLogNamed: boolean;
  /** What it was first welcomed with. */
  readonly welcome: MessageOf<"welcome"> | undefined;
  readonly heard: readonly Told[];
  readonly says: readonly Told<MessageOf<"say">>[];
  /** Its last words may lack: its end cut a frame off. */
  readonly isCutOff: boolean;
}

export class RoomHistory {
  readonly history: History;
  readonly talks: readonly Talk[];
  /** What was said to whom by whom; see keyOf. */
  readonly saidKeys: ReadonlySet<string>;
  /** The same of whispers, as if they had been said to everybody. */
  readonly whisperedKeys: ReadonlySet<string>;
  readonly #lost: ReadonlySet<string>;
  /** Somebody said something and went before the welcome came: under which name is not to be seen. */
  readonly #hasNameless: boolean;

  constructor(history: History) {
    this.history = history;
    this.talks = [...Map.groupBy(history.carried, ({ connection }) => connection).values()].map(toTalk);
    const named = this.talks.flatMap((talk) =>
      talk.welcome === undefined ? [] : [{ ...talk, name: talk.welcome.name }],
    );
    const lines = named.flatMap(({ name, says }) => says.map(({ message }) => ({ ...message, from: name })));
    this.#hasNameless = this.talks.some(({ welcome, says }) => welcome === undefined && says.length > 0);
    this.saidKeys = new Set(lines.map(keyOf));
    const whispers = lines.filter(({ to = EVERYBODY }) => to !== EVERYBODY);
    this.whisperedKeys = new Set(whispers.map((line) => keyOf({ ...line, to: EVERYBODY })));
    this.#lost = new Set(named.filter(({ isCutOff }) => isCutOff).map(({ name }) => name));
  }

  /** Whether the record has all that can have been said under a name. */
  knowsAllOf(name: string): boolean {
    const isWhole = this.history.extent === "everything" && !this.history.hasOtherDoors && !this.#hasNameless;
    return isWhole && !this.#lost.has(name);
  }
}

/** The same for the same words of the same sender to the same receiver. */
export function keyOf({ from, to = EVERYBODY, text }: Pick<MessageOf<"line">, "from" | "to" | "text">): string {
  // No name holds a zero byte.
  return `${from}\0${to}\0${text}`;
}

export function isKind<Kind extends MessageKind>(told: Told, ...kinds: readonly Kind[]): told is Told<Message<Kind>> {
  return (kinds as readonly MessageKind[]).includes(told.message.kind);
}

/** Whether a line came when it was said, and not as history. */
export function isLive({ message }: Told<MessageOf<"line">>): boolean {
  return message.request === undefined;
}

function toTalk(carried: readonly Carried[]): Talk {
  const [{ connection, host } = { connection: "", host: "" }] = carried;
  const told = carried.flatMap((frame): readonly Told[] => {
    const message = frame.kind === "frame" ? messageOf(frame.bytes) : undefined;
    return frame.kind === "frame" && message !== undefined ? [{ frame, message }] : [];
  });
  const heard = told.filter(({ frame }) => !frame.isToServer);
  const log = heard.find((each) => isKind(each, "hello"))?.message.log;
  return {
    connection,
    host,
    log: log ?? `of ${connection}`,
    isLogNamed: log !== undefined,
    welcome: heard.find((each) => isKind(each, "welcome"))?.message,
    heard,
    says: told.filter((each) => isKind(each, "say")).filter(({ frame }) => frame.isToServer),
    isCutOff: carried.some((each) => each.kind === "gone" && each.cutBytes > 0),
  };
}
