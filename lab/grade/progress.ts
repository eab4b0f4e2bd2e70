// Owns how grading looks to a person while it goes on: a line a hand-in, a line a lane on a terminal, and how long it may
// still take. It must not know how anything is graded. Invariant: nobody is left without a word for longer than a Silence
// says, and nothing of a hand-in reaches the terminal as it is.

import { clip } from "../report/columns.ts";
import { type Paint, painter, type Style } from "../report/paint.ts";
import { countOf, printable, tellSeconds } from "../report/plain-text.ts";
import type { Screen } from "../report/screen.ts";
import { Silence } from "../report/silence.ts";
import type { RubricResult, Submission } from "./class-result.ts";
import type { Step } from "./grade-hand-in.ts";

/** How often what is drawn is drawn again, and silence is noticed. */
const TICK_MS = 200;
const SAYS_CHARS_MAX = 160;

interface Lane {
  readonly name: string;
  readonly doing: string;
  readonly sinceMs: number;
}

const COLORS: Readonly<Partial<Record<Submission["verdict"], Style>>> = { passed: "green", "lab-fault": "magenta" };

export class ClassProgress implements Disposable {
  readonly #screen: Screen;
  readonly #paint: Paint;
  readonly #rubric: RubricResult;
  readonly #planned: number;
  readonly #silence: Silence;
  readonly #lanes = new Map<number, Lane>();
  readonly #startMs: number;
  readonly #stopTicks: () => void;
  #done = 0;
  /** How many of them took time. */
  #graded = 0;

  constructor(screen: Screen, rubric: RubricResult, planned: number) {
    this.#screen = screen;
    this.#paint = painter(screen.hasColors);
    this.#rubric = rubric;
    this.#planned = planned;
    this.#startMs = screen.nowMs();
    this.#silence = new Silence(this.#startMs);
    this.#stopTicks = screen.every(TICK_MS, () => this.#tick());
  }

  take(step: Step): void {
    if (step.kind === "begun") {
      const before = this.#lanes.get(step.lane);
      const sinceMs = before?.name === step.name ? before.sinceMs : this.#screen.nowMs();
      this.#lanes.set(step.lane, { name: step.name, doing: step.doing, sinceMs });
      return;
    }
    this.#lanes.delete(step.lane);
    this.#done += 1;
    if (!step.isKept) this.#graded += 1;
    this.#silence.begin();
    this.line(this.#tellSubmission(step.submission, step.isKept));
  }

  /** Writes a line that stays. */
  line(text: string): void {
    this.#screen.write(`${text}\n`);
    this.#silence.spoke(this.#screen.nowMs());
  }

  end(): void {
    this.#stopTicks();
    this.#screen.draw([]);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #tellSubmission({ durationMs, first, name, score, verdict }: Submission, isKept: boolean): string {
    const count = `${String(this.#done).padStart(String(this.#planned).length)}/${this.#planned}`;
    const told = this.#paint(COLORS[verdict] ?? "red", verdict.replaceAll("-", " "));
    const points = `${score} of ${this.#rubric.points}`;
    const time = isKept ? "as it was" : tellSeconds(durationMs);
    const says = first === null ? "" : `: ${printable(first.says).slice(0, SAYS_CHARS_MAX)}`;
    return `${count}  ${printable(name)}  ${points}  ${told}${says}  ${this.#paint("dim", time)}`;
  }

  #tick(): void {
    const { size } = this.#screen;
    const nowMs = this.#screen.nowMs();
    if (size !== undefined) {
      const lines = [this.#summary(nowMs), ...this.#laneLines(nowMs)].slice(0, size.rows - 1);
      this.#screen.draw(lines.map((line) => clip(line, size.columns - 1)));
    } else if (this.#silence.isOver(nowMs)) {
      this.line(`… ${[this.#summary(nowMs), ...this.#laneLines(nowMs).map((line) => line.trim())].join("; ")}`);
    }
  }

  #summary(nowMs: number): string {
    const left = this.#leftMs(nowMs);
    const time = left === undefined ? "" : `, about ${tellMinutes(left)} left`;
    return `${this.#done} of ${countOf(this.#planned, "hand-in")} graded${time}`;
  }

  #laneLines(nowMs: number): readonly string[] {
    if (this.#lanes.size === 0 && this.#done === 0)
      return ["  getting ready: the engine, and the other side's program"];
    return [...this.#lanes]
      .toSorted(([one], [other]) => one - other)
      .map(
        ([, { name, doing, sinceMs }]) => `  ${printable(name)}: ${printable(doing)} (${tellSeconds(nowMs - sinceMs)})`,
      );
  }

  /** From those that took time; undefined until one has. */
  #leftMs(nowMs: number): number | undefined {
    if (this.#graded === 0) return undefined;
    return ((nowMs - this.#startMs) / this.#graded) * (this.#planned - this.#done);
  }
}

function tellMinutes(ms: number): string {
  return ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}
