// Owns how a position in the stream is written as text, for whoever keeps it. Pure. It must not know brokers. Invariant: what is
// read is checked.

import * as z from "zod";
import { RoomLogError } from "../room-log.ts";
import { BEGINNING, type Position } from "./order.ts";

const count = z.int().nonnegative();

const positionSchema = z.strictObject({
  sequence: count,
  atMs: z.number().nonnegative(),
  nodes: z.array(
    z.tuple([
      z.string(),
      z.strictObject({ name: z.string(), leaseMs: z.int().positive(), number: z.int().positive(), sequence: count }),
    ]),
  ),
});

export function writePosition(position: Position): string {
  return JSON.stringify(position);
}

/**
 * The position that a text says; without a text, the log's beginning.
 * @throws RoomLogError when it says none.
 */
export function positionOf(text: string | undefined): Position {
  const position = text === undefined ? BEGINNING : readPosition(text);
  if (position === undefined) throw new RoomLogError(`this is no position in a room's log: ${text?.slice(0, 80)}`);
  return position;
}

/** Undefined when the text says none. */
export function readPosition(text: string): Position | undefined {
  try {
    return positionSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // SyntaxError, its one error.
  }
}
