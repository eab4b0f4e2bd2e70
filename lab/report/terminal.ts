// Owns how a run looks to a person while it goes on: what is in hand, on a terminal with a lane for each host, and the
// lines that stay. It must not know how a run goes. Invariant: what came from a file or a program reaches the terminal
// without control characters, and where only lines can be written no line but a verdict's waits for a case to end.

import { causeKey } from "../result/cause.ts";
import type { Renderer, RunEvent } from "../result/run-event.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { tellCase } from "./case-block.ts";
import { clip, columnsOf } from "./columns.ts";
import { Lanes } from "./lanes.ts";
import { type Paint, painter } from "./paint.ts";
import { printable, tellSeconds } from "./plain-text.ts";
import { tellRunEnd } from "./run-end.ts";
import type { Screen, ScreenSize } from "./screen.ts";
import { Silence } from "./silence.ts";
import { tellWireEvent } from "./wire-line.ts";

export interface TerminalOptions {
  /** Every event of the wire is told as it is decoded. */
  readonly verbose: boolean;
}

/** What goes on now, and since when. */
interface InHand {
  readonly what: string;
  readonly sinceMs: number;
  readonly lanes?: Lanes;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
/** How often what is drawn is drawn again, and silence is noticed. */
const TICK_MS = 100;
const TITLE_COLUMNS_MIN = 24;
/** What stands on a verdict's line beside the title. */
const BESIDE_TITLE_COLUMNS = 29;
/** The header, the cursor's line, and the last line that stays. */
const ROWS_BESIDE_LANES = 3;

/** Renders to a screen: with lines that move where it is a terminal, with plain lines elsewhere. */
export class TerminalRenderer implements Renderer {
  readonly #screen: Screen;
  readonly #options: TerminalOptions;
  readonly #paint: Paint;
  readonly #silence: Silence;
  /** The first case that failed for each cause, by the cause's key. */
  readonly #toldIn = new Map<string, string>();
  #titleColumns = TITLE_COLUMNS_MIN;
  #repeat = 1;
  #attempt = 1;
  /** The zero of a case's own clock. */
  #caseStartMs = 0;
  #hand: InHand | undefined;
  #frame = 0;
  #stopTicks: (() => void) | undefined;

  constructor(screen: Screen, options: TerminalOptions = { verbose: false }) {
    this.#screen = screen;
    this.#options = options;
    this.#paint = painter(screen.hasColors);
    this.#silence = new Silence(screen.nowMs());
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case "run-started":
        this.#repeat = event.repeat;
        this.#titleColumns = titleColumns(event.scenarios, this.#screen.size);
        this.line(`Bed: ${event.bed}`);
        break;
      case "case-started":
        this.#beginCase(event.scenario, event.attempt);
        break;
      case "step-started":
        this.#beginStep(event.scenario, event.index);
        break;
      case "activity":
        this.#hand?.lanes?.take(event.activity);
        break;
      case "wire":
        if (this.#options.verbose) this.#put(tellWireEvent(event.event, this.#caseStartMs, this.#paint));
        break;
      case "case-ended":
        this.#endCase(event);
        break;
      case "run-ended":
        this.end();
        this.#put(...tellRunEnd(event, this.#paint));
        break;
    }
  }

  /** Says what is in hand and how long it takes: on a terminal at once, elsewhere when it takes its time. */
  begin(doing: string): void {
    this.end();
    this.#silence.begin();
    this.#hold({ what: doing, sinceMs: this.#screen.nowMs() });
    this.#draw();
  }

  /** Nothing is in hand any more. */
  end(): void {
    this.#stopTicks?.();
    this.#stopTicks = undefined;
    this.#hand = undefined;
    this.#screen.draw([]);
  }

  /** Writes a line that stays. */
  line(text: string): void {
    this.#put(printable(text));
  }

  #beginCase(scenario: Scenario, attempt: number): void {
    this.#attempt = attempt;
    this.#caseStartMs = this.#screen.nowMs();
    // The runs of a case count as one thing, or every run would have its lines where only lines can be written.
    const sinceMs = attempt === 1 ? undefined : this.#hand?.sinceMs;
    if (attempt === 1) this.#silence.begin();
    this.#hold({
      what: describeCase(scenario, attempt, this.#repeat),
      sinceMs: sinceMs ?? this.#caseStartMs,
      lanes: new Lanes(scenario),
    });
    this.#draw();
  }

  #beginStep(scenario: Scenario, index: number): void {
    if (index === -1) this.#caseStartMs = this.#screen.nowMs();
    if (this.#attempt === 1) this.#silence.begin();
    const what = `${describeCase(scenario, this.#attempt, this.#repeat)}, ${describeStep(scenario, index)}`;
    if (this.#hand !== undefined) this.#hold({ ...this.#hand, what });
    if (this.#options.verbose) this.#put(this.#paint("bold", printable(what)));
  }

  #endCase({ scenario, outcome, result }: Extract<RunEvent, { kind: "case-ended" }>): void {
    this.end();
    const { hasColors } = this.#screen;
    const { cause } = result;
    const toldIn = cause === null ? undefined : this.#toldIn.get(causeKey(cause));
    if (cause !== null && toldIn === undefined) this.#toldIn.set(causeKey(cause), scenario.id);
    const look = {
      paint: this.#paint,
      hasColors,
      titleColumns: this.#titleColumns,
      toldIn,
      tellsFaults: this.#options.verbose,
    };
    const { source, note } = result.wire;
    if (this.#options.verbose && source === "none") this.#put(this.#paint("dim", printable(`No wire: ${note}`)));
    this.#put(...tellCase(scenario, outcome, result, look));
    // Drawn with the next tick only: most often another case follows at once.
    this.#silence.begin();
    this.#hold({ what: "writing the report", sinceMs: this.#screen.nowMs() });
  }

  #hold(hand: InHand): void {
    this.#hand = hand;
    this.#stopTicks ??= this.#screen.every(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    this.#draw();
    const nowMs = this.#screen.nowMs();
    if (this.#screen.size !== undefined || this.#hand === undefined || !this.#silence.isOver(nowMs)) return;
    this.#put(printable(tellWait(this.#hand, nowMs)));
  }

  #draw(): void {
    const { size } = this.#screen;
    if (size === undefined || this.#hand === undefined) return;
    this.#screen.draw(this.#liveLines(this.#hand, size, this.#screen.nowMs()));
  }

  #liveLines({ what, sinceMs, lanes }: InHand, { columns, rows }: ScreenSize, nowMs: number): readonly string[] {
    // The last column stays free: many terminals begin a new line behind it.
    const width = columns - 1;
    const elapsed = tellSeconds(nowMs - sinceMs);
    const frame = FRAMES[this.#frame % FRAMES.length] ?? "";
    this.#frame += 1;
    const header = clip(`${frame} ${printable(what)}`, width - elapsed.length - 1);
    const lines = lanes?.lines(width, rows - ROWS_BESIDE_LANES, this.#paint) ?? [];
    return [clip(`${header} ${this.#paint("dim", elapsed)}`, width), ...lines];
  }

  #put(...lines: readonly string[]): void {
    this.#screen.write(lines.map((line) => `${line}\n`).join(""));
    this.#silence.spoke(this.#screen.nowMs());
  }
}

/** Titles stand in a column as wide as the widest, unless verdicts would then be beyond a narrow terminal's edge. */
function titleColumns(scenarios: readonly Scenario[], size: ScreenSize | undefined): number {
  const widths = scenarios.flatMap(({ title, steps }) => [
    columnsOf(printable(title)) + 2,
    ...steps.map((step) => columnsOf(printable(step.title))),
  ]);
  const room = (size?.columns ?? Number.POSITIVE_INFINITY) - BESIDE_TITLE_COLUMNS;
  return Math.max(TITLE_COLUMNS_MIN, Math.min(room, Math.max(...widths)));
}

function describeCase(scenario: Scenario, attempt: number, repeat: number): string {
  const run = repeat > 1 ? ` (run ${attempt} of ${repeat})` : "";
  return `${scenario.id} ${scenario.title}${run}`;
}

function describeStep(scenario: Scenario, index: number): string {
  const step = scenario.steps[index];
  return step === undefined ? "setting up" : `step ${index + 1} of ${scenario.steps.length}: ${step.title}`;
}

function tellWait({ what, sinceMs }: InHand, nowMs: number): string {
  const elapsedS = Math.floor((nowMs - sinceMs) / 1000);
  return elapsedS === 0 ? `… ${what}` : `… ${what} (${elapsedS} s)`;
}
