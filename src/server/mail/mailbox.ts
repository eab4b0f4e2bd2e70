// Owns what is kept for users who are away: their whispers, and the last lines to All. It must not know sockets.
// Invariant: a whisper is answered "kept" only when it is on the disk, and stays there until it was taken. What happens
// in one turn of the event loop is one transaction.

import type { Clock } from "../../clock.ts";
import { nameKey } from "../../protocol/name.ts";
import type { Mail } from "../doors/door.ts";
import { MAIL_LAZY_MS, MAIL_LIMITS, MAIL_NAMES_MAX, MAIL_PRUNE_MS } from "../limits.ts";
import { type Change, type KeepOutcome, type KeptMessage, type MailLimits, MailStore } from "./mail-store.ts";
import { openMailboxFile } from "./sqlite.ts";

export interface MailboxOptions {
  readonly file: string;
  /** Lines to All that a name hears when it comes back. */
  readonly linesMax: number;
  /** Days after which what waits is forgotten. */
  readonly days: number;
  readonly clock: Clock;
  readonly limits?: Partial<MailLimits>;
  /** Opens the file; injected by tests that want a disk that refuses. */
  readonly open?: typeof openMailboxFile;
  /** The disk refused something. Called once, and again only after a write that worked. */
  readonly onFault: (error: unknown) => void;
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
}

/** One thing that waits for a name. `whisper` or `line` is its number among its kind. */
export type Waiting = Mail & ({ readonly whisper: number } | { readonly line: number });

const DAY_MS = 86_400_000;

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #store: MailStore;
  #changes: Change[] = [];
  /** Who waits for what becomes of each whisper among the changes, in their order. */
  #answers: ((outcome: KeepOutcome | "failed") => void)[] = [];
  /** Taken, but still in the file. */
  readonly #taken = new Set<number>();
  /** The last lines, and the number of the last one that is in the file. */
  #lines: KeptMessage[];
  #lastLine: number;
  #writtenLine: number;
  #immediate: NodeJS.Immediate | undefined;
  #cancelLazy: (() => void) | undefined;
  #cancelPrune: (() => void) | undefined;
  #faulty = false;
  #closed = false;
  readonly #counts = { kept: 0, delivered: 0, refused: 0 };

  /** @throws MailboxFileError when the file cannot be used. */
  constructor(options: MailboxOptions) {
    this.#options = options;
    const open = options.open ?? openMailboxFile;
    this.#store = new MailStore(open(options.file), { ...MAIL_LIMITS, ...options.limits });
    this.#lines = lastOf([...this.#store.lines()], options.linesMax);
    this.#lastLine = this.#store.lastLine;
    this.#writtenLine = this.#lastLine;
    this.#prune();
  }

  get counts(): MailboxCounts {
    const { names, waiting } = this.#tryRead(() => this.#store.counts) ?? { names: 0, waiting: 0 };
    return { names, waiting, ...this.#counts };
  }

  /** Keeps a whisper to somebody who is away; answers in a later turn, when it is known what became of it. */
  keep({ sender, receiver, text }: Whisper, answer: (outcome: KeepOutcome | "failed") => void): void {
    this.#changes.push({ kind: "whisper", key: nameKey(receiver), sender, text, atMs: this.#nowMs() });
    this.#answers.push(answer);
    this.#writeSoon();
  }

  /** Something was said to All. */
  said(sender: string, text: string): void {
    this.#lastLine += 1;
    this.#lines.push({ id: this.#lastLine, atMs: this.#nowMs(), sender, text });
    const { linesMax } = this.#options;
    if (this.#lines.length > 2 * linesMax) this.#lines = lastOf(this.#lines, linesMax);
    this.#writeLater();
  }

  /** A name came online: what waits for it, oldest first. A whisper goes on waiting until it is taken. */
  joined(name: string): readonly Waiting[] {
    const key = nameKey(name);
    this.#write();
    const mail = this.#tryRead(() => this.#store.mailOf(key)) ?? [];
    const left = this.#tryRead(() => this.#store.leftAt(key));
    this.#change({ kind: "seen", key, atMs: this.#nowMs() });
    const { linesMax } = this.#options;
    const unheard = left === undefined ? [] : this.#lines.filter(({ id }) => id > left);
    const lines = lastOf(unheard, linesMax);
    const waiting: readonly Waiting[] = [
      ...mail
        .filter(({ id }) => !this.#taken.has(id))
        .map(({ id, ...kept }) => ({ how: "whispered" as const, whisper: id, ...kept })),
      ...lines.map(({ id, ...kept }) => ({ how: "said" as const, line: id, ...kept })),
    ];
    return waiting.toSorted((a, b) => a.atMs - b.atMs);
  }

  /** Something that waited has reached its receiver. */
  taken(one: Waiting): void {
    if (!("whisper" in one)) return;
    this.#counts.delivered += 1;
    this.#taken.add(one.whisper);
    this.#changes.push({ kind: "taken", id: one.whisper });
    this.#writeSoon();
  }

  /** A name went offline; `unheard` is the first line that waited for it and was not taken. */
  left(name: string, unheard?: number): void {
    const line = unheard === undefined ? this.#lastLine : unheard - 1;
    this.#change({ kind: "left", key: nameKey(name), atMs: this.#nowMs(), line });
  }

  /** Writes what is to be written, and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#write();
    this.#closed = true;
    this.#cancelPrune?.();
    this.#store.close();
  }

  #change(change: Change): void {
    this.#changes.push(change);
    this.#writeLater();
  }

  #writeSoon(): void {
    this.#immediate ??= setImmediate(() => this.#write());
  }

  #writeLater(): void {
    this.#cancelLazy ??= this.#options.clock.after(MAIL_LAZY_MS, () => this.#write());
  }

  #write(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#cancelLazy?.();
    this.#cancelLazy = undefined;
    if (this.#closed) return;
    const [changes, answers] = [this.#changes, this.#answers];
    const lines = this.#unwrittenLines();
    if (changes.length === 0 && lines.length === 0) return;
    [this.#changes, this.#answers] = [[], []];
    try {
      const outcomes = this.#store.write([...changes, ...lines]);
      this.#written(changes);
      answers.forEach((answer, index) => {
        this.#answer(answer, outcomes[index] ?? "failed");
      });
    } catch (error) {
      this.#failed(error, changes);
      for (const answer of answers) this.#answer(answer, "failed");
    }
  }

  #unwrittenLines(): readonly Change[] {
    const lines = this.#lines.filter(({ id }) => id > this.#writtenLine);
    if (lines.length === 0) return [];
    const over: Change = { kind: "lines-over", line: this.#lastLine - this.#options.linesMax };
    return [...lines.map((line) => ({ kind: "line" as const, ...line })), over];
  }

  #answer(answer: (outcome: KeepOutcome | "failed") => void, outcome: KeepOutcome | "failed"): void {
    if (outcome === "kept") this.#counts.kept += 1;
    else if (outcome !== "absent") this.#counts.refused += 1;
    answer(outcome);
  }

  #written(changes: readonly Change[]): void {
    this.#faulty = false;
    this.#writtenLine = this.#lastLine;
    for (const change of changes) if (change.kind === "taken") this.#taken.delete(change.id);
  }

  /** Whispers are not tried again: their senders are told. The other changes are, without growing for ever. */
  #failed(error: unknown, changes: readonly Change[]): void {
    const rest = changes.filter(({ kind }) => kind !== "whisper");
    const names = rest.filter(({ kind }) => kind !== "taken").slice(-MAIL_NAMES_MAX);
    this.#changes = [...rest.filter(({ kind }) => kind === "taken"), ...names, ...this.#changes];
    this.#fault(error);
    this.#writeLater();
  }

  #fault(error: unknown): void {
    if (!this.#faulty) this.#options.onFault(error);
    this.#faulty = true;
  }

  #tryRead<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  }

  #prune(): void {
    const beforeMs = this.#nowMs() - this.#options.days * DAY_MS;
    this.#lines = this.#lines.filter(({ atMs }) => atMs >= beforeMs);
    this.#change({ kind: "prune", beforeMs });
    this.#cancelPrune = this.#options.clock.after(MAIL_PRUNE_MS, () => this.#prune());
  }

  #nowMs(): number {
    return this.#options.clock.dateMs();
  }
}

/** The last `count` of them; slice(-0) would give all. */
function lastOf<One>(all: readonly One[], count: number): One[] {
  return all.slice(Math.max(0, all.length - count));
}
