// Owns how HCP's messages are written in scenario files (docs/scenarios.md, "Frames"): their shapes, and their bytes. Pure.
// Invariant: {n} and {1..40} are filled in before a message is encoded.

import * as z from "zod";
import { EncodeError, encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import { type Notation, NotationError, type WrittenSource } from "../protocol/notation.ts";
import { strict } from "../yaml/strict.ts";

const NAMES_MAX = 64;
const NAME_CHARS_MAX = 64;
const TEXT_CHARS_MAX = 8192;

const NUMBER = /\{n\}/g;
const SPAN = /\{(?<first>\d{1,3})\.\.(?<last>\d{1,3})\}/;

/** A text that is filled in: a word in braces is {n}. What is to travel with others is written as bytes. */
const template = z
  .string()
  .regex(/^(?![\s\S]*\{(?!n\})[A-Za-z_]\w*\})/, "expected no {placeholder} but {n}; other braces are written as bytes");

const name = template.max(NAME_CHARS_MAX).describe("A name, spelled as it is to travel.");
const proposal = strict({ proposal: name }).describe("Type 1.");
const ack = strict({ ack: name }).describe("Type 2.");
const nak = strict({ nak: name }).describe("Type 3.");
const update = strict({ update: z.array(name).max(NAMES_MAX) }).describe(
  "Type 4. Guest {1..40} stands for forty names. Expected: one of the next lists has these names, in any order.",
);
const message = strict({
  message: strict({ from: name, to: name, text: template.max(TEXT_CHARS_MAX) }),
}).describe("Type 5.");

type Source = z.infer<typeof source>;

const source = z.union([proposal, ack, nak, update, message]);

export const HCP_NOTATION: Notation = {
  words: ["proposal", "ack", "nak", "update", "message"],
  schemas: source.options,
  example: "{ack: Jon}",
  exchange: { sent: { proposal: "Jon" }, received: { ack: "Jon" } },
  bytesHelp: 'Bytes as PROTOCOL.md writes them: 01 4a 6f 6e 00*61, with text in quotes: 01 "Jon" 00*61.',
  expectHelp:
    "What comes next on the connection, in order and exactly; or nothing, closed, reset. Once its name is accepted, a list (type 4) may come at any time and is passed over where none is expected.",
  encode,
};

function encode(written: WrittenSource, number: number): Uint8Array {
  const fill = (text: string): string => text.replaceAll(NUMBER, String(number));
  try {
    return encodeMessage(messageOf(written as Source, fill));
  } catch (cause) {
    throw cause instanceof EncodeError ? new NotationError(cause.message, { cause }) : cause;
  }
}

function messageOf(written: Source, fill: (text: string) => string): Message {
  if ("update" in written) return { kind: "update", names: written.update.flatMap(spanNames).map(fill) };
  if ("message" in written) {
    const { from, to, text } = written.message;
    return { kind: "message", sender: fill(from), receiver: fill(to), text: fill(text) };
  }
  if ("proposal" in written) return { kind: "proposal", name: fill(written.proposal) };
  return "ack" in written ? { kind: "ack", name: fill(written.ack) } : { kind: "nak", name: fill(written.nak) };
}

/** "Guest {1..3}" is Guest 1, Guest 2, Guest 3. */
function spanNames(written: string): readonly string[] {
  const { first, last } = SPAN.exec(written)?.groups ?? {};
  if (first === undefined || last === undefined) return [written];
  const count = Math.max(0, Number(last) - Number(first) + 1);
  return Array.from({ length: count }, (_, index) => written.replace(SPAN, String(Number(first) + index)));
}
