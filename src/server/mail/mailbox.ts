// Owns what is kept for users who are away: their whispers, and which lines to All they have not heard. It must not know
// sockets or clocks: whatever it does is a matter of the log's entries, their order and their times, so that all servers of a
// room do the same. Invariant: a whisper is answered "kept" only when it is on the disk, and stays there until it was taken.

import { nameKey } from "../../protocol/name.ts";
import type { Place } from "../../room/entry.ts";
import type { Line } from "../../room/history.ts";
import type { Journal } from "../data/journal.ts";
import { ANSWERS_MAX, type Mail } from "../doors/door.ts";
import { MAIL_PRUNE_MS } from "../limits.ts";
import type { KeepOutcome, KeptAnswer, MailTable } from "./mail-table.ts";

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
  readonly #linesMax: number;
  readonly #keptMs: number;
  readonly #journal: Journal;
  readonly #table: MailTable;
  /** Taken, but still in the file. */
  readonly #taken = new Set<number>();
  /** The last lines. */
  #lines: readonly Line[];
  #lastLine: number;
  /** What is older is forgotten. */
  #beforeMs = 0;
  /** The last whispers that were kept for somebody and that their senders gave a nonce, oldest first. */
  readonly #answers = new Set<string>();
  readonly #counts = { kept: 0, delivered: 0, refused: 0 };

  constructor(options: MailboxOptions) {
    this.#linesMax = options.linesMax;
    this.#keptMs = options.days * DAY_MS;
    this.#journal = options.journal;
    this.#table = options.table;
    this.#lines = options.lines;
    this.#lastLine = options.lastLine;
    for (const answer of options.table.answers) this.#remember(answer);
  }

  get counts(): MailboxCounts {
    const { names, waiting } = this.#journal.read(() => this.#table.counts) ?? { names: 0, waiting: 0 };
    return { names, waiting, ...this.#counts };
  }

  /** True when a whisper that its sender called so is among the last ANSWERS_MAX that were kept, also before this start. */
  wasKept(sender: string, nonce: string): boolean {
    return this.#answers.has(answerKey({ sender, nonce }));
  }

  /** Keeps a whisper to somebody who is away; answers when it is known what became of it. */
  keep(
    { sender, receiver, text, nonce }: Whisper,
    { sequence: id, atMs }: Place,
    answer: (outcome: KeepOutcome | "failed") => void,
  ): void {
    this.#prune(atMs);
    const key = nameKey(receiver);
    let outcome: KeepOutcome = "absent";
    this.#journal.add({
      when: "promised",
      make: () => {
        outcome = this.#table.keep(key, { id, sender, atMs, text, nonce });
      },
      done: () => {
        if (outcome === "kept" && nonce !== undefined) this.#remember({ sender, nonce });
        this.#answer(answer, outcome);
      },
      failed: () => this.#answer(answer, "failed"),
    });
  }

  /** Something was said to All. */
  said(line: Line): void {
    this.#prune(line.atMs);
    this.#lastLine = line.sequence;
    const lines = [...this.#lines, line];
    this.#lines = lines.slice(Math.max(0, lines.length - this.#linesMax));
  }

  /** A name came online. */
  joined(name: string, { atMs }: Place): void {
    this.#prune(atMs);
    const key = nameKey(name);
    this.#journal.add({ when: "later", retries: "bounded", make: () => this.#table.see(key, atMs) });
  }

  /** What waits for a name, oldest first; asked before it is told to have joined. A whisper goes on waiting until it is taken. */
  waitingFor(name: string): readonly Waiting[] {
    const key = nameKey(name);
    const mail = this.#journal.read(() => this.#table.mailOf(key)) ?? [];
    const left = this.#journal.read(() => this.#table.leftAt(key)) ?? this.#lastLine;
    const waiting: readonly Waiting[] = [
      ...mail
        .filter(({ id }) => !this.#taken.has(id))
        .map(({ id, ...kept }) => ({ how: "whispered" as const, whisper: id, ...kept })),
      ...this.#lines.filter(({ sequence }) => sequence > left).map(waitingLine),
    ];
    return waiting.filter(({ atMs }) => atMs >= this.#beforeMs).toSorted((a, b) => a.atMs - b.atMs);
  }

  /** A whisper that waited has reached its receiver. */
  taken(id: number): void {
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
  left(name: string, { atMs }: Place, unheard?: number): void {
    const line = unheard === undefined ? this.#lastLine : unheard - 1;
    const key = nameKey(name);
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

  #remember(answer: KeptAnswer): void {
    this.#answers.add(answerKey(answer));
    const [oldest] = this.#answers;
    if (oldest !== undefined && this.#answers.size > ANSWERS_MAX) this.#answers.delete(oldest);
  }

  #answer(answer: (outcome: KeepOutcome | "failed") => void, outcome: KeepOutcome | "failed"): void {
    if (outcome === "kept") this.#counts.kept += 1;
    else if (outcome !== "absent") this.#counts.refused += 1;
    answer(outcome);
  }

  /** Forgets what is too old, when an entry is the first of another hour: at the same one on every server. */
  #prune(atMs: number): void {
    const beforeMs = atMs - (atMs % MAIL_PRUNE_MS) - this.#keptMs;
    if (beforeMs <= this.#beforeMs) return;
    this.#beforeMs = beforeMs;
    this.#lines = this.#lines.filter((line) => line.atMs >= beforeMs);
    this.#journal.add({ when: "later", make: () => this.#table.prune(beforeMs) });
  }
}

/** A nonce is hexadecimal, so that no name is mistaken for a part of it. */
function answerKey({ sender, nonce }: KeptAnswer): string {
  return `${nonce} ${sender}`;
}

function waitingLine({ sequence, atMs, from, text }: Line): Waiting {
  return { how: "said", line: sequence, sender: from.name, atMs, text };
}
