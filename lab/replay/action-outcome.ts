// Owns what comes of one action of a scenario: it was taken, or what was expected of it and what was seen instead. Pure. It
// must not know any action.

import type { TextPair } from "./match.ts";

export type ActionOutcome =
  | { readonly kind: "done" }
  | {
      readonly kind: "failed";
      readonly expected: string;
      readonly seen: string;
      /** "fail" unless told. */
      readonly verdict?: "unsupported" | "error";
      readonly texts?: TextPair;
    };

export type FailedAction = Extract<ActionOutcome, { kind: "failed" }>;

export const DONE: ActionOutcome = { kind: "done" };

export function failed(expected: string, seen: string, verdict?: FailedAction["verdict"]): FailedAction {
  return { kind: "failed", expected, seen, ...(verdict && { verdict }) };
}
