// Owns the rules about what a client sends: types that are a client's, fields that are filled up with zero bytes. Pure. It must
// not know how a broken rule is told, or whose clients are under test.

import { findIn, isOfClient, tell } from "./answer-rules.ts";
import type { CarriedFrame, Conversations } from "./conversations.ts";
import type { Broken } from "./rule.ts";

/** A frame of a type that no client sends: its first byte is another one, or it was written in pieces. */
export function typeOfNoClient({ all }: Conversations): Broken | undefined {
  return findIn(all, ({ frames }) => {
    const odd = frames.find(({ isToServer, facts }) => isToServer && !isOfClient(facts.type));
    return odd === undefined ? undefined : `${odd.bytes.length} bytes that begin with ${odd.facts.type}`;
  });
}

/** A name that a client sends has blanks behind it, which no user typed. */
export function sentWithBlanks({ all }: Conversations): Broken | undefined {
  const isPadded = ({ isToServer, facts }: CarriedFrame): boolean =>
    isToServer && facts.names.some((name) => name.length > 1 && name.endsWith("  "));
  return findIn(all, ({ frames }) => {
    const padded = frames.find(isPadded);
    return padded === undefined ? undefined : tell(padded);
  });
}
