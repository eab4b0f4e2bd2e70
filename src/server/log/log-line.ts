// Owns what a line of the server's log is: a text for people, facts for machines. It must not know who prints it.
// Invariant: no text holds a control character that came from a peer.

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
  return { level, event, text, fields };
}

/** A peer's address as the report's log prints it: ('10.6.1.153', 49175). */
export function peerName(peer: PeerAddress): string {
  return `('${peer.address}', ${peer.port})`;
}

/** A peer's text without control characters: each becomes U+FFFD. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}
