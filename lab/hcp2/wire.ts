// Owns the bytes of HCP's version 2 for the lab: its reader, and what a frame says, in facts and in words. Pure. Invariant:
// what it tells of a frame is one line of bounded length, whatever the bytes are.

import { decodeHcp2, FRAME_BYTES_MAX, type Hcp2Message, Hcp2Reader, PREFACE } from "../../src/protocol/hcp2/index.ts";
import { EVERYBODY } from "../../src/protocol/name.ts";
import { isFenceText } from "../protocol/fence-text.ts";
import type { Frame, FrameEnd, FrameFacts, FrameReader, WireProtocol } from "../protocol/wire-protocol.ts";
import { fieldsOf, tellValue } from "./fields.ts";
import { isPreface, partsOf, typeName } from "./parts.ts";

const VALUE_CHARS_TOLD = 60;
const FIELDS_TOLD = 8;
const NAMES_TOLD = 64;

const END_WORDS: Readonly<Record<FrameEnd, string>> = {
  length: "by its length",
  delimiter: "by a delimiter",
  "next-type": "by what follows",
  limit: "because nobody can tell where a next frame begins",
  silence: "by silence",
};

const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** Reads the preface where a direction begins with it, then frames; behind a stream that is broken, what comes as it comes. */
export class Hcp2WireReader implements FrameReader {
  readonly #reader = new Hcp2Reader(FRAME_BYTES_MAX);
  /** What no frame has taken. */
  #held: Uint8Array = NOTHING;
  #isBegun = false;
  #isBroken = false;

  receive(bytes: Uint8Array): void {
    this.#held = this.#held.length === 0 ? bytes.slice() : Buffer.concat([this.#held, bytes]);
    if (this.#isBegun) this.#reader.receive(bytes);
  }

  next(): Frame | undefined {
    if (this.#held.length === 0) return undefined;
    if (this.#isBroken) return this.#take(this.#held.length, "limit");
    if (!this.#isBegun) {
      const isLike = PREFACE.every((byte, at) => at >= this.#held.length || byte === this.#held[at]);
      if (isLike && this.#held.length < PREFACE.length) return undefined;
      this.#isBegun = true;
      const preface = isLike ? this.#take(PREFACE.length, "length") : undefined;
      this.#reader.receive(this.#held);
      if (preface !== undefined) return preface;
    }
    const before = this.#reader.heldBytes;
    const frame = this.#reader.next();
    if (frame === undefined) return undefined;
    this.#isBroken = "broken" in frame;
    return this.#isBroken
      ? this.#take(this.#held.length, "limit")
      : this.#take(before - this.#reader.heldBytes, "length");
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  silenceMs(): undefined {}

  endBySilence(): undefined {}

  endByStream(): undefined {}

  #take(count: number, end: FrameEnd): Frame {
    const bytes = this.#held.slice(0, count);
    this.#held = this.#held.subarray(count);
    return { bytes, end };
  }
}

export const HCP2_WIRE: WireProtocol = {
  silencesMs: [],
  openReader: () => new Hcp2WireReader(),
  factsOf,
  fieldsOf,
  tell,
  tellEnd: (end) => END_WORDS[end],
};

/** The message that a frame is; undefined where it is none. */
export function messageOf(bytes: Uint8Array): Hcp2Message | undefined {
  const read = isPreface(bytes) ? undefined : readFrame(bytes);
  return read === undefined || read.kind === "none" || read.kind === "malformed" || read.kind === "unknown"
    ? undefined
    : read;
}

/** What a frame says, or what is wrong with it. */
function readFrame(bytes: Uint8Array): ReturnType<typeof decodeHcp2> | { kind: "none"; fault: string } {
  const parts = partsOf(bytes);
  if (typeof parts === "string") return { kind: "none", fault: parts };
  const { type, headBytes, length } = parts;
  if (length === bytes.length - headBytes) return decodeHcp2({ type, body: bytes.subarray(headBytes) });
  return { kind: "none", fault: length > FRAME_BYTES_MAX ? "frame-too-long" : "frame-cut" };
}

function factsOf(bytes: Uint8Array): FrameFacts {
  if (isPreface(bytes)) return { ...SAYS_NOTHING, type: 0, title: "preface" };
  const read = readFrame(bytes);
  if (read.kind === "none") return { ...SAYS_NOTHING, type: 0, title: "no frame", fault: read.fault };
  const parts = partsOf(bytes);
  const type = typeof parts === "string" ? 0 : parts.type;
  const about = { ...SAYS_NOTHING, type, title: `${type} ${typeName(type)}` };
  if (read.kind === "unknown") return { ...about, isIdle: true };
  return read.kind === "malformed" ? { ...about, fault: read.fault } : { ...about, ...factsOfMessage(read) };
}

const SAYS_NOTHING = {
  fault: null,
  names: [],
  namesTold: "",
  text: null,
  receiver: null,
  givenName: null,
  isList: false,
} satisfies Omit<FrameFacts, "type" | "title">;

function factsOfMessage(message: Hcp2Message): Partial<FrameFacts> {
  switch (message.kind) {
    case "say": {
      const { to: receiver = EVERYBODY, text } = message;
      return { names: [receiver], namesTold: `\u2192 ${receiver}`, text, receiver };
    }
    case "line":
    case "mail": {
      const { from, to: receiver = EVERYBODY, text } = message;
      const place = message.kind === "line" ? { place: message.sequence } : {};
      return { names: [from, receiver], namesTold: `${from} \u2192 ${receiver}`, text, receiver, ...place };
    }
    case "notice":
      return { text: message.text };
    case "said":
      return { text: fenceIn(message.request), place: message.sequence };
    case "welcome":
      return { ...namesOf([message.name]), givenName: message.name, place: message.sequence };
    case "join":
      return namesOf([message.name]);
    case "joined":
    case "left":
      return { ...namesOf([message.name]), place: message.sequence };
    case "roster":
      return namesOf(message.names.slice(0, NAMES_TOLD));
    default:
      return {};
  }
}

function namesOf(names: readonly string[]): Partial<FrameFacts> {
  return { names, namesTold: names.join(", ") };
}

/** The answer to a fence is the lab's own as well: the fence's number is in its request. */
function fenceIn(request: string): string | null {
  const text = decoder.decode(Buffer.from(request, "hex"));
  return isFenceText(text) ? text : null;
}

/** `say request: r1, to: "Jon", text: "Hi"`. */
function tell(bytes: Uint8Array): string {
  if (isPreface(bytes)) return "preface";
  const parts = partsOf(bytes);
  if (typeof parts === "string") return `${bytes.length} bytes that are no frame, ${parts}`;
  const { type, fields } = parts;
  const known = fields.filter(({ name }) => name !== undefined);
  const told = known.slice(0, FIELDS_TOLD).map((field) => `${field.name}: ${shorten(field)}`);
  const { fault } = factsOf(bytes);
  const head = parts.kind ?? `${typeName(type)} ${type}`;
  return [head, told.join(", "), fault === null ? "" : `(${fault})`].filter((word) => word !== "").join(" ");
}

function shorten(field: Parameters<typeof tellValue>[0]): string {
  const value = tellValue(field);
  const short = value.length > VALUE_CHARS_TOLD ? `${value.slice(0, VALUE_CHARS_TOLD)}…` : value;
  return field.kind === "text" || field.kind === "string" || field.kind === "strings" ? JSON.stringify(short) : short;
}
