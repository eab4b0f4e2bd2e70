// Owns the server's limits: what one peer, and all of them together, may cost. Each can be found in PROTOCOL.md or in
// `--help`, and none is repeated elsewhere.

/** Connections at once. One more: the oldest without a name gives way, or the newcomer does if all have names. */
export const CONNECTIONS_MAX = 1024;

/** Milliseconds that a connection may stay without a name. A person thinks of one; a scanner does not. */
export const UNNAMED_TIME_MS = 300_000;

/** Bytes that a connection may send before it has a name: a thousand proposals. */
export const UNNAMED_BYTES_MAX = 65_536;

/** Messages that may wait for one peer. */
export const QUEUE_MESSAGES_MAX = 1024;

/** Bytes that may wait for one peer. */
export const QUEUE_BYTES_MAX = 2_097_152;

/** Seconds that a server of a shared room may be silent before the others let it go. */
export const LEASE_S = 5;

/** Clients ask for their names for 20 s (src/client/comeback.ts), and by then the room must have let a dead server go. */
export const LEASE_S_MAX = 15;

/** Seconds until a peer that fell silent without a close is given up. */
export const SILENT_DEATH_S = 30;

/**
 * Milliseconds that a stop may take to write what is queued. Then gaps between messages are given up, and a peer has the
 * connection's linger time to take what it is sent.
 */
export const STOP_HURRY_MS = 3000;

/** Bytes of log lines that may wait for a slow reader of standard output; beyond them lines are dropped and counted. */
export const LOG_BYTES_MAX = 16_777_216;

/** Milliseconds between two writes of log lines, unless the program ends. */
export const LOG_FLUSH_MS = 2;

/** Milliseconds that the last log lines may take to be read once the server has stopped. */
export const LOG_CLOSE_MS = 500;

/** Messages that a named connection may send at once, and after that each second; beyond them it is read later. */
export const FLOOD_BURST = 20;
export const FLOOD_RATE_PER_S = 10;

/** Milliseconds between two looks at whether those who wait for flood control are still there. */
export const FLOOD_LOOK_MS = 500;

/** Milliseconds that somebody waits for flood control before it is told so, and between two such notices. */
export const FLOOD_TELL_MS = 2000;

/**
 * Milliseconds that flood control goes on reading what a peer sent before it left: some fifty messages at the default
 * rate. Then the rest is dropped, because the peer's name must come free.
 */
export const FLOOD_LEAVE_MS = 5000;

/** Bytes of one order to the server, and milliseconds until it must have come whole. A name and a text fit. */
export const CONTROL_LINE_BYTES_MAX = 8192;
export const CONTROL_LINE_MS = 5000;

/** Connections to the control socket at once. */
export const CONTROL_CONNECTIONS_MAX = 8;

/** Wrong passwords that may come from one address at once, and after that one in so many milliseconds. */
export const SIGN_IN_ADDRESS_BURST = 10;
export const SIGN_IN_ADDRESS_EVERY_MS = 6000;

/** The same for one name, from wherever they come. More: whoever wants to lock its owner out must go on trying. */
export const SIGN_IN_NAME_BURST = 100;
export const SIGN_IN_NAME_EVERY_MS = 2000;

/** Names that may be registered from one address at once, and after that one in so many milliseconds. */
export const REGISTER_BURST = 20;
export const REGISTER_EVERY_MS = 60_000;

/** Addresses, and names, whose wrong passwords are remembered. */
export const SIGN_IN_REMEMBERED_MAX = 10_000;

/** Days that a message waits for a user who is away, and lines to All that are kept for those who left. */
export const MAIL_DAYS = 30;
export const MAIL_LINES = 50;

/** What may wait in a mailbox: whispers and their bytes for one name, bytes for all names, and names that are known. */
export const MAIL_NAMES_MAX = 10_000;
export const MAIL_LIMITS = {
  perNameMax: 100,
  bytesPerNameMax: 131_072,
  bytesMax: 67_108_864,
  namesMax: MAIL_NAMES_MAX,
} as const;

/** Waiting messages that are on their way to one user at once. */
export const MAIL_WINDOW_MESSAGES = 4;

/** Milliseconds until what can wait is written: who came and went. */
export const DATA_LAZY_MS = 500;

/** Changes of the data folder that are written at once; beyond them a turn's changes are several transactions. */
export const DATA_CHANGES_MAX = 512;

/** Changes that wait to be tried again while the disk refuses them. */
export const DATA_RETRIES_MAX = 10_000;

/** Lines that a data folder keeps, and bytes of its database. */
export const DATA_LINES_MAX = 1_000_000;
export const DATA_BYTES_MAX = 2_147_483_648;

/** Whispers between owners that it keeps; the oldest are forgotten. */
export const DATA_WHISPERS_MAX = 20_000;

/** Lines between two looks at these limits. Twice as many, the oldest, are forgotten when one is met. */
export const DATA_TRIM_LINES = 1024;

/** Places in the room's log that are reserved at a time, so that what was lost with a process has no other's place. */
export const DATA_PLACES_RESERVED = 1_048_576;

/** Milliseconds between two looks for what is too old. */
export const MAIL_PRUNE_MS = 3_600_000;

/** Lines that a snapshot of the room has, and bytes of their texts; and bytes of it before it is packed. */
export const SNAPSHOT_LINES_MAX = 10_000;
export const SNAPSHOT_TEXTS_BYTES_MAX = 16_777_216;
export const SNAPSHOT_UNPACKED_BYTES_MAX = 268_435_456;

/** Entries of the room's log between two snapshots of it, and the milliseconds that are between them at least. */
export const SNAPSHOT_ENTRIES = 10_000;
export const SNAPSHOT_EVERY_MS = 60_000;
