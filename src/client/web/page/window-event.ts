// Owns what the client gives its page while it runs: the control protocol's events, each shown line with its meaning, and
// what each press on Send came to. It must not know either side. Only the client's own page asks for it; whoever opens a
// session otherwise gets the control protocol alone.

import type { ControlEvent } from "../../control.ts";
import type { LineMeaning } from "../../line-meaning.ts";
import type { SendOutcome } from "../../outgoing.ts";

/** The WebSocket subprotocol by which a page asks for it. */
export const PAGE_PROTOCOL = "howdy-page";

export type WindowEvent =
  /** `meaning` comes with `shown`, and with nothing else. */
  (ControlEvent & { readonly meaning?: LineMeaning }) | { readonly outcome: SendOutcome };
