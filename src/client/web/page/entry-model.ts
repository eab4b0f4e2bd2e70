// Owns the one entry for name and message: its draft, what can be recalled, and a completion under way. It must not
// know keys nor the network. Invariant: what a person typed is gone only when it was sent.

import { beginCompletion, type Caret, type Completion, nextCandidate } from "./completion.ts";
import { Recall } from "./recall.ts";

/** The entry, as the person sees it. */
export class EntryModel {
  #text = "";
  #caret: number | undefined;
  /** Drafts that wait until a name was accepted. */
  #aside = "";
  #completion: Completion | undefined;
  readonly #recall = new Recall();
  /** While an input method builds a character: what is to happen to the text afterwards. */
  #held: (() => void)[] | undefined;

  get text(): string {
    return this.#text;
  }

  /** Where the caret is to stand after the page has changed the text; undefined is its end. */
  get caret(): number | undefined {
    return this.#caret;
  }

  /** Everything that was typed and not sent, also what does not stand in the entry now. */
  get drafts(): readonly string[] {
    return [this.#aside, ...this.#recall.hidden, this.#text].filter((text) => text !== "");
  }

  /** Says which completion is shown, for those who cannot see it. */
  get completionNote(): string {
    if (this.#completion === undefined) return "";
    const { candidates, index } = this.#completion;
    return `${candidates[index]}, ${index + 1} of ${candidates.length}`;
  }

  /** The person changed the text. */
  type(text: string): void {
    this.#text = text;
    this.#completion = undefined;
  }

  /** An input method builds a character in the entry: only the person changes the text, until release(). */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const change of held) change();
  }

  /** Takes the text out, to be sent. A draft that waited behind a recalled text comes forth. */
  take(): void {
    this.#completion = undefined;
    this.#set(this.#recall.leave(this.#text));
  }

  /** Takes the text out if it is still one that is of no more use. */
  takeIf(isUseless: (text: string) => boolean): void {
    this.#whenFree(() => {
      if (isUseless(this.#text)) this.take();
    });
  }

  /** A text was sent. */
  remember(text: string): void {
    this.#recall.add(text);
  }

  /** Puts back what could not be sent, before what was typed since. */
  restore(text: string): void {
    this.#whenFree(() => {
      this.#completion = undefined;
      this.#set(this.#text === "" ? text : `${text}\n${this.#text}`);
    });
  }

  /** Shows a text to be edited; what stands there comes back with takeBack(). */
  putAside(text: string): void {
    this.#whenFree(() => {
      this.#completion = undefined;
      if (this.#text !== text) this.#aside = [this.#aside, this.#text].filter((each) => each !== "").join("\n");
      this.#set(text);
    });
  }

  takeBack(): void {
    this.#whenFree(() => {
      const aside = this.#aside;
      this.#aside = "";
      if (aside !== "") this.restore(aside);
    });
  }

  /** True when there was something to recall. */
  recallOlder(): boolean {
    return this.#show(this.#recall.older(this.#text));
  }

  recallNewer(): boolean {
    return this.#show(this.#recall.newer(this.#text));
  }

  /** True when a name was completed; false when Tab has nothing to do here. */
  complete(at: number, names: readonly string[]): boolean {
    const caret: Caret = { text: this.#text, at };
    this.#completion = this.#completion ? nextCandidate(this.#completion) : beginCompletion(caret, names);
    if (this.#completion === undefined) return false;
    this.#set(this.#completion.shown.text, this.#completion.shown.at);
    return true;
  }

  /** Takes a completion back; false when there is none. */
  cancelCompletion(): boolean {
    if (this.#completion === undefined) return false;
    const { text, at } = this.#completion.before;
    this.#completion = undefined;
    this.#set(text, at);
    return true;
  }

  #whenFree(change: () => void): void {
    if (this.#held === undefined) change();
    else this.#held.push(change);
  }

  #show(text: string | undefined): boolean {
    if (text === undefined) return false;
    this.#completion = undefined;
    this.#set(text);
    return true;
  }

  #set(text: string, caret?: number): void {
    this.#text = text;
    this.#caret = caret;
  }
}
