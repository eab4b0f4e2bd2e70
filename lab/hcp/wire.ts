// Owns HCP's bytes for the lab: the reader of PROTOCOL.md, "Reading", and what a frame says, in facts and in words. Pure.
// Invariant: what it tells of a frame is one line of bounded length.

import {
  decodeFrame,
  FRAME_BYTES_MAX,
  type Malformed,
  MESSAGE_TYPES,
  type Message,
  PADDING_SILENCE_MS,
  FrameReader as Reader,
  SEGMENT_SILENCE_MS,
} from "../../src/protocol/hcp1/index.ts";
import type { Frame, FrameEnd, FrameFacts, FrameReader, WireProtocol } from "../protocol/wire-protocol.ts";
import { fieldsOf, typeName } from "./fields.ts";

const TEXT_CHARS_TOLD = 60;
const NAMES_TOLD = 6;

const END_WORDS: Readonly<Record<FrameEnd, string>> = {
  length: "by its length",
  delimiter: "by a delimiter",
  "next-type": "by the type byte that follows",
  limit: `by the limit of ${FRAME_BYTES_MAX} bytes`,
  silence: "by silence",
};

/** The project's own reader, which also knows what the end of a stream leaves whole. */
class HcpReader extends Reader implements FrameReader {
  endByStream(): Frame | undefined {
    const silenceMs = this.silenceMs();
    return silenceMs !== undefined && silenceMs < PADDING_SILENCE_MS ? this.endBySilence() : undefined;
  }
}

export const HCP_WIRE: WireProtocol = {
  silencesMs: [SEGMENT_SILENCE_MS, PADDING_SILENCE_MS],
  openReader: () => new HcpReader(),
  factsOf,
  fieldsOf,
  tell,
  tellEnd: (end) => END_WORDS[end],
};

function factsOf(frame: Uint8Array): FrameFacts {
  const type = frame[0] ?? 0;
  const message = decodeFrame(frame);
  const names = namesOf(message);
  const chat = message.kind === "message" ? message : undefined;
  return {
    type,
    title: `${type} ${typeName(type)}`,
    fault: message.kind === "malformed" ? message.fault : null,
    names,
    namesTold: tellNames(type, names),
    text: chat?.text ?? null,
    receiver: chat?.receiver ?? null,
    givenName: message.kind === "ack" ? message.name : null,
    isList: message.kind === "update",
  };
}

function namesOf(message: Message | Malformed): readonly string[] {
  switch (message.kind) {
    case "update":
    case "malformed":
      return message.names;
    case "message":
      return [message.sender, message.receiver];
    default:
      return [message.name];
  }
}

function tellNames(type: number, names: readonly string[]): string {
  if (type === MESSAGE_TYPES.message) return names.join(" \u2192 ");
  return type === MESSAGE_TYPES.update && names.length === 0 ? "nobody" : names.join(", ");
}

function tell(frame: Uint8Array): string {
  const message = decodeFrame(frame);
  switch (message.kind) {
    case "malformed":
      return `${frame.length} bytes of type ${frame[0] ?? "none"}, ${message.fault}`;
    case "update":
      return `update ${tellList(message.names)}`;
    case "message": {
      const { sender, receiver, text } = message;
      return `message from ${quote(sender)} to ${quote(receiver)}: ${quote(text)}`;
    }
    default:
      return `${message.kind} ${quote(message.name)}`;
  }
}

function tellList(names: readonly string[]): string {
  if (names.length === 0) return "of nobody";
  const told = names.slice(0, NAMES_TOLD).map(quote).join(", ");
  return names.length > NAMES_TOLD ? `${told} and ${names.length - NAMES_TOLD} more` : told;
}

function quote(text: string): string {
  return JSON.stringify(text.length > TEXT_CHARS_TOLD ? `${text.slice(0, TEXT_CHARS_TOLD)}…` : text);
}
