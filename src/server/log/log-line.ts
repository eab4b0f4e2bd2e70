// Owns what a line of the server's log is: a text for people, facts for machines. It must not know who prints it.
// Invariant: no text and no field holds a character that a peer could hide in, command a terminal with, or turn a line with.

import { markName } from "../../unseen.ts";

/** Where a peer is, as the log names it. */
export interface PeerAddress {
  readonly address: string;
  readonly port: number;
}

/** What may be wished for: lines of this level and above. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

/** What a line of the server has. */
export type LogLevel = "info" | "warn";

/** A line for the server's log. */
export interface LogLine {
  readonly level: LogLevel;
  /** What happened, for machines; stable. */
  readonly event: string;
  /** What happened, for people. */
  readonly text: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Where the server's lines go. */
export interface LogSink {
  /** False when lines of this level go nowhere: then none need be made. */
  wants(level: LogLevel): boolean;
  write(line: LogLine): void;
}

export function logLine(event: string, text: string, fields: LogLine["fields"], level: LogLevel = "info"): LogLine {
  return { level, event, text: printable(text), fields: printableFields(fields) };
}

/** A peer's address as the report's log prints it: ('10.6.1.153', 49175). */
export function peerName(peer: PeerAddress): string {
  return `('${peer.address}', ${peer.port})`;
}

/** A line with names in it, where U+FFFD stands for each character that is not seen, commands, or turns the writing. */
export function printable(text: string): string {
  return markName(text, () => "\uFFFD");
}

function printableFields(fields: LogLine["fields"]): LogLine["fields"] {
  const entries = Object.entries(fields);
  return Object.fromEntries(entries.map(([name, of]) => [name, typeof of === "string" ? printable(of) : of]));
}
