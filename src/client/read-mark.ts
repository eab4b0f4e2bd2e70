// Owns what of a server's lines a person has seen, and up to where the server knows it. It must not know clocks, or when a
// person looks. Invariant: a mark is told only where the server keeps one for this name, and never twice the same.

import { CAPABILITIES, type MessageOf } from "../protocol/hcp2/index.ts";

/** A line to everybody. Whispers are nobody's any more once their connection has ended, so no mark is one. */
type Place = Pick<MessageOf<"line">, "id" | "sequence">;

export class ReadMark {
  // Of a connection.
  #canKeep = false;
  #isKept = false;
  #newest: Place | undefined;
  #seen: Place | undefined;
  /** The id that the server has. */
  #mark: string | undefined;
  #markedSequence = 0;
  #request: string | undefined;

  /** There is a connection, and these are its server's capabilities. */
  open(capabilities: readonly number[]): void {
    this.#canKeep = capabilities.includes(CAPABILITIES.marks);
    this.#isKept = false;
    this.#newest = undefined;
    this.#seen = undefined;
    this.#mark = undefined;
    this.#markedSequence = 0;
    this.#request = undefined;
  }

  /** Gives how many lines are unread; undefined for a guest. */
  welcome({ mark, unread }: Pick<MessageOf<"welcome">, "mark" | "unread">): number | undefined {
    this.#isKept = this.#canKeep && unread !== undefined;
    this.#mark = mark;
    return this.#isKept ? unread : undefined;
  }

  /** The name is one's own, or has another password. Gives whether there is a mark for it now that there was not. */
  registered(): boolean {
    const isNew = this.#canKeep && !this.#isKept;
    this.#isKept = this.#canKeep;
    return isNew;
  }

  /** The name is nobody's own any more, and its mark is gone. */
  unregistered(): void {
    this.#isKept = false;
    this.#mark = undefined;
    this.#markedSequence = 0;
  }

  /** A line to everybody is shown. */
  note({ id, sequence }: Place): void {
    if (sequence > (this.#newest?.sequence ?? 0)) this.#newest = { id, sequence };
  }

  /** Somebody has seen all that is shown. True when the server does not know it. */
  see(): boolean {
    this.#seen = this.#newest;
    return this.#isKept && this.#seen !== undefined && this.#seen.sequence > this.#markedSequence;
  }

  /** What tells the server. */
  take(request: string): MessageOf<"read"> | undefined {
    const seen = this.#seen;
    if (!this.#isKept || seen === undefined || seen.sequence <= this.#markedSequence) return undefined;
    this.#markedSequence = seen.sequence;
    this.#request = request;
    return seen.id === this.#mark ? undefined : { kind: "read", request, id: seen.id };
  }

  /** True for an error that answers a mark: no further one is told on this connection. */
  takesError({ request }: MessageOf<"error">): boolean {
    if (request === undefined || request !== this.#request) return false;
    this.#isKept = false;
    return true;
  }

  /** The first line of others behind the mark that the server has, where the mark is one of these lines. */
  firstUnread(lines: readonly MessageOf<"line">[], name: string | undefined): string | undefined {
    const at = this.#mark === undefined ? -1 : lines.findIndex(({ id }) => id === this.#mark);
    return at < 0 ? undefined : lines.slice(at + 1).find(({ from }) => from !== name)?.id;
  }
}
