// Owns how a case's wire stands in result.json: plain values, bytes as hexadecimal, times on the case's own clock. It must
// not know how the wire was had. Invariant: every event is there, in the order in which it was captured.

import { z } from "zod";
import { isFenceText } from "../protocol/fence-text.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireEnd, WireEvent, WireFrame, WireRecord } from "../wire/wire.ts";

/** The packets, in the case's folder. */
export const PCAP_FILE = "wire.pcap";

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
  })
  .describe("What crossed the wire between the hosts while the case ran.");

export type WireResult = z.infer<typeof wireResult>;
export type WireFrameResult = Extract<WireResult["events"][number], { kind: "frame" }>;

/** @param startMs - When the case began, in milliseconds since the epoch. */
export function toWireResult(record: WireRecord, startMs: number, protocol: WireProtocol): WireResult {
  const { source, note, pcap, events } = record;
  return {
    source,
    note,
    pcap: pcap === null ? null : PCAP_FILE,
    events: events.map((event) => toEvent(event, startMs, protocol)),
  };
}

function toEvent(event: WireEvent, startMs: number, protocol: WireProtocol): WireResult["events"][number] {
  const ends = { atMs: round(event.atMs - startMs), from: toEnd(event.from), to: toEnd(event.to) };
  if (event.kind !== "frame") return { kind: event.kind, ...ends };
  const { bytes, wireBytes, end, segments, isMerged, facts } = event;
  const { type, title, fault, names, namesTold, givenName, text } = facts;
  return {
    kind: "frame",
    ...ends,
    type,
    title,
    bytes: Buffer.from(bytes).toString("hex"),
    wireBytes,
    end,
    ended: tellEnd(end, protocol),
    segments,
    merged: isMerged,
    fault,
    names: [...names],
    namesTold,
    givenName,
    text,
    fence: text !== null && isFenceText(text),
  };
}

function tellEnd(end: WireFrame["end"], protocol: WireProtocol): string {
  return end === "stream-end" ? "by the end of the connection" : protocol.tellEnd(end);
}

function toEnd({ host, address, port }: WireEnd): WireFrameResult["from"] {
  return { host, address, port };
}

/** Microseconds are as fine as a capture tells. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
