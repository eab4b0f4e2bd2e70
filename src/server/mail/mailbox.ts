// Owns what is kept for users who are away: their whispers, and which lines to All they have not heard. It must not know
// sockets. Invariant: a whisper is answered "kept" only when it is on the disk, and stays there until it was taken.

import type { Clock } from "../../clock.ts";
import { nameKey } from "../../protocol/name.ts";
import type { Line } from "../../room/history.ts";
import type { Journal } from "../data/journal.ts";
import type { KeptAnswer, Mail } from "../doors/door.ts";
import { MAIL_PRUNE_MS } from "../limits.ts";
import type { KeepOutcome, MailTable } from "./mail-table.ts";

export interface MailboxOptions {
  readonly journal: Journal;
  readonly table: MailTable;
  /** The newest lines to All that were said before this start, at most `linesMax`, in their order. */
  readonly lines: readonly Line[];
  /** Every line that was said before this start has a place up to this. */
  readonly lastLine: number;
  /** Lines to All that a name hears when it comes back. */
  readonly linesMax: number;
  /** Days after which what waits is forgotten. */
  readonly days: number;
  readonly clock: Clock;
}

export interface MailboxCounts {
  /** Names that mail is kept for. */
  readonly names: number;
  /** Whispers that wait. */
  readonly waiting: number;
  /** Since the start: whispers kept, delivered, and not kept because a limit or the disk forbade it. */
  readonly kept: number;
  readonly delivered: number;
  readonly refused: number;
}

export interface Whisper {
  readonly sender: string;
  readonly receiver: string;
  readonly text: string;
  /** What its sender's client calls it. */
  readonly nonce?: string | undefined;
}

/** One thing that waits for a name. `whisper` is its number, `line` its place in the room's log. */
export type Waiting = Mail & ({ readonly whisper: number } | { readonly line: number });

const DAY_MS = 86_400_000;

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #journal: Journal;
  readonly #table: MailTable;
  /** Taken, but still in the file. */
  readonly #taken = new Set<number>();
  /** The last lines. */
  #lines: readonly Line[];
  #lastLine: number;
  #cancelPrune: (() => void) | undefined;
  readonly #counts = { kept: 0, delivered: 0, refused: 0 };

  constructor(options: MailboxOptions) {
    this.#options = options;
    this.#journal = options.journal;
    this.#table = options.table;
    this.#lines = options.lines;
    this.#lastLine = options.lastLine;
    this.#prune();
  }

  get counts(): MailboxCounts {
    const { names, waiting } = this.#journal.read(() => this.#table.counts) ?? { names: 0, waiting: 0 };
    return { names, waiting, ...this.#counts };
  }

  /** Which whispers were kept before this start, oldest first. */
  get answers(): readonly KeptAnswer[] {
    return this.#table.answers;
  }

  /** Keeps a whisper to somebody who is away; answers in a later turn, when it is known what became of it. */
  keep({ sender, receiver, text, nonce }: Whisper, answer: (outcome: KeepOutcome | "failed") => void): void {
    const [key, atMs] = [nameKey(receiver), this.#nowMs()];
    let outcome: KeepOutcome = "absent";
    this.#journal.add({
      when: "promised",
      make: () => {
        outcome = this.#table.keep(key, { sender, atMs, text, nonce });
      },
      done: () => this.#answer(answer, outcome),
      failed: () => this.#answer(answer, "failed"),
    });
  }

  /** Something was said to All. */
  said(line: Line): void {
    const { linesMax } = this.#options;
    this.#lastLine = line.sequence;
    const lines = [...this.#lines, line];
    this.#lines = lines.slice(Math.max(0, lines.length - linesMax));
  }

  /** A name came online: what waits for it, oldest first. A whisper goes on waiting until it is taken. */
  joined(name: string): readonly Waiting[] {
    const [key, atMs] = [nameKey(name), this.#nowMs()];
    const mail = this.#journal.read(() => this.#table.mailOf(key)) ?? [];
    const left = this.#journal.read(() => this.#table.leftAt(key)) ?? this.#lastLine;
    this.#journal.add({ when: "later", retries: "bounded", make: () => this.#table.see(key, atMs) });
    const waiting: readonly Waiting[] = [
      ...mail
        .filter(({ id }) => !this.#taken.has(id))
        .map(({ id, ...kept }) => ({ how: "whispered" as const, whisper: id, ...kept })),
      ...this.#lines.filter(({ sequence }) => sequence > left).map(waitingLine),
    ];
    return waiting.toSorted((a, b) => a.atMs - b.atMs);
  }

  /** Something that waited has reached its receiver. */
  taken(one: Waiting): void {
    if (!("whisper" in one)) return;
    const id = one.whisper;
    this.#counts.delivered += 1;
    this.#taken.add(id);
    this.#journal.add({
      when: "soon",
      retries: "always",
      make: () => this.#table.take(id),
      done: () => this.#taken.delete(id),
    });
  }

  /** A name went offline; `unheard` is the first line that waited for it and was not taken. */
  left(name: string, unheard?: number): void {
    const line = unheard === undefined ? this.#lastLine : unheard - 1;
    const [key, atMs] = [nameKey(name), this.#nowMs()];
    this.#journal.add({ when: "later", retries: "bounded", make: () => this.#table.leave(key, atMs, line) });
  }

  /** What waits for a name is for nobody any more, as soon as this returns; the disk is asked until it forgets it. */
  forget(name: string): void {
    const key = nameKey(name);
    const ids = this.#journal.read(() => this.#table.mailOf(key))?.map(({ id }) => id) ?? [];
    for (const id of ids) this.#taken.add(id);
    this.#journal.add({
      when: "promised",
      retries: "always",
      make: () => this.#table.forget(key),
      done: () => {
        for (const id of ids) this.#taken.delete(id);
      },
    });
  }

  /** Nothing is forgotten from here on. */
  close(): void {
    this.#cancelPrune?.();
  }

  #answer(answer: (outcome: KeepOutcome | "failed") => void, outcome: KeepOutcome | "failed"): void {
    if (outcome === "kept") this.#counts.kept += 1;
    else if (outcome !== "absent") this.#counts.refused += 1;
    answer(outcome);
  }

  #prune(): void {
    const beforeMs = this.#nowMs() - this.#options.days * DAY_MS;
    this.#lines = this.#lines.filter(({ atMs }) => atMs >= beforeMs);
    this.#journal.add({ when: "later", make: () => this.#table.prune(beforeMs) });
    this.#cancelPrune = this.#options.clock.after(MAIL_PRUNE_MS, () => this.#prune());
  }

  #nowMs(): number {
    return this.#options.clock.dateMs();
  }
}

function waitingLine({ sequence, atMs, from, text }: Line): Waiting {
  return { how: "said", line: sequence, sender: from.name, atMs, text };
}
