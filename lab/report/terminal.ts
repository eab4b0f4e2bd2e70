// Owns how a run looks to a person while it goes on: a verdict for each case and step, and on a terminal one more line
// that says what is in hand. It must not know how a run goes. Invariant: what came from a file or a program reaches
// the terminal without control characters.

import { styleText } from "node:util";
import type { CaseOutcome, StepOutcome, Verdict } from "../replay/outcome.ts";
import type { Renderer, RunEvent } from "../run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type RunResult, tally } from "./result.ts";
import type { Screen } from "./screen.ts";

type Style = Parameters<typeof styleText>[0];

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const FRAME_MS = 100;
const ERASE_LINE = "\r\u001b[2K";
const TITLE_COLUMNS_MIN = 24;
const VERDICT_COLUMNS = 11;
const MARKS: Readonly<Record<Verdict, string>> = { pass: "✔", fail: "✘", unsupported: "–", error: "!" };
const COLORS: Readonly<Record<Verdict, Style>> = {
  pass: "green",
  fail: "red",
  unsupported: "yellow",
  error: "magenta",
};

/** Renders to a screen: with a line that moves where it is a terminal, with plain lines elsewhere. */
export class TerminalRenderer implements Renderer {
  readonly #screen: Screen;
  #titleColumns = TITLE_COLUMNS_MIN;
  #doing = "";
  #sinceMs = 0;
  #frame = 0;
  #stopFrames: (() => void) | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case "run-started": {
        const titles = event.scenarios.flatMap(({ title, steps }) => [
          title.length + 2,
          ...steps.map((step) => step.title.length),
        ]);
        this.#titleColumns = Math.max(TITLE_COLUMNS_MIN, ...titles);
        this.line(`Bed: ${event.bed}`);
        return;
      }
      case "case-started":
        this.begin(`${event.scenario.id} ${event.scenario.title}`);
        return;
      case "step-started":
        this.#doing = describeStep(event.scenario, event.index);
        return;
      case "case-ended":
        this.end();
        this.#renderCase(event.scenario, event.outcome);
        return;
      case "run-ended": {
        this.#renderTally(event.result, event.planned);
        this.line(`Report: ${event.folder}`);
        return;
      }
    }
  }

  /** Says what is in hand, on a terminal with the time that it takes. */
  begin(doing: string): void {
    this.end();
    this.#doing = doing;
    this.#sinceMs = this.#screen.nowMs();
    if (this.#screen.columns === undefined) return;
    this.#drawFrame();
    this.#stopFrames = this.#screen.every(FRAME_MS, () => this.#drawFrame());
  }

  /** Takes away the line that says what is in hand. */
  end(): void {
    if (this.#stopFrames === undefined) return;
    this.#stopFrames();
    this.#stopFrames = undefined;
    this.#screen.write(ERASE_LINE);
  }

  /** Writes a line that stays. */
  line(text: string): void {
    const erase = this.#stopFrames === undefined ? "" : ERASE_LINE;
    this.#screen.write(`${erase}${text}\n`);
  }

  #drawFrame(): void {
    const elapsed = seconds(this.#screen.nowMs() - this.#sinceMs);
    const frame = FRAMES[this.#frame % FRAMES.length] ?? "";
    this.#frame += 1;
    const text = [...`${frame} ${printable(this.#doing)}`].slice(
      0,
      Math.max(0, (this.#screen.columns ?? 0) - elapsed.length - 2),
    );
    this.#screen.write(`${ERASE_LINE}${text.join("")} ${this.#style("dim", elapsed)}`);
  }

  #renderCase(scenario: Scenario, outcome: CaseOutcome): void {
    this.line("");
    this.#renderVerdict(
      `${scenario.id}  ${printable(scenario.title)}`,
      outcome.verdict,
      0,
      seconds(outcome.durationMs),
    );
    for (const step of outcome.steps) this.#renderStep(step);
  }

  #renderTally({ scenarios, durationMs, testbed }: RunResult, planned: number): void {
    const unsupported = scenarios.filter(({ verdict }) => verdict === "unsupported");
    const passed = scenarios.filter(({ verdict }) => verdict === "pass").length;
    const good: Style = unsupported.length === 0 ? "green" : "yellow";
    const color: Style = passed > 0 && passed + unsupported.length === planned ? good : "red";
    this.line("");
    this.line(`${this.#style(["bold", color], tally(scenarios, planned))}  ${seconds(durationMs)}, on ${testbed}`);
    for (const { id, title, steps } of unsupported) {
      const reason = steps.find(({ verdict }) => verdict === "unsupported")?.seen ?? "";
      this.line(`${this.#style(COLORS.unsupported, "Unsupported")}: ${id} ${printable(`${title}: ${reason}`)}`);
    }
  }

  #renderStep(step: StepOutcome): void {
    this.#renderVerdict(printable(step.title), step.verdict, 1);
    if (step.verdict === "pass") return;
    this.#renderBlock("expected", step.expected);
    this.#renderBlock("seen", step.seen);
    for (const { host, lines } of step.tails) {
      this.line(this.#style("dim", `        last lines of ${host}`));
      for (const line of lines) this.line(this.#style("dim", `          ${printable(line)}`));
    }
  }

  #renderVerdict(title: string, verdict: Verdict, depth: number, duration = ""): void {
    const mark = this.#style(COLORS[verdict], MARKS[verdict]);
    const padded = title.padEnd(this.#titleColumns + (depth === 0 ? 4 : 2));
    const word = this.#style(COLORS[verdict], verdict.padEnd(VERDICT_COLUMNS));
    const heading = depth === 0 ? this.#style("bold", padded) : padded;
    this.line(`${"  ".repeat(depth)}${mark} ${heading}  ${word}${this.#style("dim", duration)}`.trimEnd());
  }

  #renderBlock(label: string, text: string | null): void {
    if (text === null) return;
    for (const [index, line] of text.split("\n").entries()) {
      this.line(`      ${(index === 0 ? label : "").padEnd(10)}${printable(line)}`);
    }
  }

  #style(style: Style, text: string): string {
    return this.#screen.hasColors ? styleText(style, text, { validateStream: false }) : text;
  }
}

function describeStep(scenario: Scenario, index: number): string {
  const step = scenario.steps[index];
  const what = step === undefined ? "setting up" : `step ${index + 1} of ${scenario.steps.length}: ${step.title}`;
  return `${scenario.id} ${scenario.title}, ${what}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");
}
