// Owns what goes between the client and its page beside the control protocol: each shown line's meaning, what each press
// on Send came to, and a beat. It must not know either side. Only the client's own page asks for it; whoever opens a session
// otherwise gets the control protocol alone.

import type { ControlEvent2 } from "../../control.ts";
import type { LineMeaning } from "../../line-meaning.ts";
import type { SendOutcome } from "../../outgoing.ts";
import type { SessionCommand } from "../../session-io.ts";

/** The WebSocket subprotocol by which a page asks for it. */
export const PAGE_PROTOCOL = "howdy-page";

export type WindowEvent =
  /** `meaning` comes with `shown`, and with nothing else. */
  (ControlEvent2 & { readonly meaning?: LineMeaning }) | { readonly outcome: SendOutcome };

/** What the page gives: commands of the control protocol, and a password in place of the name of a file. */
export type WindowCommand =
  | SessionCommand
  | { readonly signIn: { readonly name: string; readonly password: string } }
  | { readonly register: { readonly password: string } };

/** The frame by which the page asks whether the client is there, and the client answers at once that it is. */
export const BEAT_FRAME = '{"beat":{}}';

/** The parameter of a session's address that names the page: a page that comes again takes the place of its session. */
export const PAGE_PARAMETER = "page";

/** What a page calls itself: 128 bits of chance, which nobody else knows. */
export const PAGE_NAME = /^[0-9a-f]{32}$/;
