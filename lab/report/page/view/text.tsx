// Owns how any text of a run is drawn. Invariant: it is text, never markup; what cannot be seen has a symbol, and what is
// sought is marked.

import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import { makeVisible } from "../../../../src/visible.ts";
import { cutAtHits } from "../search.ts";

export const Sought = createContext("");

export function Text({ of }: { readonly of: string }): JSX.Element {
  const pieces = cutAtHits(makeVisible(of), useContext(Sought));
  return (
    <bdi>{pieces.map((piece, index) => (index % 2 === 1 ? <mark key={`${index}${piece}`}>{piece}</mark> : piece))}</bdi>
  );
}
