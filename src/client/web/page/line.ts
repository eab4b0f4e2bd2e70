// Owns what one line of the text box is, as the page draws it. It must not know how lines are told apart.

/**
 * `text` of a spoken line is what stands behind the words; `known` says whether a user of that name was in the list.
 * A `notice` is the client's own word.
 */
export type LineMeaning =
  | { readonly kind: "own"; readonly receiver: string | undefined; readonly text: string }
  | {
      readonly kind: "spoken";
      readonly sender: string;
      readonly whispered: boolean;
      readonly known: boolean;
      readonly text: string;
    }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "presence" }
  | { readonly kind: "notice"; readonly tone: "plain" | "good" | "bad" };

/** One shown line: its exact text, what it means, and when it came. */
export interface Line {
  /** Counts up from 0, over all lines of this page. */
  readonly id: number;
  readonly text: string;
  readonly atMs: number;
  readonly meaning: LineMeaning;
}
