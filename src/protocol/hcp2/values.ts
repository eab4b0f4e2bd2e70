// Owns the bytes of a field's value, by its kind. Pure. It must not know which fields there are. Invariant: what putValue
// writes, valueOfBytes gives back.

import { EncodeError } from "../encode-error.ts";
import { isPlainText } from "../text.ts";
import { OPAQUE_BYTES_MAX, TEXT_BYTES_MAX } from "./limits.ts";
import type { FieldKind, FieldName, Hcp2Fault } from "./messages.ts";
import { Cursor, putVarint, varintBytes } from "./varint.ts";

export type Value = number | string | true | readonly number[] | readonly string[];

/** What a value's bytes are not. */
export class ValueFault {
  readonly fault: Hcp2Fault;

  constructor(fault: Hcp2Fault) {
    this.fault = fault;
  }
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Bytes of a number, and of a character of a string, at most. */
const NUMBER_BYTES_MAX = 8;
const UTF8_BYTES_MAX = 3;
const CODE_TAB = 0x09;
const CODE_NEWLINE = 0x0a;
const CODE_SPACE = 0x20;
const CODE_0 = 0x30;
const CODE_A = 0x61;
const CODE_TILDE = 0x7e;
/** Characters of a string for which the encoder is not slower. */
const PLAIN_MAX = 256;

/**
 * Writes a field's value, its length in front, into a target with room for it (valueRoom); gives the offset behind it.
 * @throws EncodeError when it is not of its kind.
 */
export function putValue(target: Uint8Array, at: number, name: FieldName, kind: FieldKind, value: Value): number {
  if (kind === "number" && typeof value === "number") return putVarint(target, putLength(target, at, value), value);
  if (kind === "text" && typeof value === "string") return putText(target, at, value);
  if (kind === "string" && typeof value === "string") return putString(target, at, value);
  if (kind === "opaque" && typeof value === "string") return putOpaque(target, at, name, value);
  if (kind === "flag" && value === true) return putVarint(target, at, 0);
  if (kind === "numbers" && isListOf(value, "number")) return putNumbers(target, at, value);
  if (kind === "strings" && isListOf(value, "string")) return putStrings(target, at, value);
  throw new EncodeError(`${name} is a ${kind}; got ${JSON.stringify(value)}`);
}

/**
 * The bytes of a field's value alone.
 * @throws EncodeError when it is not of its kind.
 */
export function bytesOfValue(name: FieldName, kind: FieldKind, value: Value): Uint8Array {
  const bytes = new Uint8Array(valueRoom(value));
  const end = putValue(bytes, 0, name, kind, value);
  const behindLength = new Cursor(bytes);
  behindLength.varint();
  return bytes.subarray(behindLength.at, end);
}

/** Bytes that a value and its length take at most. */
export function valueRoom(value: Value): number {
  if (typeof value === "string") return NUMBER_BYTES_MAX + UTF8_BYTES_MAX * value.length;
  if (!Array.isArray(value)) return 2 * NUMBER_BYTES_MAX;
  return value.reduce<number>((sum, item) => sum + valueRoom(item), NUMBER_BYTES_MAX);
}

/** The value in a field's bytes, or what they are not. */
export function valueOfBytes(kind: FieldKind, bytes: Uint8Array): Value | ValueFault {
  switch (kind) {
    case "number":
      return one(numbersOf(bytes));
    case "numbers":
      return numbersOf(bytes);
    case "string":
      return stringOf(bytes);
    case "strings":
      return stringsOf(bytes);
    case "text":
      return textOf(bytes);
    case "opaque":
      return bytes.length === 0 || bytes.length > OPAQUE_BYTES_MAX ? new ValueFault("field-value") : hexOf(bytes);
    case "flag":
      return bytes.length === 0 ? true : new ValueFault("field-value");
  }
}

function one(numbers: readonly number[] | ValueFault): number | ValueFault {
  if (numbers instanceof ValueFault) return numbers;
  const [first] = numbers;
  return first === undefined || numbers.length > 1 ? new ValueFault("field-value") : first;
}

function numbersOf(bytes: Uint8Array): readonly number[] | ValueFault {
  const numbers: number[] = [];
  for (const cursor = new Cursor(bytes); !cursor.isAtEnd; ) {
    const number = cursor.varint();
    if (number === "cut") return new ValueFault("field-value");
    if (number === "too-big") return new ValueFault("number-too-big");
    numbers.push(number);
  }
  return numbers;
}

function stringsOf(bytes: Uint8Array): readonly string[] | ValueFault {
  const strings: string[] = [];
  for (const cursor = new Cursor(bytes); !cursor.isAtEnd; ) {
    const length = cursor.varint();
    if (length === "too-big") return new ValueFault("number-too-big");
    const value = length === "cut" ? undefined : cursor.take(length);
    if (value === undefined) return new ValueFault("field-value");
    const string = stringOf(value);
    if (string instanceof ValueFault) return string;
    strings.push(string);
  }
  return strings;
}

function stringOf(bytes: Uint8Array): string | ValueFault {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return new ValueFault("not-utf8"); // TextDecoder's one error.
  }
}

function textOf(bytes: Uint8Array): string | ValueFault {
  if (bytes.length > TEXT_BYTES_MAX) return new ValueFault("text-too-long");
  const text = stringOf(bytes);
  return typeof text !== "string" || isPlainText(text) ? text : new ValueFault("text-with-control");
}

/** The length of one number's bytes. */
function putLength(target: Uint8Array, at: number, value: number): number {
  return putVarint(target, at, varintBytes(value));
}

function putNumbers(target: Uint8Array, at: number, numbers: readonly number[]): number {
  const bytes = numbers.reduce((sum, number) => sum + varintBytes(number), 0);
  return numbers.reduce((offset, number) => putVarint(target, offset, number), putVarint(target, at, bytes));
}

function putStrings(target: Uint8Array, at: number, strings: readonly string[]): number {
  const from = at + varintBytes(strings.reduce((sum, { length }) => sum + stringsItemBytes(length), 0));
  return putLengthAhead(
    target,
    at,
    from,
    strings.reduce((offset, string) => putString(target, offset, string), from),
  );
}

/** Bytes that a string of so many bytes takes in a list. */
function stringsItemBytes(bytes: number): number {
  return varintBytes(bytes) + bytes;
}

function putString(target: Uint8Array, at: number, value: string): number {
  const from = at + varintBytes(value.length);
  const plain = putPlain(target, from, value);
  if (plain === value.length) return putLengthAhead(target, at, from, from + plain);
  if (!value.isWellFormed()) throw new EncodeError("a string holds no half of a surrogate pair");
  return putLengthAhead(target, at, from, from + putUtf8(target, from, value));
}

function putText(target: Uint8Array, at: number, text: string): number {
  const from = at + varintBytes(text.length);
  const plain = putPlain(target, from, text);
  if (plain < text.length && !isPlainText(text)) {
    throw new EncodeError("a text holds no control characters but tab and newline, and no half of a surrogate pair");
  }
  const bytes = plain < text.length ? putUtf8(target, from, text) : plain;
  if (bytes > TEXT_BYTES_MAX) throw new EncodeError(`a text takes at most ${TEXT_BYTES_MAX} bytes; got ${bytes}`);
  return putLengthAhead(target, at, from, from + bytes);
}

/** Gives how many bytes a string is. */
function putUtf8(target: Uint8Array, at: number, value: string): number {
  return encoder.encodeInto(value, target.subarray(at)).written;
}

/** Writes a short string that is plain ASCII, for which the encoder is slow; gives how many characters that were. */
function putPlain(target: Uint8Array, at: number, value: string): number {
  if (value.length > PLAIN_MAX) return 0;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > CODE_TILDE || (code < CODE_SPACE && code !== CODE_TAB && code !== CODE_NEWLINE)) return index;
    target[at + index] = code;
  }
  return value.length;
}

/** Writes the length of what stands from `from` on, ahead of it: it moves where more or less room than needed was left. */
function putLengthAhead(target: Uint8Array, at: number, from: number, end: number): number {
  const bytes = end - from;
  const first = at + varintBytes(bytes);
  if (first !== from) target.copyWithin(first, from, end);
  putVarint(target, at, bytes);
  return first + bytes;
}

function putOpaque(target: Uint8Array, at: number, name: FieldName, hex: string): number {
  const bytes = hex.length / 2;
  const from = at + 1;
  // Below 0 once a digit was none.
  let all = Number.isInteger(bytes) && bytes > 0 && bytes <= OPAQUE_BYTES_MAX ? 0 : -1;
  for (let index = 0; all >= 0 && index < bytes; index += 1) {
    const byte = (nibbleAt(hex, 2 * index) << 4) | nibbleAt(hex, 2 * index + 1);
    target[from + index] = byte;
    all |= byte;
  }
  if (all < 0) {
    throw new EncodeError(`${name} is 1 to ${OPAQUE_BYTES_MAX} bytes in hexadecimal; got ${JSON.stringify(hex)}`);
  }
  putVarint(target, at, bytes);
  return from + bytes;
}

/** A digit's value; -1 where none stands. */
function nibbleAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  if (code >= CODE_A) return code < CODE_A + 6 ? code - CODE_A + 10 : -1;
  return code >= CODE_0 && code < CODE_0 + 10 ? code - CODE_0 : -1;
}

function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16);
  return hex;
}

function isListOf(value: Value, type: "number"): value is readonly number[];
function isListOf(value: Value, type: "string"): value is readonly string[];
function isListOf(value: Value, type: "number" | "string"): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
