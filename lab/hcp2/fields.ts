// Owns what the bytes of one frame of version 2 are, field by field, and how a value reads. Pure. It must not know the wire.
// Invariant: the fields lie one behind the other and cover every byte once.

import {
  type FieldName,
  FRAME_BYTES_MAX,
  isGrease,
  MESSAGES,
  ValueFault,
  valueOfBytes,
} from "../../src/protocol/hcp2/index.ts";
import { formatHex } from "../protocol/hex.ts";
import { visible } from "../protocol/visible.ts";
import type { Field } from "../protocol/wire-protocol.ts";
import { type FieldPart, type FrameParts, isPreface, partsOf, typeName } from "./parts.ts";

const HEX_WORDS_MAX = 32;
const PRINTABLE = /^[\x20-\x7e]+$/;

const decoder = new TextDecoder();

/** The fields of one frame, as a reader cuts it; of anything else, what can be said of it. */
export function fieldsOf(bytes: Uint8Array): readonly Field[] {
  if (bytes.length === 0) return [];
  if (isPreface(bytes)) return [{ offset: 0, bytes: bytes.length, name: "preface", value: visible(decode(bytes)) }];
  const parts = partsOf(bytes);
  if (typeof parts === "string") return [rest(bytes, 0, parts)];
  const { type, typeBytes, headBytes, length, fields, endAt } = parts;
  const head: readonly Field[] = [
    { offset: 0, bytes: typeBytes, name: "type", value: `${type} ${typeName(type)}` },
    { offset: typeBytes, bytes: headBytes - typeBytes, name: "length", value: `${length} bytes` },
  ];
  const tail = endAt < bytes.length ? [rest(bytes, endAt, tailNote(parts, bytes))] : [];
  return [...head, ...fields.map((field, at) => fieldOf(field, fields.slice(0, at), parts)), ...tail];
}

/** How a field's value reads: "r1", 01, 32768, "Jon, Zoë". */
export function tellValue({ kind, value }: Pick<FieldPart, "kind" | "value">): string {
  if (kind === undefined) return formatHex(value, HEX_WORDS_MAX);
  if (kind === "opaque") return PRINTABLE.test(decode(value)) ? JSON.stringify(decode(value)) : hexOf(value);
  const read = valueOfBytes(kind, value);
  if (read instanceof ValueFault) return formatHex(value, HEX_WORDS_MAX);
  if (read === true) return "yes";
  return visible(typeof read === "object" ? read.join(", ") : String(read));
}

function fieldOf(field: FieldPart, before: readonly FieldPart[], { kind }: FrameParts): Field {
  const { offset, bytes, tag, name } = field;
  const note = noteOf(field, before, kind);
  return { offset, bytes, name: nameOf(tag, name), value: tellValue(field), ...(note === undefined ? {} : { note }) };
}

function nameOf(tag: number, name: FieldName | undefined): string {
  return name ?? `${isGrease(tag) ? "reserved" : "unknown"} ${tag}`;
}

function noteOf(field: FieldPart, before: readonly FieldPart[], kind: FrameParts["kind"]): string | undefined {
  const { tag, name, value } = field;
  if (before.some((other) => other.tag === tag)) return "this tag stands in the frame twice";
  if (isGrease(tag)) return "it means nothing (14.4)";
  const rule = kind === undefined ? undefined : MESSAGES[kind];
  const allowed: readonly FieldName[] = rule === undefined ? [] : [...rule.needs, ...rule.may];
  if (rule !== undefined && (name === undefined || !allowed.includes(name))) {
    return tag % 2 === 0 ? "not known here, and must be understood" : "not known here, and ignored";
  }
  const read = field.kind && valueOfBytes(field.kind, value);
  return read instanceof ValueFault ? read.fault : undefined;
}

function tailNote({ length, headBytes }: FrameParts, bytes: Uint8Array): string {
  if (length === bytes.length - headBytes) return "field-cut";
  return length > FRAME_BYTES_MAX ? "frame-too-long" : "frame-cut";
}

function rest(bytes: Uint8Array, offset: number, note: string): Field {
  const left = bytes.subarray(offset);
  return { offset, bytes: left.length, name: "unknown", value: formatHex(left, HEX_WORDS_MAX), note };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
