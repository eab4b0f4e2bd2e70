// Owns what the bytes of one frame are, field by field. Pure. It must not know the wire. Invariant: the fields lie one behind the other and cover every byte once.

import {
  FRAME_BYTES_MAX,
  isPlainText,
  MESSAGE_HEADER_BYTES,
  MESSAGE_TYPES,
  NAME_BYTES,
} from "../../src/protocol/hcp1/index.ts";
import { visible } from "../protocol/visible.ts";
import type { Field } from "../protocol/wire-protocol.ts";

const TYPE_NAMES = new Map(Object.entries(MESSAGE_TYPES).map(([name, type]) => [type as number, name]));

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The fields of one frame, as a frame reader cuts it; of anything else, what can be said of it. */
export function fieldsOf(bytes: Uint8Array): readonly Field[] {
  if (bytes.length === 0) return [];
  switch (bytes[0]) {
    case MESSAGE_TYPES.proposal:
    case MESSAGE_TYPES.ack:
    case MESSAGE_TYPES.nak:
      return [typeField(bytes), ...nameFields(bytes, 1, "name"), ...beyond(bytes, 1 + NAME_BYTES)];
    case MESSAGE_TYPES.update:
      return [typeField(bytes), ...listFields(bytes)];
    case MESSAGE_TYPES.message:
      return [
        typeField(bytes),
        ...nameFields(bytes, 1, "sender"),
        ...nameFields(bytes, 1 + NAME_BYTES, "receiver"),
        ...textFields(bytes),
        ...beyond(bytes, FRAME_BYTES_MAX),
      ];
    default:
      return [unknownField(bytes)];
  }
}

/** "message" of type 5; "unknown" of a type that version 1 has not. */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? "unknown";
}

function typeField(bytes: Uint8Array): Field {
  const type = bytes[0] ?? 0;
  return { offset: 0, bytes: 1, name: "type", value: `${type} ${typeName(type)}` };
}

/** A field of 64 bytes: a name and its padding. Shorter where the frame ends. */
function nameFields(bytes: Uint8Array, offset: number, name: string): readonly Field[] {
  const end = Math.min(bytes.length, offset + NAME_BYTES);
  const contentEnd = endOfContent(bytes, offset, end);
  const content = bytes.subarray(offset, contentEnd);
  const fault = content.includes(0) ? "a zero byte before the padding" : undefined;
  const missing = offset + NAME_BYTES - end;
  const short = missing > 0 && end > offset ? `${missing} of ${NAME_BYTES} bytes are missing` : undefined;
  const isEmpty = contentEnd === offset && end > offset;
  return [
    ...textField(content, offset, name, fault ?? (contentEnd === end ? short : undefined)),
    ...paddingField(contentEnd, end, isEmpty ? `an empty ${name}` : short),
  ];
}

/** The names of a list. Zero bytes beyond a name's 64 belong to it: the report's server pads by characters. */
function listFields(bytes: Uint8Array): readonly Field[] {
  const first = skipZeros(bytes, 1);
  const fields = [...paddingField(1, first, "a block of zero bytes holds no name")];
  let number = 0;
  for (let offset = first; offset < bytes.length; ) {
    const end = Math.min(bytes.length, offset + NAME_BYTES);
    const next = skipZeros(bytes, end);
    const contentEnd = endOfContent(bytes, offset, end);
    number += 1;
    const [name, padding] = nameFields(bytes, offset, `name ${number}`);
    if (name !== undefined) fields.push(name);
    const over = next - end;
    const note = over > 0 ? `${count(over)} over the ${NAME_BYTES} of the field` : padding?.note;
    fields.push(...paddingField(contentEnd, next, note));
    offset = next;
  }
  return fields;
}

function textFields(bytes: Uint8Array): readonly Field[] {
  const end = Math.min(bytes.length, FRAME_BYTES_MAX);
  const contentEnd = endOfContent(bytes, MESSAGE_HEADER_BYTES, end);
  const content = bytes.subarray(MESSAGE_HEADER_BYTES, contentEnd);
  const text = decodeStrictly(content);
  const fault = text !== undefined && !isPlainText(text) ? "a control character but tab and newline" : undefined;
  return [...textField(content, MESSAGE_HEADER_BYTES, "text", fault), ...paddingField(contentEnd, end)];
}

function textField(content: Uint8Array, offset: number, name: string, fault: string | undefined): readonly Field[] {
  if (content.length === 0) return [];
  const text = decodeStrictly(content);
  const value = visible(text ?? lenientDecoder.decode(content));
  return [{ offset, bytes: content.length, name, value, ...noted(text === undefined ? "not UTF-8" : fault) }];
}

function paddingField(start: number, end: number, note?: string): readonly Field[] {
  const bytes = end - start;
  if (bytes <= 0) return [];
  return [
    {
      offset: start,
      bytes,
      name: "padding",
      value: count(bytes, "zero "),
      ...noted(note),
    },
  ];
}

function unknownField(bytes: Uint8Array): Field {
  const value = visible(decodeStrictly(bytes) ?? lenientDecoder.decode(bytes));
  return { offset: 0, bytes: bytes.length, name: "unknown", value, note: "begins with no type of version 1" };
}

/** No frame reader gives such bytes; whoever cuts frames otherwise may. */
function beyond(bytes: Uint8Array, end: number): readonly Field[] {
  if (bytes.length <= end) return [];
  const value = visible(lenientDecoder.decode(bytes.subarray(end)));
  return [{ offset: end, bytes: bytes.length - end, name: "unknown", value, note: "behind the end of the frame" }];
}

function count(bytes: number, which = ""): string {
  return `${bytes} ${which}${bytes === 1 ? "byte" : "bytes"}`;
}

function noted(note: string | undefined): { readonly note?: string } {
  return note === undefined ? {} : { note };
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined; // TextDecoder's one error: the bytes are not UTF-8, which the caller says.
  }
}

function endOfContent(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] === 0) end -= 1;
  return Math.max(end, Math.min(from, to));
}

function skipZeros(bytes: Uint8Array, from: number): number {
  let offset = from;
  while (offset < bytes.length && bytes[offset] === 0) offset += 1;
  return offset;
}
