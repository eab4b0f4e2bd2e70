// Owns the reading of the peer's events at the lab's edge. It must not know what they lead to.

import * as z from "zod";
import type { PeerEvent } from "../peer/words.ts";

const moment = { as: z.string(), atMs: z.number() };

const eventSchema: z.ZodType<PeerEvent> = z.union([
  z.strictObject({ ready: z.record(z.string(), z.never()) }),
  z.strictObject({ listening: z.strictObject({ port: z.number() }) }),
  z.strictObject({ connected: z.strictObject({ ...moment, port: z.number() }) }),
  z.strictObject({ accepted: z.strictObject({ ...moment, address: z.string(), port: z.number() }) }),
  z.strictObject({ received: z.strictObject({ ...moment, hex: z.hex() }) }),
  z.strictObject({ silent: z.strictObject({ ...moment, ms: z.number() }) }),
  z.strictObject({ sent: z.strictObject({ ...moment, bytes: z.number() }) }),
  z.strictObject({ ended: z.strictObject(moment) }),
  z.strictObject({ reset: z.strictObject(moment) }),
  z.strictObject({ failed: z.strictObject({ ...moment, why: z.string() }) }),
  z.strictObject({ error: z.strictObject({ message: z.string() }) }),
]);

/** The event that a line is, or undefined. */
export function readPeerEvent(line: string): PeerEvent | undefined {
  try {
    const parsed = eventSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
