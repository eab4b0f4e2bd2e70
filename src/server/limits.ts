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

/** Seconds until a peer that fell silent without a close is given up. */
export const SILENT_DEATH_S = 30;

/**
 * Milliseconds that a stop may take to write what is queued. Then gaps between messages are given up, and a peer has the
 * connection's linger time to take what it is sent.
 */
export const STOP_HURRY_MS = 3000;

/** Bytes of log lines that may wait for a slow reader of standard output; beyond them lines are dropped and counted. */
export const LOG_BYTES_MAX = 16_777_216;

/** Milliseconds that the last log lines may take to be read once the server has stopped. */
export const LOG_CLOSE_MS = 500;
