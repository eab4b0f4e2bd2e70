// Owns what a message of the stream says, as JSON. Pure. It must not know brokers. Invariant: what is read is checked, what
// was written is read as it was, bytes of an original too, and what a newer server wrote is never taken for nonsense.

import * as z from "zod";
import type { Entry } from "../../room/entry.ts";

/** Entries of one message at most. A place's number has so many for each message of the stream. */
export const ENTRIES_PER_MESSAGE_MAX = 1024;

/**
 * What this program writes, and reads with all before it. A new kind of message or entry, or a new field, is another version:
 * whoever does not know it must not go on, for it would be in another room. 2: accounts, read marks, names that must
 * stand out, and mail.
 */
export const VERSION = 2;

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
  z.strictObject({
    kind: z.literal("read"),
    session,
    mark: z.int().positive(),
    original: originalSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("leave"), session, unheard: z.int().exactOptional() }),
  z.strictObject({ kind: z.literal("say"), ...saying }),
  z.strictObject({ kind: z.literal("whisper"), ...saying, receiver: z.string() }),
  z.strictObject({ kind: z.literal("taken"), mail: z.int() }),
  z.strictObject({ kind: z.literal("announce"), text: z.string() }),
  z.strictObject({ kind: z.literal("kick"), name: z.string(), text: z.string() }),
  z.strictObject({ kind: z.literal("forget"), name: z.string() }),
]);

const number = z.int().positive();
const v = z.int().min(1).max(VERSION);

const messageSchema = z.discriminatedUnion("kind", [
  /** A node takes part. Its first message. */
  z.strictObject({ v, kind: z.literal("up"), number, name: z.string(), leaseMs: number }),
  /** What a node's sessions ask for. None: a node that has long said nothing says so, and has a newer last message. */
  z.strictObject({
    v,
    kind: z.literal("entries"),
    number,
    entries: z.array(entrySchema).max(ENTRIES_PER_MESSAGE_MAX),
  }),
  /** A node is let go: it took leave, or was silent for its lease. Anybody says so, on the node's subject. */
  z.strictObject({ v, kind: z.literal("down"), why: z.string() }),
]);

export type WireMessage = z.infer<typeof messageSchema>;

/** What a text is instead of a message that this program can read. */
export type Unread =
  /** No server wrote it. All servers pass over it. */
  | { readonly kind: "nonsense" }
  /** A newer server wrote it, in this version. */
  | { readonly kind: "newer"; readonly version: number };

const versionSchema = z.looseObject({ v: z.int().gt(VERSION) });

export function readMessage(text: string): WireMessage | Unread {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "nonsense" };
  }
  const newer = versionSchema.safeParse(value).data;
  if (newer !== undefined) return { kind: "newer", version: newer.v };
  return messageSchema.safeParse(value).data ?? { kind: "nonsense" };
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
