// Owns what a shown line is, for a face in the same process: whose words it holds, or what it is about. It must not know
// how a line looks. The control protocol does not carry it.

/** What a line of the client's own is about. */
export type Notice = "dialling" | "unreachable" | "lost" | "name-not-accepted" | "refused";

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
  | { readonly kind: "notice"; readonly notice: Notice };
