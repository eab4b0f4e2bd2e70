// Owns every limit of the web face, once, with its unit and reason. It must not know who keeps them.

import { COMMAND_LINE_BYTES_MAX } from "../control.ts";

/** Windows at once, tabs counted: more than the 63 users that a list can hold. One more is told to come later. */
export const SESSIONS_MAX = 64;

/** Bytes of one command from a page: what the headless client takes as a line. */
export const COMMAND_BYTES_MAX = COMMAND_LINE_BYTES_MAX;

/** Commands that may wait for a dial before the page is not read any more. */
export const COMMANDS_WAITING_MAX = 64;

/**
 * Bytes of events that may wait for one slow browser. The largest single event, a `state` with 1000 of the longest
 * lines, takes 8 MB.
 */
export const EVENTS_WAITING_BYTES_MAX = 16_777_216;

/** HTTP connections at once: every window, and as many again that fetch a page. */
export const HTTP_CONNECTIONS_MAX = 2 * SESSIONS_MAX;

/** Bytes of a request's headers: a browser without cookies needs under 2000. */
export const HTTP_HEADER_BYTES_MAX = 8192;

/** Until a request's headers must be there, in milliseconds. */
export const HTTP_HEADERS_MS = 10_000;

/** Until a whole request must be there, in milliseconds. No request here has a body. */
export const HTTP_REQUEST_MS = 10_000;

/** How long an idle HTTP connection is kept, in milliseconds. */
export const HTTP_IDLE_MS = 5000;

/** Servers and origins that may be allowed. */
export const ALLOWED_MAX = 64;
