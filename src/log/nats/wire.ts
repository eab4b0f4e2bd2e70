// Owns what a message of the stream says, as JSON. Pure. It must not know brokers. Invariant: what is read is checked, and
// what was written is read as it was, bytes of an original too.

import { z } from "zod";
import type { Entry } from "../../room/entry.ts";

/** Entries of one message at most. A place's number has so many for each message of the stream. */
export const ENTRIES_PER_MESSAGE_MAX = 1024;

/** The version of what is written. A server of an older one reads none of it. */
const VERSION = 2;
/** Versions that can be read. Version 1 had no `provedKey`, `mustStandOut`, `unregister` and `forget`. */
const versions = z.literal([1, VERSION]);

const originalSchema = z.union([
  z.strictObject({ door: z.string(), value: z.string() }),
  z.strictObject({ door: z.string(), bytes: z.base64() }).transform(({ door, bytes }) => {
    return { door, value: new Uint8Array(Buffer.from(bytes, "base64")) };
  }),
]);

const session = z.string();
const saying = {
  session,
  text: z.string(),
  original: originalSchema.exactOptional(),
  nonce: z.string().exactOptional(),
};

const entrySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("join"),
    session,
    name: z.string(),
    isOwner: z.literal(true).exactOptional(),
    provedKey: z.string().exactOptional(),
    mustStandOut: z.literal(true).exactOptional(),
    original: originalSchema.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("register"),
    session,
    credentials: z.strictObject({ salt: z.string(), storedKey: z.string(), serverKey: z.string() }),
    original: originalSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("unregister"), session, original: originalSchema.exactOptional() }),
  z.strictObject({ kind: z.literal("leave"), session }),
  z.strictObject({
    kind: z.literal("read"),
    session,
    mark: z.int().positive(),
    original: originalSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("say"), ...saying }),
  z.strictObject({ kind: z.literal("whisper"), ...saying, receiver: z.string() }),
  z.strictObject({ kind: z.literal("announce"), text: z.string() }),
  z.strictObject({ kind: z.literal("kick"), name: z.string(), text: z.string() }),
  z.strictObject({ kind: z.literal("forget"), name: z.string() }),
]);

const number = z.int().positive();

const messageSchema = z.discriminatedUnion("kind", [
  /** A node takes part. Its first message. */
  z.strictObject({ v: versions, kind: z.literal("up"), number, name: z.string(), leaseMs: number }),
  /** What a node's sessions ask for. */
  z.strictObject({
    v: versions,
    kind: z.literal("entries"),
    number,
    entries: z.array(entrySchema).min(1).max(ENTRIES_PER_MESSAGE_MAX),
  }),
  /** A node is let go: it took leave, or was silent for its lease. Anybody says so, on the node's subject. */
  z.strictObject({ v: versions, kind: z.literal("down"), why: z.string() }),
]);

export type WireMessage = z.infer<typeof messageSchema>;

/** The message that a text says; undefined when it is none of this version. */
export function readMessage(text: string): WireMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function writeUp(name: string, leaseMs: number): string {
  return JSON.stringify({ v: VERSION, kind: "up", number: 1, name, leaseMs } satisfies WireMessage);
}

export function writeDown(why: string): string {
  return JSON.stringify({ v: VERSION, kind: "down", why } satisfies WireMessage);
}

/** Entries that writeEntry() made, as one message. */
export function writeEntries(number: number, entries: readonly string[]): string {
  return `{"v":${VERSION},"kind":"entries","number":${number},"entries":[${entries.join(",")}]}`;
}

export function writeEntry(entry: Entry): string {
  if (!("original" in entry) || entry.original === undefined) return JSON.stringify(entry);
  const { door, value } = entry.original;
  if (typeof value === "string") return JSON.stringify(entry);
  if (!(value instanceof Uint8Array)) throw new Error(`an original of ${door} is neither text nor bytes`);
  return JSON.stringify({ ...entry, original: { door, bytes: Buffer.from(value).toString("base64") } });
}
