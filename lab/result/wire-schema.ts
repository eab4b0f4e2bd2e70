// Owns the shape of a case's wire in result.json. It must not know how a wire becomes it. Invariant: plain values alone.

import * as z from "zod";

const wireEnd = z.strictObject({
  host: z.string().nullable().describe("The report's name of the host; null where the address is no host's."),
  address: z.string(),
  port: z.number().int(),
});

const directed = {
  atMs: z.number().describe("Milliseconds since the case's startedAt; of a frame, of its last byte."),
  from: wireEnd,
  to: wireEnd,
};

const wireFrame = z.strictObject({
  kind: z.literal("frame"),
  ...directed,
  type: z.number().int().describe("The number by which its protocol tells frames apart; of HCP the type byte."),
  title: z.string().describe("What its protocol calls it: 5 message."),
  spoken: z
    .string()
    .describe("The protocol that it is of, where what was said first on its connection decided that: hcp, hcp2.")
    .optional(),
  bytes: z.string().describe("The frame in hexadecimal, with padding of a fixed part that the peer left out."),
  wireBytes: z.number().int().describe("Bytes on the wire, without such padding."),
  end: z
    .enum(["length", "delimiter", "next-type", "limit", "silence", "stream-end"])
    .describe("What told the reader that the frame ends where it ends. PROTOCOL.md, 8.2 to 8.5."),
  ended: z.string().describe("The same in words: by silence."),
  segments: z.number().int().describe("Segments that it came in; over 1, it was split."),
  merged: z.boolean().describe("Another frame began or ended in one of its segments."),
  fault: z.string().nullable().describe("What is wrong with it, by PROTOCOL.md, 10.1; null of a message."),
  names: z
    .array(z.string())
    .describe(
      "The names in it, in their order, as far as they could be read: a text's are its sender and its receiver.",
    ),
  namesTold: z.string().describe("The same as a person reads them: Jon Stewart → All."),
  givenName: z
    .string()
    .nullable()
    .describe("The name that its receiver has from now on; null of a frame that gives none."),
  text: z.string().nullable().describe("What somebody says by it, where that could be read."),
  fence: z.boolean().describe("The lab's own message, which proves that nothing came before it."),
});

const wireTurn = z.strictObject({
  kind: z.enum(["opened", "ended", "reset"]).describe("The connection's first segment, a FIN, an RST."),
  ...directed,
});

export const wireResult = z
  .strictObject({
    source: z
      .enum(["packets", "relay", "none"])
      .describe("packets: captured, as Ethernet. relay: recorded by the lab between the two ends. none: not at all."),
    note: z.string().describe("How the wire was had, or why not."),
    pcap: z.string().nullable().describe("The packets, as a file in the case's folder."),
    events: z.array(z.discriminatedUnion("kind", [wireFrame, wireTurn])),
    omitted: z
      .strictObject({
        after: z.number().int().nonnegative().describe("How many of the events stand before them."),
        events: z.number().int().positive(),
        bytes: z.number().int().nonnegative().describe("Of their frames."),
      })
      .nullable()
      .describe("Events in the middle that are left out, because there are very many; the packets have them."),
  })
  .describe("What crossed the wire between the hosts while the case ran.");

export type WireResult = z.infer<typeof wireResult>;
export type WireFrameResult = Extract<WireResult["events"][number], { kind: "frame" }>;
