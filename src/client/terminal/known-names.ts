// Owns whom one can mean: who is online, and who was. It must not know what is meant with a name.
// Invariant: a name that is found is spelled as its owner spells it; who is online is found before who was.

import { EVERYBODY, nameKey } from "../../protocol/hcp1/index.ts";
import { SEEN_NAMES_MAX } from "./limits.ts";

/** A name at the beginning of a text, and how many units it takes there. */
export interface LeadingName {
  readonly name: string;
  readonly units: number;
}

/** A name has at most 64 bytes; another spelling of the same name is hardly ever twice as long. */
const SPELLING_UNITS_MAX = 128;

/** Everybody one has seen. */
export class KnownNames {
  #online: readonly string[] = [];
  /** The latest last. */
  readonly #seen = new Set<string>();
  /** Names by their keys; made anew after a change. */
  #byKey: ReadonlyMap<string, string> | undefined;

  get online(): readonly string[] {
    return this.#online;
  }

  /** Who is online, then who was, the latest first; no name twice. */
  get all(): readonly string[] {
    return [...new Set([...this.#online, ...[...this.#seen].reverse()])];
  }

  setOnline(names: readonly string[]): void {
    this.#online = [...names];
    this.#byKey = undefined;
    for (const name of names) this.add(name);
  }

  /** Somebody who need not be in the list: a list is cut at 63 names. */
  add(name: string): void {
    this.#byKey = undefined;
    this.#seen.delete(name);
    this.#seen.add(name);
    const [oldest] = this.#seen;
    if (this.#seen.size > SEEN_NAMES_MAX && oldest !== undefined) this.#seen.delete(oldest);
  }

  isOnline(name: string): boolean {
    return name === EVERYBODY || this.#online.includes(name);
  }

  /** Who is meant: a name to the letter, else the same name in another spelling. */
  find(spelling: string): string | undefined {
    if (spelling === EVERYBODY || this.#seen.has(spelling)) return spelling;
    this.#byKey ??= new Map([...this.all].reverse().map((name) => [nameKey(name), name]));
    return nameKey(spelling) === nameKey(EVERYBODY) ? EVERYBODY : this.#byKey.get(nameKey(spelling));
  }

  /** The longest known name that a text begins with and that a blank, a mark or the end follows. */
  leading(text: string): LeadingName | undefined {
    for (let units = Math.min(text.length, SPELLING_UNITS_MAX); units > 0; units -= 1) {
      if (!endsName(text, units)) continue;
      const name = this.find(text.slice(0, units));
      if (name !== undefined) return { name, units };
    }
    return undefined;
  }
}

function endsName(text: string, units: number): boolean {
  return units === text.length || /[\s:,]/.test(text.charAt(units));
}
