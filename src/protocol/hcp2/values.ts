// Owns the bytes of a field's value, by its kind. Pure. It must not know which fields there are. Invariant: what one of its
// two functions gives, the other takes and gives back.

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
const NOTHING = new Uint8Array(0);
const OPAQUE = /^(?:[\da-f]{2})+$/;

/**
 * The bytes of a field's value.
 * @throws EncodeError when it is not of its kind.
 */
export function bytesOfValue(name: FieldName, kind: FieldKind, value: Value): Uint8Array {
  if (kind === "number" && typeof value === "number") return bytesOfNumbers([value]);
  if (kind === "text" && typeof value === "string") return bytesOfText(value);
  if (kind === "string" && typeof value === "string") return bytesOfString(value);
  if (kind === "opaque" && typeof value === "string") return bytesOfOpaque(name, value);
  if (kind === "flag" && value === true) return NOTHING;
  if (kind === "numbers" && isListOf(value, "number")) return bytesOfNumbers(value);
  if (kind === "strings" && isListOf(value, "string")) return bytesOfStrings(value);
  throw new EncodeError(`${name} is a ${kind}; got ${JSON.stringify(value)}`);
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

function bytesOfNumbers(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.reduce((sum, number) => sum + varintBytes(number), 0));
  numbers.reduce((at, number) => putVarint(bytes, at, number), 0);
  return bytes;
}

function bytesOfStrings(strings: readonly string[]): Uint8Array {
  const parts = strings.map(bytesOfString);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + stringsItemBytes(part.length), 0));
  let at = 0;
  for (const part of parts) {
    at = putVarint(bytes, at, part.length);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes that a string of so many bytes takes in a list. */
export function stringsItemBytes(bytes: number): number {
  return varintBytes(bytes) + bytes;
}

function bytesOfString(value: string): Uint8Array {
  if (!value.isWellFormed()) throw new EncodeError("a string holds no half of a surrogate pair");
  return encoder.encode(value);
}

function bytesOfText(text: string): Uint8Array {
  if (!isPlainText(text)) {
    throw new EncodeError("a text holds no control characters but tab and newline, and no half of a surrogate pair");
  }
  const bytes = encoder.encode(text);
  if (bytes.length > TEXT_BYTES_MAX) {
    throw new EncodeError(`a text takes at most ${TEXT_BYTES_MAX} bytes; got ${bytes.length}`);
  }
  return bytes;
}

function bytesOfOpaque(name: FieldName, hex: string): Uint8Array {
  if (!OPAQUE.test(hex) || hex.length > 2 * OPAQUE_BYTES_MAX) {
    throw new EncodeError(`${name} is 1 to ${OPAQUE_BYTES_MAX} bytes in hexadecimal; got ${JSON.stringify(hex)}`);
  }
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
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
