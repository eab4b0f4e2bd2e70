// Owns how the bytes of one frame of version 2 lie: type, length, fields, and what cannot be read. Pure. It must not know what
// a frame means. Invariant: the parts lie one behind the other and cover every byte once, whatever the bytes are.

import {
  Cursor,
  FIELDS,
  type FieldKind,
  type FieldName,
  isGrease,
  MESSAGES,
  type MessageKind,
  PREFACE,
} from "../../src/protocol/hcp2/index.ts";

/** A field as it lies in a frame. */
export interface FieldPart {
  /** Of its tag, from the frame's first byte. */
  readonly offset: number;
  /** With its tag and its length. */
  readonly bytes: number;
  readonly tag: number;
  /** Undefined where nobody knows the tag. */
  readonly name: FieldName | undefined;
  readonly kind: FieldKind | undefined;
  readonly value: Uint8Array;
}

/** A frame by its parts. What is behind the last field that can be read begins at `endAt`. */
export interface FrameParts {
  readonly type: number;
  readonly kind: MessageKind | undefined;
  readonly typeBytes: number;
  readonly length: number;
  readonly headBytes: number;
  readonly fields: readonly FieldPart[];
  readonly endAt: number;
}

const KINDS = new Map(Object.entries(MESSAGES).map(([kind, { type }]) => [type as number, kind as MessageKind]));
const NAMES = new Map(Object.entries(FIELDS).map(([name, { tag }]) => [tag as number, name as FieldName]));

export function isPreface(bytes: Uint8Array): boolean {
  return bytes.length === PREFACE.length && PREFACE.every((byte, at) => byte === bytes[at]);
}

/** What a type is called: "say", "reserved", "unknown". */
export function typeName(type: number): string {
  return KINDS.get(type) ?? (isGrease(type) ? "reserved" : "unknown");
}

/** A frame's parts; why there are none where it is no frame. */
export function partsOf(bytes: Uint8Array): FrameParts | "number-too-big" | "frame-cut" {
  const cursor = new Cursor(bytes);
  const type = cursor.varint();
  const typeBytes = cursor.at;
  const length = typeof type === "number" ? cursor.varint() : type;
  if (type === "too-big" || length === "too-big") return "number-too-big";
  if (type === "cut" || length === "cut") return "frame-cut";
  const headBytes = cursor.at;
  const fields = length === bytes.length - headBytes ? fieldsIn(bytes, headBytes) : [];
  const last = fields.at(-1);
  const endAt = last === undefined ? headBytes : last.offset + last.bytes;
  return { type, kind: KINDS.get(type), typeBytes, length, headBytes, fields, endAt };
}

/** The fields up to the first that cannot be read. */
function fieldsIn(bytes: Uint8Array, from: number): readonly FieldPart[] {
  const cursor = new Cursor(bytes, from);
  const fields: FieldPart[] = [];
  while (!cursor.isAtEnd) {
    const offset = cursor.at;
    const tag = cursor.varint();
    const length = typeof tag === "number" ? cursor.varint() : tag;
    const value = typeof length === "number" ? cursor.take(length) : undefined;
    if (typeof tag !== "number" || value === undefined) break;
    const name = NAMES.get(tag);
    const kind = name && FIELDS[name].kind;
    fields.push({ offset, bytes: cursor.at - offset, tag, name, kind, value });
  }
  return fields;
}
