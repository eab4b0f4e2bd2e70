// Owns what a page asks of its client with a password in it: to sign in, or to register. It must not know sessions. Invariant:
// only the client's own page is heard, and it names no file: what stands on the client's disk is none of a page's business.

import * as z from "zod";
import type { AccountWish } from "../accounts.ts";

const schema = z.union([
  z.strictObject({ signIn: z.strictObject({ name: z.string(), password: z.string() }) }),
  z.strictObject({ register: z.strictObject({ password: z.string() }) }),
]);

/** What a frame asks for; undefined of one that is no such wish. */
export function readPageWish(frame: string): AccountWish | undefined {
  // Cheap, since every frame of a page comes by here.
  if (!frame.startsWith('{"signIn":') && !frame.startsWith('{"register":')) return undefined;
  const parsed = schema.safeParse(parseJson(frame));
  if (!parsed.success) return undefined;
  return "signIn" in parsed.data
    ? { kind: "sign-in", ...parsed.data.signIn }
    : { kind: "register", ...parsed.data.register };
}

function parseJson(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined; // JSON has no undefined: no wish, which the caller goes on with.
  }
}
