// Owns the shape of what a scenario says of raw bytes: frames, what a peer does with them, what it is to receive. It must
// not know hosts, programs or a protocol's frames, which come from its notation; what a schema cannot say well (hexadecimal,
// lengths) is check-wire.ts's.

import * as z from "zod";
import type { Notation, WrittenSource } from "../protocol/notation.ts";
import { strict } from "../yaml/strict.ts";

const HEX_CHARS_MAX = 40_000;
const FRAMES_MAX = 100;
const NAME_CHARS_MAX = 64;
const CUTS_MAX = 200;
const CONNECTIONS_MAX = 100;
const TIMES_MAX = 10_000;

/** Words that a frame's place may hold where something is expected. */
export const EXPECTED_WORDS = ["nothing", "closed", "reset"] as const;

const connectionName = z
  .string()
  .min(1)
  .max(NAME_CHARS_MAX)
  .describe("A connection's name in this file. Connections without one are c1, c2, … in their order.");
export const connectionCount = z
  .number()
  .int()
  .min(1)
  .max(CONNECTIONS_MAX)
  .describe("Peer: so many connections at once, as crowd-1, crowd-2, … of the name; {n} in a message is the number.");
export const time = z.string().max(NAME_CHARS_MAX).describe("A time: 5 ms, 2 s.");
const pieces = z.union([z.literal("frames"), z.array(z.number().int().min(1)).min(1).max(CUTS_MAX)], {
  error: "expected the pieces' lengths in bytes, or frames",
});

/** A protocol by its name. */
export const protocolName = z.string().min(1).max(NAME_CHARS_MAX);

/**
 * The schemas of what a file says of frames that are written in a protocol's notation.
 *
 * @param others - Notations that some of its hosts use.
 */
export function wireSchemas(notation: Notation, others: readonly Notation[] = []) {
  const frames = framesOf(notation, others);
  const expected = frames.describe(notation.expectHelp);
  const wireArgument = strict({
    as: connectionName
      .describe(
        "Which connection, or which crowd. It may be left out where there is one, and means the newest at a scripted server.",
      )
      .optional(),
    send: frames.describe("A frame or a list of frames to send: one write, unless it is cut into pieces.").optional(),
    times: z.number().int().min(1).max(TIMES_MAX).describe("How often it is sent, in one write.").optional(),
    pieces: pieces
      .describe(
        "Cut into writes of so many bytes, [1, 64], and the rest in the last; or a write for each frame of the list.",
      )
      .optional(),
    each: z.number().int().min(1).describe("Cut into writes of so many bytes each.").optional(),
    gap: time.describe("The time between two pieces: 5 ms.").optional(),
    end: z.literal(true).describe("Then a FIN: the peer still reads.").optional(),
    reset: z.literal(true).describe("Then a RST, which ends the connection.").optional(),
    reads: z.boolean().describe("false: it reads nothing from now on. true: it reads again.").optional(),
    expect: expected.optional(),
    within: time
      .describe(
        "How long that may take: 2 s; the run's --timeout unless told. With nothing: wait so long, since no fence can prove it.",
      )
      .optional(),
  }).describe("What is sent, and what comes back.");
  const receivesArgument = z
    .union([expected, z.record(connectionName, expected)], {
      error: "expected frames, or a map from connections to frames",
    })
    .meta({
      description:
        "What its newest connection receives in this step, or each connection by its name, once all of the step is done.",
      examples: [notation.exchange.received, "nothing"],
    });
  return { wireArgument, receivesArgument };
}

function framesOf({ bytesHelp, example, schemas }: Notation, others: readonly Notation[]) {
  const hex = z.string().max(HEX_CHARS_MAX).describe(bytesHelp);
  const frame = z.union([hex, ...schemas, ...others.flatMap((other) => other.schemas)], {
    error: `expected hexadecimal digits or a message, such as ${example}`,
  });
  return z.union([frame, z.array(frame).min(1).max(FRAMES_MAX)], {
    error: "expected hexadecimal digits, a message, or a list of them",
  });
}

export const givenPeer = strict({
  listen: z.number().int().min(1).max(65_535).describe("A scripted server: it listens at this port.").optional(),
  protocol: protocolName
    .describe("What this host's connections speak, where that is not what the case's programs do.")
    .optional(),
}).describe("The lab's raw peer runs here in the place of a program under test.");

type WireSchemas = ReturnType<typeof wireSchemas>;

export type FramesSource = z.infer<ReturnType<typeof framesOf>>;
export type FrameSource = string | WrittenSource;
export type WireSource = z.infer<WireSchemas["wireArgument"]>;
export type ReceivesSource = z.infer<WireSchemas["receivesArgument"]>;
