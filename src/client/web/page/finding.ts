// Owns what somebody looks for in the window, and what was found so far. It has no DOM and no wire. Invariant: what was found
// stays until somebody looks for something else or closes it, and its lines stand in their order.

import type { ControlEvent2 } from "../../control.ts";
import type { ShownLine, UnplacedLine } from "./transcript.ts";

/** UTF-16 units of words: a server takes 256 bytes (PROTOCOL.md, 16.7). */
export const SEARCH_UNITS_MAX = 256;

export class Finding {
  #words: string | undefined;
  #isAsking = false;
  #lines: readonly ShownLine[] = [];
  #gathered: UnplacedLine[] = [];
  #end: Omit<Extract<ControlEvent2, { found: unknown }>["found"], "lines"> | undefined;

  /** What is looked for; undefined when nothing is. */
  get words(): string | undefined {
    return this.#words;
  }

  /** An answer is awaited. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** The oldest first. Each has an id of its own among them. */
  get lines(): readonly ShownLine[] {
    return this.#lines;
  }

  get hasMore(): boolean {
    return this.#end?.more === true && !this.#isAsking;
  }

  /** What came of it, in a sentence. */
  get note(): string {
    if (this.#isAsking) return "Searching…";
    if (this.#end === undefined) return "";
    const count = this.#lines.length;
    const found = count === 0 ? "Nothing was found" : count === 1 ? "1 line was found" : `${count} lines were found`;
    return `${found}${this.#end.gap && !this.#end.more ? "; what is older is not kept any more" : ""}.`;
  }

  /** Somebody looks for words. */
  begin(words: string): void {
    this.close();
    this.#words = words;
    this.#isAsking = true;
  }

  /** Somebody wants older ones. */
  goOn(): void {
    this.#isAsking = true;
  }

  gather(line: UnplacedLine): void {
    this.#gathered.push(line);
  }

  /** The answer is here. */
  onFound({ more, gap }: Extract<ControlEvent2, { found: unknown }>["found"]): void {
    const first = this.#lines[0]?.id ?? 0;
    const above = this.#gathered.map((line, at) => ({ ...line, id: first - this.#gathered.length + at }));
    this.#gathered = [];
    this.#isAsking = false;
    if (this.#words === undefined) return;
    this.#lines = [...above, ...this.#lines];
    this.#end = { more, gap };
  }

  /** There will be no answer, and nothing more to be had. */
  fail(): void {
    this.#gathered = [];
    this.#end &&= { ...this.#end, more: false };
    if (this.#isAsking && this.#end === undefined) this.#words = undefined;
    this.#isAsking = false;
  }

  close(): void {
    this.#words = undefined;
    this.#isAsking = false;
    this.#lines = [];
    this.#gathered = [];
    this.#end = undefined;
  }
}
