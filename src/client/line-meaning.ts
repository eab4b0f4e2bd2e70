// Owns what a shown line is, for a face of this project: whose words it holds, or what it is about. It must not know
// how a line looks. The control protocol does not carry it. Invariant: no meaning is read from a line's words. Somebody
// may take the name "You say:".

import { EVERYBODY } from "../protocol/hcp1/index.ts";
import { somebodySays, somebodyWhispers, YOU_WHISPER_TO, youSay, youWhisper } from "./texts.ts";

/** What a line of the client's own is about. */
export type NoticeKind =
  | "dialling"
  | "certificate"
  | "unreachable"
  | "lost"
  | "name-not-accepted"
  | "refused"
  | "doubtful"
  | "forgotten"
  | "registered"
  /** A password is of use to others, since there is no TLS. */
  | "in-clear"
  /** Nothing came of signing in or registering. */
  | "account"
  | "name-awaited"
  | "name-given-up"
  | "back";

export type LineMeaning =
  /** One's own words. The line names the receiver unless it is `All`. */
  | { readonly kind: "own"; readonly receiver: string }
  /**
   * Somebody's words; the line begins with the sender. `Server` is a sender, too, and always listed. A user need not be
   * in the list when they speak, since a list is cut at 63 names.
   */
  | { readonly kind: "spoken"; readonly sender: string; readonly whispered: boolean; readonly isListed: boolean }
  /** A line that is a name, of those who left or joined. */
  | { readonly kind: "name"; readonly name: string }
  /** What those names did. */
  | { readonly kind: "presence" }
  /** The server accepted one's name, as it spelled it. */
  | { readonly kind: "named"; readonly username: string }
  | { readonly kind: "notice"; readonly notice: NoticeKind };

/** A line with somebody's words in it. */
export type Words = Extract<LineMeaning, { readonly kind: "own" | "spoken" }>;

/** Where the parts of such a line stand, in UTF-16 units. */
export interface Places {
  /** The other one's name; undefined when a line of one's own is for everybody. */
  readonly name: string | undefined;
  readonly nameAt: number;
  /** The text that was sent goes from here to the end. */
  readonly textAt: number;
}

/** Finds the parts of a line by its meaning: a name or a text may hold any words, so they tell nothing. */
export function placesOf(meaning: Words): Places {
  if (meaning.kind === "spoken") {
    const says = meaning.whispered ? somebodyWhispers : somebodySays;
    return { name: meaning.sender, nameAt: 0, textAt: says(meaning.sender, "").length };
  }
  const { receiver } = meaning;
  if (receiver === EVERYBODY) return { name: undefined, nameAt: 0, textAt: youSay("").length };
  return { name: receiver, nameAt: YOU_WHISPER_TO.length, textAt: youWhisper(receiver, "").length };
}
