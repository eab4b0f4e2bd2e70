// Owns whether the other end of a connection is still there: it is asked from time to time, and must be heard then. A
// connection whose other end is gone may tell nothing for hours. It must not know how one asks, nor what is heard.
// Invariant: a connection is given up only when a question was not answered, and the machine was awake meanwhile.

/** How long nothing may be heard before the other end is asked, in milliseconds. */
export const ASK_AFTER_MS = 10_000;

/** How long an answer may take, in milliseconds. With ASK_AFTER_MS under the 30 s within which a silence is noticed. */
export const ANSWER_MS = 15_000;

/**
 * How long an answer may take when somebody waits for what they sent, in milliseconds: from the last word that was heard, and
 * ANSWER_MS in all. Other words may stand before the answer, or come though the other end hears nothing.
 */
export const PROMPT_ANSWER_MS = 5000;

/**
 * An alarm that comes so late, in milliseconds, tells that the machine slept or that the browser held a hidden page's
 * timers back. An answer may have come and not be read yet, so one asks again before one gives up.
 */
const LATE_MS = 1000;

/** What is needed of a clock. */
export interface WatchClock {
  /** Milliseconds that only grow. */
  nowMs(): number;
  /** Runs something once, later; what it returns calls that off. */
  after(ms: number, run: () => void): () => void;
}

export interface WayWatchListener {
  /** Asks the other end for a word. */
  ask(): void;
  /** Nothing was heard. Nothing is asked any more, unless something is heard after all. */
  onSilent(): void;
}

interface Question {
  readonly askedMs: number;
  readonly dueMs: number;
  /** An answer to the first question was not read in time, since the machine slept. */
  readonly isSecond: boolean;
}

export class WayWatch {
  readonly #clock: WatchClock;
  readonly #listener: WayWatchListener;
  #heardMs: number;
  #question: Question | undefined;
  #callOff: () => void = () => undefined;

  /** Begins to watch. */
  constructor(clock: WatchClock, listener: WayWatchListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#heardMs = clock.nowMs();
    this.#rest();
  }

  /** Something came from the other end. Only an answer tells that the other end hears what is sent. */
  heard(what: "answer" | "other"): void {
    this.#heardMs = this.#clock.nowMs();
    const question = this.#question;
    if (question === undefined) return;
    if (what === "other") {
      const dueMs = Math.min(question.askedMs + ANSWER_MS, this.#heardMs + PROMPT_ANSWER_MS);
      if (dueMs > question.dueMs) this.#await({ ...question, dueMs });
      return;
    }
    this.#question = undefined;
    this.#rest();
  }

  /** Asks now, and wants the answer soon: somebody waits, or looks at the page again. */
  askNow(): void {
    const askedMs = this.#clock.nowMs();
    const dueMs = askedMs + PROMPT_ANSWER_MS;
    if (this.#question === undefined) this.#ask({ askedMs, dueMs, isSecond: false });
    else if (dueMs < this.#question.dueMs) this.#await({ ...this.#question, dueMs });
  }

  end(): void {
    this.#callOff();
  }

  /** Nothing is asked until nothing was heard for a while. */
  #rest(): void {
    this.#callOff();
    const passedMs = this.#clock.nowMs() - this.#heardMs;
    this.#callOff = this.#clock.after(Math.max(0, ASK_AFTER_MS - passedMs), () => this.#onRested());
  }

  #onRested(): void {
    const now = this.#clock.nowMs();
    if (now - this.#heardMs < ASK_AFTER_MS) this.#rest();
    else this.#ask({ askedMs: now, dueMs: now + ANSWER_MS, isSecond: false });
  }

  #ask(question: Question): void {
    this.#await(question);
    this.#listener.ask();
  }

  #await(question: Question): void {
    this.#callOff();
    this.#question = question;
    this.#callOff = this.#clock.after(question.dueMs - this.#clock.nowMs(), () => this.#onDue(question));
  }

  #onDue({ dueMs, isSecond }: Question): void {
    const now = this.#clock.nowMs();
    if (now - dueMs > LATE_MS && !isSecond) this.#ask({ askedMs: now, dueMs: now + PROMPT_ANSWER_MS, isSecond: true });
    else this.#listener.onSilent();
  }
}
