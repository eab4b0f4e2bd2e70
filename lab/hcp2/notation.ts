// Owns how frames of version 2 are written in scenario files (docs/protocols.md, "Version 2"): by the names of its messages and
// fields, or by type and tags. Pure. Invariant: what a file says of a message is compared, and of what it leaves out only
// that which its sender alone chooses is free.

import * as z from "zod";
import { EncodeError } from "../../src/protocol/encode-error.ts";
import {
  bytesOfValue,
  decodeHcp2,
  encodeRaw,
  FIELDS,
  type FieldKind,
  type FieldName,
  MESSAGES,
  type MessageKind,
  NUMBER_MAX,
  PREFACE,
  type RawField,
  TEXT_BYTES_MAX,
  type Value,
} from "../../src/protocol/hcp2/index.ts";
import { readHex } from "../protocol/hex.ts";
import { type Notation, NotationError, type WrittenSource } from "../protocol/notation.ts";
import { strict } from "../yaml/strict.ts";
import { partsOf } from "./parts.ts";
import { recall } from "./recall.ts";
import { HELLO_DEFAULTS } from "./sign-in.ts";
import { HCP2_WIRE } from "./wire.ts";

const TEXT_CHARS_MAX = 8192;
const OPAQUE_CHARS_MAX = 66;
const ITEMS_MAX = 64;

const PREFACE_WORD = "HOWDY/2";
const NUMBER = /\{n\}/g;

/** What its sender alone chooses, in any message and in some. */
const FREE: ReadonlySet<string> = new Set(["id", "sequence", "time", "log", "agent", "frameMax", "capabilities"]);
const FREE_TEXT: ReadonlySet<string> = new Set(["error", "bye", "notice"]);

/** A long text in a few words. */
interface Repeated {
  readonly repeat: string;
  readonly times: number;
}

type Written = string | number | true | Repeated | readonly (string | number)[];
type WrittenMessage = Readonly<Partial<Record<FieldName, Written>>>;
type WrittenRaw = { readonly type: number; readonly fields: readonly { tag: number; value?: string | undefined }[] };

const number = z.number().int().min(0).max(NUMBER_MAX);
const text = z.string().max(TEXT_CHARS_MAX);
const longText = z.union([text, strict({ repeat: text.min(1), times: z.number().int().min(1).max(TEXT_BYTES_MAX) })], {
  error: "expected a text, or {repeat: x, times: 100}",
});
/** What a client alone chooses in its requests. */
const FREE_OF_CLIENT: ReadonlySet<string> = new Set(["request", "before", "after", "limit", "scram"]);
const OF_CLIENTS: ReadonlySet<MessageKind> = new Set(["join", "say", "history", "signIn", "prove"]);

const SHAPES = {
  number: z.union([number, z.string().regex(/^(?:SEQUENCE|TIME)\(.+\)$/)], {
    error: "expected a number, SEQUENCE(…) or TIME(…)",
  }),
  numbers: z.array(number).max(ITEMS_MAX),
  string: text,
  strings: z.array(text).max(ITEMS_MAX),
  text: longText,
  opaque: z.union([number, z.string().min(1).max(OPAQUE_CHARS_MAX)], {
    error: "expected a word, 0x and hexadecimal digits, ID(…) or REQUEST(…)",
  }),
  flag: z.literal(true),
} as const satisfies Record<FieldKind, z.ZodType>;

const KINDS = Object.keys(MESSAGES) as readonly MessageKind[];

const rawFrame = strict({
  type: number,
  fields: z.array(strict({ tag: number, value: z.string().max(TEXT_CHARS_MAX).optional() })).max(ITEMS_MAX),
});

export const HCP2_NOTATION: Notation = {
  words: ["preface", ...KINDS, "frame"],
  schemas: [
    strict({ preface: z.literal(PREFACE_WORD) }).describe("The eight bytes with which version 2 begins."),
    ...KINDS.map((kind) => strict({ [kind]: strict(shapeOf(kind)) }).describe(`Type ${MESSAGES[kind].type}.`)),
    strict({ frame: rawFrame }).describe("A frame of any type, its fields by their tags; a value is bytes."),
  ],
  example: "{say: {request: r1, text: Hi}}",
  exchange: {
    sent: { join: { request: "r1", name: "Jon" } },
    received: { welcome: { request: "r1", name: "Jon" } },
  },
  bytesHelp: 'Bytes in hexadecimal, with text in quotes: 0c 04 01 02 "r1".',
  expectHelp:
    "What comes next on the connection, in order; or nothing, closed, reset. What means nothing is passed over. What is left out of a message must not be there, but for what its sender alone chooses: ids, sequences, times, texts of errors, a client's requests.",
  encode,
  tellExpected,
  matches,
  recall,
};

function shapeOf(kind: MessageKind): z.core.$ZodLooseShape {
  const { needs, may } = MESSAGES[kind];
  return Object.fromEntries(
    [...needs, ...may].map((name: FieldName) => [name, SHAPES[FIELDS[name].kind].optional()] as const),
  );
}

function encode(source: WrittenSource, own: number): Uint8Array {
  try {
    return bytesOfSource(source, own);
  } catch (cause) {
    throw cause instanceof EncodeError ? new NotationError(cause.message, { cause }) : cause;
  }
}

function bytesOfSource(source: WrittenSource, own: number): Uint8Array {
  if ("preface" in source) return PREFACE;
  if ("frame" in source) {
    const { type, fields } = source.frame as WrittenRaw;
    return encodeRaw(
      type,
      fields.map(({ tag, value }) => ({ tag, value: rawBytes(value) })),
    );
  }
  const [kind, written] = onlyMessage(source);
  return encodeRaw(MESSAGES[kind].type, rawFields(kind === "hello" ? withDefaults(written) : written, own));
}

/** Fields in the order in which the file has them: no order means anything. */
function rawFields(written: WrittenMessage, own: number): readonly RawField[] {
  return (Object.entries(written) as [FieldName, Written][]).map(([name, each]) => {
    const { tag, kind } = FIELDS[name];
    return { tag, value: bytesOfValue(name, kind, writtenValue(kind, each, own)) };
  });
}

function rawBytes(value: string | undefined): Uint8Array {
  if (value === undefined || value === "") return new Uint8Array(0);
  const read = readHex(value);
  if (read.kind === "wrong") throw new NotationError(read.message);
  return read.bytes;
}

function withDefaults(written: WrittenMessage): WrittenMessage {
  return { ...HELLO_DEFAULTS, ...written };
}

function onlyMessage(source: WrittenSource): readonly [MessageKind, WrittenMessage] {
  const kind = KINDS.find((each) => each in source);
  if (kind === undefined) throw new NotationError(`expected one of ${KINDS.join(", ")}`);
  return [kind, source[kind] as WrittenMessage];
}

/** The value that a file means; opaque ones are words, or hexadecimal digits behind 0x. */
function writtenValue(kind: FieldKind, written: Written, own: number): Value {
  const fill = (each: string | number): string => String(each).replaceAll(NUMBER, String(own));
  if (written === true) return true;
  if (isRepeated(written)) return written.repeat.repeat(written.times);
  if (typeof written === "object") return kind === "numbers" ? written.map(Number) : written.map(fill);
  if (kind === "number") return /^\d+$/.test(String(written)) ? Number(written) : 0;
  const filled = fill(written);
  if (kind !== "opaque") return filled;
  return filled.startsWith("0x") ? filled.slice(2) : Buffer.from(filled).toString("hex");
}

function isRepeated(written: Written): written is Repeated {
  return typeof written === "object" && "repeat" in written;
}

/** The fields that the file gives, in its order: that others are missing is no fault here. */
function tellExpected(source: WrittenSource, own: number): string {
  if ("preface" in source || "frame" in source) return HCP2_WIRE.tell(encode(source, own));
  const [kind, written] = onlyMessage(source);
  return HCP2_WIRE.tell(encodeRaw(MESSAGES[kind].type, rawFields(written, own))).replace(/ \(field-missing\)$/, "");
}

function matches(source: WrittenSource, own: number, frame: Uint8Array): boolean {
  if ("preface" in source || "frame" in source) return Buffer.compare(bytesOfSource(source, own), frame) === 0;
  const [kind, written] = onlyMessage(source);
  const parts = partsOf(frame);
  if (typeof parts === "string" || parts.kind !== kind) return false;
  const message = decodeHcp2({ type: parts.type, body: frame.subarray(parts.headBytes) });
  if (message.kind !== kind) return false;
  const values: { readonly [Name in FieldName]?: Value | undefined } = message;
  const { needs, may } = MESSAGES[kind];
  return [...needs, ...may].every((name: FieldName) => {
    const [wanted, seen] = [written[name], values[name]];
    if (wanted === undefined) return seen === undefined || isFree(kind, name);
    return seen !== undefined && isSame(writtenValue(FIELDS[name].kind, wanted, own), seen, name);
  });
}

function isFree(kind: MessageKind, name: FieldName): boolean {
  if (FREE.has(name) || (name === "text" && FREE_TEXT.has(kind))) return true;
  if (name === "scram" && kind === "challenge") return true;
  return OF_CLIENTS.has(kind) && FREE_OF_CLIENT.has(name);
}

/** Capabilities that a file does not name may be there. */
function isSame(wanted: Value, seen: Value, name: FieldName): boolean {
  if (name === "capabilities" && Array.isArray(wanted) && Array.isArray(seen)) {
    return wanted.every((each) => seen.includes(each));
  }
  return JSON.stringify(wanted) === JSON.stringify(seen);
}
