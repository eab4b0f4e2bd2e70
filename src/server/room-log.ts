// Owns how the room's log lines are made: the report's wording in `text`, the facts in `fields`. It must not know who
// prints them. Invariant: no text holds a control character that came from a peer.

/** Where a peer is, as the log names it. */
export interface PeerAddress {
  readonly address: string;
  readonly port: number;
}

export type LogLevel = "info" | "warn";

/** A line for the server's log. */
export interface LogEffect {
  readonly kind: "log";
  readonly level: LogLevel;
  /** What happened, for machines; stable. */
  readonly event: string;
  /** What happened, in the report's words. */
  readonly text: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

export function log(event: string, text: string, fields: LogEffect["fields"], level: LogLevel = "info"): LogEffect {
  return { kind: "log", level, event, text, fields };
}

/** A peer's address as the report's log prints it: ('10.6.1.153', 49175). */
export function peerName(peer: PeerAddress): string {
  return `('${peer.address}', ${peer.port})`;
}

/** A peer's text without control characters: each becomes U+FFFD. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}
