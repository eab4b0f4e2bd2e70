// Owns what came while nobody looked. It must not know how a window is hidden or what a title is. Invariant: the count is of
// lines that somebody else spoke; the mark stands before the first of them, or before the first that an owner has not read.

/** Lines that came while the window was hidden. */
export class Unread {
  #hidden = false;
  #count = 0;
  #mark: number | undefined;

  get count(): number {
    return this.#count;
  }

  /** The id of the first line that came unseen, or undefined. It stays when the window is looked at. */
  get mark(): number | undefined {
    return this.#mark;
  }

  hide(): void {
    this.#hidden = true;
    this.#mark = undefined;
  }

  /** The window is looked at: nothing is unread any more. */
  show(): void {
    this.#hidden = false;
    this.#count = 0;
  }

  /** A line came that somebody else spoke. */
  add(id: number): void {
    if (!this.#hidden) return;
    this.#count += 1;
    this.#mark ??= id;
  }

  /** A line is the first that the person has not read, on any device. */
  markAt(id: number): void {
    this.#mark = id;
  }

  /** The person answered: the mark has served. */
  clearMark(): void {
    this.#mark = undefined;
  }
}
