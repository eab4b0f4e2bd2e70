// Owns every number of version 1, once. PROTOCOL.md, "Limits", states the same numbers with their sources.

import { NAME_BYTES } from "../name.ts";
import { TEXT_BYTES_MAX } from "../text.ts";

export { NAME_BYTES, TEXT_BYTES_MAX };

/** TCP port unless somebody says otherwise. Report, "Howdy Chat Protocol". */
export const DEFAULT_PORT = 20_002;

/** Ports below it are reserved; the report's prompt refuses them. Report, "Server Configuration". */
export const PORT_MIN = 1025;
export const PORT_MAX = 65_535;

/** Bytes of a frame of type 1, 2 or 3. */
export const NAME_FRAME_BYTES = 1 + NAME_BYTES;

/** Bytes of a frame of type 5 before its text. */
export const MESSAGE_HEADER_BYTES = 1 + 2 * NAME_BYTES;

/** The report's programs read at most this much at once, 4096 bytes, so a longer frame cannot reach them whole. */
export const FRAME_BYTES_MAX = MESSAGE_HEADER_BYTES + TEXT_BYTES_MAX;

/** Names in a list that we write: as many whole name fields as fit a frame that the report's client can read. */
export const LIST_NAMES_MAX = Math.floor((FRAME_BYTES_MAX - 1) / NAME_BYTES);

/** Names in a list that we read: other servers may write longer ones, and no peer may make us wait for ever. */
export const LIST_NAMES_READ_MAX = 1024;

/** The smallest segment that TCP cuts a stream into unless told otherwise (RFC 9293, 3.7.1): 536 bytes. */
export const SEGMENT_BYTES_MIN = 536;

/**
 * Silence, in milliseconds, after which a frame without a length counts as ended. One write's segments leave a sender
 * together, so a few milliseconds suffice; it stays under the gap that we and others leave between two messages.
 */
export const SEGMENT_SILENCE_MS = 10;

/**
 * Silence, in milliseconds, after which what is missing of a name field counts as padding. Longer than the first
 * retransmission of a lost segment (200 ms on Linux), so that a loss does not cut a name short.
 */
export const PADDING_SILENCE_MS = 500;

/** Default milliseconds between two messages to one connection: the report's programs take a read for a message. */
export const MESSAGE_GAP_MS = 20;

/** Bytes a frame reader holds at most: a chunk of 64 KiB behind the longest frame that is still incomplete. */
export const READER_BYTES_MAX = 262_144;
