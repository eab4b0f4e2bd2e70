// Owns the bytes of version 2's messages, by the tables of messages.ts. It must not know where frames come from, or what a
// message does. Invariant: decodeHcp2(encodeHcp2(m)) gives m for every message that encodeHcp2 takes, and whatever the bytes
// are, decodeHcp2 gives a value.

import { EncodeError } from "../encode-error.ts";
import { FRAME_BYTES_MIN } from "./limits.ts";
import { FIELDS, type FieldName, type Hcp2Fault, type Hcp2Message, MESSAGES, type MessageKind } from "./messages.ts";
import { putValue, type Value, ValueFault, valueOfBytes, valueRoom } from "./values.ts";
import { Cursor, putVarint, varintBytes } from "./varint.ts";

/** A frame as a reader cuts it: its type, and the bytes of its fields. */
export interface Hcp2Frame {
  readonly type: number;
  readonly body: Uint8Array;
}

/** A field by its bytes: for reserved tags, and for whoever tests a reader. */
export interface RawField {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** A frame that is no message: its sender's fault. `request` is what stood in it before the fault. */
export interface Hcp2Malformed {
  readonly kind: "malformed";
  readonly fault: Hcp2Fault;
  readonly request: string | undefined;
}

/** A frame of a type that nobody here knows. It is skipped. */
export interface Hcp2Unknown {
  readonly kind: "unknown";
  readonly type: number;
}

type Values = { [Name in FieldName]?: Value | undefined };

const kindsByType = new Map<number, MessageKind>(entriesOf(MESSAGES).map(([kind, { type }]) => [type, kind]));
const fieldsByTag = new Map<number, FieldName>(entriesOf(FIELDS).map(([name, { tag }]) => [tag, name]));
const fieldsOf = new Map(
  entriesOf(MESSAGES).map(([kind, { needs, may }]) => [kind, new Set<FieldName>([...needs, ...may])]),
);

/**
 * The bytes of a message, its type and length in front. `extra` are fields behind the message's own.
 * @throws EncodeError when a value is not of its kind, or the frame has over FRAME_BYTES_MIN bytes of fields.
 */
export function encodeHcp2(message: Hcp2Message, extra: readonly RawField[] = []): Uint8Array {
  const { type, needs, may } = MESSAGES[message.kind];
  const values: Values = message;
  let at = begin();
  for (const names of [needs, may]) {
    for (const name of names) {
      const value = values[name];
      if (value === undefined) continue;
      const { tag, kind } = FIELDS[name];
      at = makeRoom(at, NUMBER_BYTES_MAX + valueRoom(value));
      at = putValue(slab, putVarint(slab, at, tag), name, kind, value);
    }
  }
  return frameOf(type, putRaw(at, extra));
}

/**
 * The bytes of any frame.
 * @throws EncodeError when it has over FRAME_BYTES_MIN bytes of fields.
 */
export function encodeRaw(type: number, fields: readonly RawField[]): Uint8Array {
  return frameOf(type, putRaw(begin(), fields));
}

/** The fields of a frame that was made here: all its bytes behind its type and length. */
export function fieldsIn(frame: Uint8Array): Uint8Array {
  const cursor = new Cursor(frame);
  for (let head = 0; head < 2; head += 1) cursor.varint();
  return frame.subarray(cursor.at);
}

/**
 * Frames stand one behind the other in a slab, for memory of its own costs a small one more than all else. A frame that is
 * kept keeps its slab: so that is short.
 */
const SLAB_BYTES = 8192;
let slab = new Uint8Array(SLAB_BYTES);
/** Where the next frame may begin. */
let slabFree = 0;
/** Where the fields of the frame that is being made begin. Room is left ahead of them: how long its head is, is known last. */
let fieldsFrom = 0;
const NUMBER_BYTES_MAX = 8;
const HEAD_BYTES_MAX = 2 * NUMBER_BYTES_MAX;

/** Begins a frame; gives where its fields begin. */
function begin(): number {
  fieldsFrom = slabFree + HEAD_BYTES_MAX;
  return makeRoom(fieldsFrom, 0);
}

function putRaw(from: number, fields: readonly RawField[]): number {
  let at = from;
  for (const { tag, value } of fields) {
    at = makeRoom(at, HEAD_BYTES_MAX + value.length);
    at = putVarint(slab, putVarint(slab, at, tag), value.length);
    slab.set(value, at);
    at += value.length;
  }
  return at;
}

/** Sees to it that so many bytes may be written at an offset; gives where that is now. What fits no frame by far is not written. */
function makeRoom(at: number, bytes: number): number {
  const written = at - fieldsFrom;
  if (written > FRAME_BYTES_MIN) throw tooLong(written);
  if (at + bytes <= slab.length) return at;
  const next = new Uint8Array(Math.max(SLAB_BYTES, HEAD_BYTES_MAX + written + bytes));
  next.set(slab.subarray(fieldsFrom, at), HEAD_BYTES_MAX);
  slab = next;
  fieldsFrom = HEAD_BYTES_MAX;
  return fieldsFrom + written;
}

function frameOf(type: number, end: number): Uint8Array {
  const bytes = end - fieldsFrom;
  if (bytes > FRAME_BYTES_MIN) throw tooLong(bytes);
  const from = fieldsFrom - varintBytes(type) - varintBytes(bytes);
  putVarint(slab, putVarint(slab, from, type), bytes);
  slabFree = end;
  return slab.subarray(from, end);
}

function tooLong(bytes: number): EncodeError {
  return new EncodeError(`a frame has at most ${FRAME_BYTES_MIN} bytes of fields; got ${bytes}`);
}

/** The message in a whole frame, or what is wrong with it. */
export function decodeHcp2({ type, body }: Hcp2Frame): Hcp2Message | Hcp2Malformed | Hcp2Unknown {
  const kind = kindsByType.get(type);
  if (kind === undefined) return { kind: "unknown", type };
  const values: Values & { readonly kind: MessageKind } = { kind };
  const fault = readFields(kind, body, values) ?? (isComplete(kind, values) ? undefined : "field-missing");
  if (fault !== undefined) {
    return { kind: "malformed", fault, request: typeof values.request === "string" ? values.request : undefined };
  }
  // The one place where values become a message: the tables said which, and of what kind.
  return values as unknown as Hcp2Message;
}

/** Reads fields into `values`; gives the first fault. */
function readFields(kind: MessageKind, body: Uint8Array, values: Values): Hcp2Fault | undefined {
  const cursor = new Cursor(body);
  let ignored: Set<number> | undefined;
  while (!cursor.isAtEnd) {
    const tag = cursor.varint();
    const length = typeof tag === "number" ? cursor.varint() : tag;
    if (tag === "too-big" || length === "too-big") return "number-too-big";
    const bytes = typeof length === "number" ? cursor.take(length) : undefined;
    if (typeof tag !== "number" || bytes === undefined) return "field-cut";
    const name = fieldsByTag.get(tag);
    if (name !== undefined && fieldsOf.get(kind)?.has(name)) {
      if (values[name] !== undefined) return "field-twice";
      const value = valueOfBytes(FIELDS[name].kind, bytes);
      if (value instanceof ValueFault) return value.fault;
      values[name] = value;
    } else {
      if (tag % 2 === 0) return "field-unknown";
      if (ignored?.has(tag)) return "field-twice";
      ignored = (ignored ?? new Set()).add(tag);
    }
  }
  return undefined;
}

function isComplete(kind: MessageKind, values: Values): boolean {
  return MESSAGES[kind].needs.every((name) => values[name] !== undefined);
}

function entriesOf<Key extends string, Item>(table: Readonly<Record<Key, Item>>): readonly (readonly [Key, Item])[] {
  return Object.entries<Item>(table) as [Key, Item][];
}
