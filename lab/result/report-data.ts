// Owns what a report of a run is made of: the one result, and beside it what each host said and looked like, on each
// case's own clock. Pure. It must not know how a report looks. Invariant: it is plain JSON, and nothing of it is markup.

import { spokenIn } from "../protocol/by-port.ts";
import type { Field, WireProtocol } from "../protocol/wire-protocol.ts";
import { tellOmitted } from "../replay/driver.ts";
import type { Evidence } from "../replay/outcome.ts";
import type { PeerNote } from "../replay/peer-note.ts";
import type { TranscriptEntry } from "../replay/transcript.ts";
import type { RunResult } from "./result.ts";
import type { WireResult } from "./wire-result.ts";

/** Something that a host printed, showed or was told, with the milliseconds since the case began. */
interface Timed {
  readonly atMs: number;
  /** It belongs to a fence, the lab's own message. */
  readonly fence: boolean;
}

export interface LogEntry extends Timed {
  readonly text: string;
}

/**
 * `command`: what the user did. `shown`: a line of the text box. `other`: any other event, as JSON. `wire`: of a peer, what
 * one of its connections sent or received, or what became of it.
 */
export type TranscriptLine = Timed & (TextLine | { readonly kind: "wire"; readonly note: PeerNote });

interface TextLine {
  readonly kind: "command" | "shown" | "users" | "other" | "stderr" | "unreadable" | "omitted" | "exit";
  readonly text: string;
}

export interface Picture {
  readonly host: string;
  /** The step after which it was taken, from 1 on; 0 is the set-up. */
  readonly step: number;
  /** A data: URL of a PNG. */
  readonly url: string;
}

export interface CaseEvidence {
  readonly logs: readonly { readonly host: string; readonly lines: readonly LogEntry[] }[];
  readonly transcripts: readonly { readonly host: string; readonly lines: readonly TranscriptLine[] }[];
  readonly pictures: readonly Picture[];
  /** What the bytes of each frame of its wire mean, by the bytes in hexadecimal. */
  readonly frames: Readonly<Record<string, FrameFields>>;
  /** What of the case is not here, for want of room. */
  readonly leftOut: LeftOut;
}

export interface LeftOut {
  readonly lines: number;
  /** Of the wire. */
  readonly events: number;
  readonly pictures: number;
}

export interface FrameFields {
  readonly fields: readonly Field[];
  /** How many fields more the frame has. */
  readonly more: number;
}

/** A list of a thousand names would be a thousand fields. */
const FIELDS_MAX = 80;

export interface ReportData {
  readonly result: RunResult;
  /** What the cases' requirement numbers mean, by number. */
  readonly requirements: Readonly<Record<number, string>>;
  /** One for each of the result's scenarios, in the same order. */
  readonly evidence: readonly CaseEvidence[];
}

/** @param startMs - When the case began, in milliseconds since the epoch. */
export function toCaseEvidence(
  evidence: Evidence,
  startMs: number,
  wire: WireResult,
  protocol: WireProtocol,
): CaseEvidence {
  return {
    logs: [...evidence.logs].map(([host, lines]) => ({
      host,
      lines: lines.map(({ atMs, text, isFence }) => ({ atMs: atMs - startMs, fence: isFence, text })),
    })),
    transcripts: [...evidence.transcripts].map(([host, entries]) => ({
      host,
      lines: entries.map((entry) => ({
        atMs: entry.atMs - startMs,
        fence: entry.fence === true,
        ...toTranscriptLine(entry),
      })),
    })),
    pictures: [...evidence.pictures].map(([file, bytes]) => {
      const { host = file, step = "0" } = /^(?<host>.*)-step-(?<step>\d+)\.png$/.exec(file)?.groups ?? {};
      return { host, step: Number(step), url: `data:image/png;base64,${Buffer.from(bytes).toString("base64")}` };
    }),
    frames: toFrames(wire, protocol),
    leftOut: { lines: 0, events: 0, pictures: 0 },
  };
}

function toFrames({ events }: WireResult, protocol: WireProtocol): CaseEvidence["frames"] {
  const frames = events.flatMap((event) => (event.kind === "frame" ? [event] : []));
  const byHex = new Map(frames.map((frame) => [frame.bytes, frame]));
  return Object.fromEntries(
    Array.from(byHex, ([hex, frame]) => {
      const fields = spokenIn(protocol, frame).fieldsOf(Buffer.from(hex, "hex"));
      return [hex, { fields: fields.slice(0, FIELDS_MAX), more: Math.max(0, fields.length - FIELDS_MAX) }];
    }),
  );
}

function toTranscriptLine(entry: TranscriptEntry): TextLine | { readonly kind: "wire"; readonly note: PeerNote } {
  if ("command" in entry) return { kind: "command", text: JSON.stringify(entry.command) };
  if ("stderr" in entry) return { kind: "stderr", text: entry.stderr };
  if ("unreadable" in entry) return { kind: "unreadable", text: entry.unreadable };
  if ("omitted" in entry) return { kind: "omitted", text: tellOmitted(entry.omitted) };
  if ("peer" in entry) return { kind: "wire", note: entry.peer };
  if ("exit" in entry) return { kind: "exit", text: entry.exit.signal ?? `exit status ${entry.exit.code}` };
  if ("shown" in entry.event) return { kind: "shown", text: entry.event.shown.text };
  if ("users" in entry.event) return { kind: "users", text: entry.event.users.names.join(", ") };
  return { kind: "other", text: JSON.stringify(entry.event) };
}
