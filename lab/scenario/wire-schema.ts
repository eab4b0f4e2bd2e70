// Owns the shape of what a scenario says of raw bytes: frames, what a peer does with them, what it is to receive. It must
// not know hosts or programs; what a schema cannot say well (hexadecimal, lengths) is check-wire.ts's.

import { z } from "zod";
import { strict } from "../yaml/strict.ts";

const HEX_CHARS_MAX = 40_000;
const FRAMES_MAX = 100;
const NAMES_MAX = 64;
const NAME_CHARS_MAX = 64;
const TEXT_CHARS_MAX = 8192;
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
const time = z.string().max(NAME_CHARS_MAX).describe("A time: 5 ms, 2 s.");
const wireName = z.string().max(NAME_CHARS_MAX).describe("A name, spelled as it is to travel.");
const hex = z
  .string()
  .max(HEX_CHARS_MAX)
  .describe('Bytes as PROTOCOL.md writes them: 01 4a 6f 6e 00*61, with text in quotes: 01 "Jon" 00*61.');

const messages = [
  strict({ proposal: wireName }).describe("Type 1."),
  strict({ ack: wireName }).describe("Type 2."),
  strict({ nak: wireName }).describe("Type 3."),
  strict({ update: z.array(wireName).max(NAMES_MAX) }).describe(
    "Type 4. Guest {1..40} stands for forty names. Expected: one of the next lists has these names, in any order.",
  ),
  strict({
    message: strict({ from: wireName, to: wireName, text: z.string().max(TEXT_CHARS_MAX) }),
  }).describe("Type 5."),
] as const;

const frame = z.union([hex, ...messages], { error: "expected hexadecimal digits or a message, such as {ack: Jon}" });
const frames = z.union([frame, z.array(frame).min(1).max(FRAMES_MAX)], {
  error: "expected hexadecimal digits, a message, or a list of them",
});

/** What is to be received: frames in their order, or that nothing is, or how the connection ends. */
export const expectedFrames = frames.describe(
  "What comes next on the connection, in order and exactly; or nothing, closed, reset. Once its name is accepted, a list (type 4) may come at any time and is passed over where none is expected.",
);

const pieces = z.union([z.literal("frames"), z.array(z.number().int().min(1)).min(1).max(CUTS_MAX)], {
  error: "expected the pieces' lengths in bytes, or frames",
});

export const wireArgument = strict({
  as: connectionName.describe("Which connection; the newest unless told.").optional(),
  send: frames.describe("What is sent: one write, unless it is cut into pieces.").optional(),
  times: z.number().int().min(1).max(TIMES_MAX).describe("How often it is sent, in one write.").optional(),
  pieces: pieces
    .describe("Cut into writes of so many bytes each, the rest in the last; or a write for each frame of the list.")
    .optional(),
  each: z.number().int().min(1).describe("Cut into writes of so many bytes.").optional(),
  gap: time.describe("The time between two pieces.").optional(),
  end: z.literal(true).describe("Then a FIN: the peer still reads.").optional(),
  reset: z.literal(true).describe("Then a RST.").optional(),
  reads: z.boolean().describe("false: it reads nothing from now on. true: it reads again.").optional(),
  expect: expectedFrames.optional(),
  within: time
    .describe(
      "How long that may take; the run's --timeout unless told. With nothing: wait so long, since no fence can prove it.",
    )
    .optional(),
}).describe("Peer: send bytes, and say what comes back.");

export const receivesArgument = z
  .union([expectedFrames, z.record(connectionName, expectedFrames)], {
    error: "expected frames, or a map from connections to frames",
  })
  .describe("Peer: what the newest connection, or each one by its name, receives in this step.");

export const givenPeer = strict({
  listen: z.number().int().min(1).max(65_535).describe("A scripted server: it listens at this port.").optional(),
}).describe("The lab's raw peer runs here in the place of a program under test.");

export type FrameSource = z.infer<typeof frame>;
export type FramesSource = z.infer<typeof frames>;
export type WireSource = z.infer<typeof wireArgument>;
export type ReceivesSource = z.infer<typeof receivesArgument>;
