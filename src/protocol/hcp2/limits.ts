// Owns every number of version 2, once. PROTOCOL.md, "Limits of version 2", states the same numbers with their sources.

/** The greatest number that a frame may hold: what every language has exactly (RFC 7493, 2.2). */
export const NUMBER_MAX = Number.MAX_SAFE_INTEGER;

/** Bytes of fields in a frame that every peer takes. No frame of ours has more. */
export const FRAME_BYTES_MIN = 17_408;

/** Bytes of fields in a frame that we take; told in our hello. */
export const FRAME_BYTES_MAX = 32_768;

/** Bytes of UTF-8 in one text: the longest that comes by any door. What is longer than 3967 reaches version 1 in parts. */
export const TEXT_BYTES_MAX = 16_384;

/** Bytes of what its receiver only repeats or compares: a request, a nonce, an id. */
export const OPAQUE_BYTES_MAX = 32;

/** Lines in one answer to a request for history. */
export const HISTORY_LINES_MAX = 100;

/** Bytes of what somebody looks for. */
export const SEARCH_BYTES_MAX = 256;

/** Lines that are counted as unread; where there are more, it is as many. */
export const UNREAD_LINES_MAX = 1000;

/** Milliseconds of silence after which the beginning of a preface is none, but a frame of version 1. */
export const PREFACE_SILENCE_MS = 500;

/** Rounds by which a client stretches a password, and bytes of a salt and of a key (RFC 7677). The same for all names, so
 * that nothing tells one that is registered from one that is not. */
export const PASSWORD_ROUNDS = 600_000;
export const SALT_BYTES = 16;
export const KEY_BYTES = 32;

/** A reserved number is 62 n + 33. All of them are odd, so that no reserved tag must be understood. */
export const GREASE_STEP = 62;
export const GREASE_FIRST = 33;
