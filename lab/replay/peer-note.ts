// Owns what a raw peer's transcript holds: facts about one of its connections, and how they read. Pure; a browser's page
// uses it too. It must not know a protocol: frames come in its words. Invariant: a note is plain data.

/** What a peer does to a connection beside sending. */
export type PeerDeed = "ends the stream" | "resets the connection" | "stops reading" | "reads again";

/** A connection by its name, and what it was sent, what came on it, what the peer did to it, or what became of it. */
export type PeerNote = { readonly link: string } & (
  | (Frames & { readonly kind: "sends"; readonly times: number; readonly pieces: number })
  | (Frames & { readonly kind: "receives" })
  | { readonly kind: "does"; readonly deed: PeerDeed }
  /** "connected", "ended by the other side", "failed: ECONNREFUSED". */
  | { readonly kind: "turns"; readonly into: string }
);

interface Frames {
  /** The frames in the protocol's words. */
  readonly words: string;
  /** Their first bytes, in the notation. */
  readonly hex: string;
}

/** 'c1 → 2 × proposal "Zoe" (01 5a …)', "c1 stops reading". */
export function tellPeerNote(note: PeerNote): string {
  const arrow = note.kind === "sends" ? "\u2192 " : note.kind === "receives" ? "\u2190 " : "";
  return `${note.link} ${arrow}${tellPeerEvent(note)}`;
}

/** The same without the connection and which way it went. */
export function tellPeerEvent(note: PeerNote): string {
  switch (note.kind) {
    case "sends": {
      const { times, pieces } = note;
      const how = [...(times === 1 ? [] : [`${times} \u00d7`]), ...(pieces === 1 ? [] : [`in ${pieces} pieces`])];
      return [...how, tellFrames(note)].join(" ");
    }
    case "receives":
      return tellFrames(note);
    case "does":
      return note.deed;
    case "turns":
      return note.into;
  }
}

function tellFrames({ words, hex }: Frames): string {
  return `${words} (${hex})`;
}
