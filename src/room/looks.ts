// Owns when two names look alike: Unicode's skeletons of confusable texts (UTS 39, 4), by a library's table. Pure. It must not
// know who is online, or whose a name is. Invariant: what a name looks like is taken from how it is spelled, before anything
// is folded: I looks like l, and i does not.

import unhomoglyph from "unhomoglyph";
import { IGNORABLE } from "../unseen.ts";

/** Names, and how often each look is among them. */
export class Looks {
  readonly #counts = new Map<string, number>();

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.add(name);
  }

  /** True when a name looks like one of these, or is one. */
  has(name: string): boolean {
    return looksOf(name).some((look) => this.#counts.has(look));
  }

  add(name: string): void {
    for (const look of looksOf(name)) this.#counts.set(look, (this.#counts.get(look) ?? 0) + 1);
  }

  /** Takes out a name that was put in. */
  remove(name: string): void {
    for (const look of looksOf(name)) {
      const left = (this.#counts.get(look) ?? 0) - 1;
      if (left > 0) this.#counts.set(look, left);
      else this.#counts.delete(look);
    }
  }
}

/**
 * How a name looks: as it is spelled, and in the two spellings of the same name that are likely, in small and in large letters.
 * ОТТО in Cyrillic letters looks like OTTO, which is another spelling of Otto.
 */
function looksOf(name: string): readonly string[] {
  return [...new Set([name, name.toLowerCase(), name.toUpperCase()].map(skeletonOf))];
}

function skeletonOf(text: string): string {
  return unhomoglyph(text.normalize("NFD").replace(IGNORABLE, "")).normalize("NFD");
}
