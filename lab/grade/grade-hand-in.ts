// Owns the course of one hand-in: taken in, described, built, its cases run, judged, written. It must not know beds, engines
// or what stands beside it. Invariant: whatever a hand-in does, it comes to a result, and nothing of it outlives its turn but
// its own folder.

import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Implementation } from "../implementation/implementation.ts";
import type { ImplementationUse } from "../implementation/load.ts";
import type { CaseOutcome } from "../replay/outcome.ts";
import type { ReportData } from "../result/report-data.ts";
import type { DoneCase } from "../run/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { KeptLines } from "../testbed/kept-lines.ts";
import {
  addToJournal,
  BUILD_LOG_FILE,
  beginAnew,
  beginJournal,
  type ClassFolder,
  type KeptCase,
  type Place,
  readGraded,
  readJournal,
  writeGraded,
} from "./class-folder.ts";
import type { GradedCase, RubricResult, Submission } from "./class-result.ts";
import { describeHandIn } from "./describe-hand-in.ts";
import { judgeCase, unrunCase } from "./judge-case.ts";
import { isWorthRunning, type Judged, type JudgedCase, judgeHandIn, judgeUnrun } from "./judge-hand-in.ts";
import type { Rubric } from "./rubric.ts";
import { type HandIn, takeIn } from "./take-in.ts";

/** What became of a build. The image is the bed's to use; null where the bed needs none. */
export type Built =
  | { readonly kind: "built"; readonly image: string | null }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "timed-out" };

/** What runs a hand-in's cases is told. */
export interface CasesWish {
  readonly implementation: Implementation;
  readonly image: string | null;
  readonly lane: number;
  readonly reportPath: string;
  readonly done: readonly DoneCase[];
  readonly onDone: (done: DoneCase, outcome: CaseOutcome) => Promise<void>;
  /** Asked before each case: one that can be worth nothing any more is not run. */
  readonly isWanted: (scenario: Scenario) => boolean;
  readonly signal: AbortSignal;
}

/** Where hand-ins are built and run. */
export interface Workshop {
  build(
    implementation: Implementation,
    how: { readonly signal: AbortSignal; readonly hear: (line: string) => void },
  ): Promise<Built>;
  runCases(wish: CasesWish): Promise<ReportData>;
  /** Whether a fault is one of an engine or a bed, which the next hand-in may not have. */
  isOfTheBed(fault: unknown): boolean;
}

export interface GradeOptions {
  readonly rubric: Rubric;
  readonly folder: ClassFolder;
  readonly workshop: Workshop;
  readonly findCase: ImplementationUse["findCase"];
  /** What grades depend on beside the rubric and the hand-in. */
  readonly settings: string;
  readonly resumes: boolean;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly writeFeedback: (place: Place, graded: GradedHandIn) => Promise<void>;
  readonly watch: (step: Step) => void;
}

/** A hand-in that was graded. */
export interface GradedHandIn {
  readonly rubric: RubricResult;
  readonly submission: Submission;
  /** What the lab reports on its run; null where no case was run. */
  readonly report: ReportData | null;
}

/** What goes on with a hand-in, for who waits. */
export type Step =
  | { readonly kind: "begun"; readonly name: string; readonly lane: number; readonly doing: string }
  | { readonly kind: "ended"; readonly lane: number; readonly submission: Submission; readonly isKept: boolean };

/** Of the builder's lines, in characters: the first and the last ones. */
const BUILD_LOG_CHARS_MAX = 1_048_576;
const BUILD_LINES_TOLD = 12;
/** What the builder says of its own work, which is another each time. */
const BUILDER_TALK = /^ ---> (?:Running in )?[0-9a-f]{12}$|^Removing intermediate container /;

/** Grades one hand-in; undefined where the signal called it off. */
export async function gradeHandIn(
  handIn: HandIn,
  lane: number,
  options: GradeOptions,
): Promise<Submission | undefined> {
  const turn = new Turn(handIn, lane, options);
  const { submission, isKept } = (await turn.grade()) ?? {};
  if (submission === undefined || isKept === undefined) return undefined;
  options.watch({ kind: "ended", lane, submission, isKept });
  return submission;
}

interface Graded {
  readonly submission: Submission;
  /** It had been graded before. */
  readonly isKept: boolean;
}

class Turn {
  readonly #handIn: HandIn;
  readonly #lane: number;
  readonly #options: GradeOptions;
  readonly #place: Place;
  readonly #startMs: number;
  readonly #log = new KeptLines<string>(({ length }) => length, BUILD_LOG_CHARS_MAX);
  #build: Submission["build"] = null;

  constructor(handIn: HandIn, lane: number, options: GradeOptions) {
    this.#handIn = handIn;
    this.#lane = lane;
    this.#options = options;
    this.#place = options.folder.placeOf(handIn.name);
    this.#startMs = options.nowMs();
  }

  async grade(): Promise<Graded | undefined> {
    const { resumes, rubric, settings, signal } = this.#options;
    const { staging } = this.#place;
    try {
      this.#tell("taking it in");
      const taken = await takeIn(this.#handIn, staging);
      const digest = taken.kind === "taken" ? taken.digest : null;
      const about = digest ?? (taken.kind === "refused" ? taken.why : "");
      const key = digestOf([about, rubric.result.digest, settings]);
      const earlier = resumes ? await readGraded(this.#place, key) : undefined;
      if (earlier !== undefined && isFinal(earlier)) return { submission: earlier, isKept: true };
      const journal = resumes ? await readJournal(this.#place, key) : undefined;
      if (journal === undefined) await beginAnew(this.#place);
      const judged = taken.kind === "refused" ? this.#refuse(taken.why) : await this.#run(taken.folder, key, journal);
      if (signal.aborted) return undefined;
      return { submission: await this.#finish(judged, digest, key), isKept: false };
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  async #run(folder: string, key: string, journal: readonly KeptCase[] | undefined): Promise<Outcome> {
    const { rubric, findCase, signal, workshop } = this.#options;
    const { name } = this.#handIn;
    const described = await describeHandIn(rubric, folder, { name, findCase });
    if (described.kind === "refused") return this.#refuse(described.why);
    if (journal === undefined) await beginJournal(this.#place, key);
    try {
      const built = await this.#buildIt(described.implementation);
      if (built.kind !== "built") return this.#unbuilt(built);
      return await this.#runCases(described.implementation, built.image, journal ?? []);
    } catch (fault) {
      if (signal.aborted) return this.#unrun("not-run", { says: "the run was called off", mend: null, details: [] });
      if (!workshop.isOfTheBed(fault) || !(fault instanceof Error)) throw fault;
      const says = `it could not be run, which is not its fault: ${fault.message.split("\n", 1)[0]}`;
      return this.#unrun("lab-fault", { says, mend: "grade it again with --resume", details: [] });
    }
  }

  async #buildIt(implementation: Implementation): Promise<Built> {
    const { nowMs, signal, workshop } = this.#options;
    this.#tell("building");
    const startMs = nowMs();
    const built = await workshop.build(implementation, { signal, hear: (line) => this.#log.push(line) });
    if (built.kind === "built" && built.image === null) return built;
    const verdict = built.kind === "built" ? "passed" : built.kind === "failed" ? "does-not-build" : "timed-out";
    this.#build = { verdict, durationMs: nowMs() - startMs, log: `${this.#place.folder}/${BUILD_LOG_FILE}` };
    await writeFile(join(this.#place.path, BUILD_LOG_FILE), `${this.#logLines().join("\n")}\n`);
    return built;
  }

  #unbuilt(built: Exclude<Built, { kind: "built" }>): Outcome {
    const { msMax } = this.#options.rubric.build;
    const details = this.#logLines()
      .filter((line) => !BUILDER_TALK.test(line))
      .slice(-BUILD_LINES_TOLD);
    if (built.kind === "timed-out") {
      const says = `it was not built within ${msMax / 60_000} minutes`;
      return this.#unrun("timed-out", { says, mend: "see what its build does last", details });
    }
    const mend = "build it by hand: docker build with its Dockerfile gives the same lines";
    return this.#unrun("does-not-build", { says: built.why, mend, details });
  }

  async #runCases(
    implementation: Implementation,
    image: string | null,
    journal: readonly KeptCase[],
  ): Promise<Outcome> {
    const { rubric, signal, workshop } = this.#options;
    const deadline = AbortSignal.timeout(rubric.msMax);
    // What the lab was at fault for is run again.
    const done = journal.filter(({ graded }) => graded.verdict !== "lab-fault");
    const judged = new Map(done.map((kept) => [kept.slug, this.#withSteps(kept.graded, kept)]));
    this.#tellCases(judged);
    const run = await workshop.runCases({
      implementation,
      image,
      lane: this.#lane,
      reportPath: this.#place.reportPath,
      done,
      signal: AbortSignal.any([signal, deadline]),
      isWanted: ({ slug }) => isWorthRunning(slug, rubric.result.tests, judged),
      onDone: async (one, outcome) => {
        const graded = this.#judge(one, outcome);
        judged.set(one.slug, this.#withSteps(graded, one));
        await addToJournal(this.#place, { ...one, graded });
        this.#tellCases(judged);
      },
    });
    const missed = deadline.aborted ? "timed-out" : "not-run";
    for (const { slug } of rubric.scenarios) {
      if (!judged.has(slug)) judged.set(slug, { graded: unrunCase(slug, missed), steps: [] });
    }
    const cases = rubric.scenarios.flatMap(({ slug }) => judged.get(slug)?.graded ?? []);
    return { ...judgeHandIn(rubric.result, judged), cases, run };
  }

  #withSteps(graded: GradedCase, { result, slug }: DoneCase): JudgedCase {
    const own = this.#scenario(slug).steps.length;
    // A set-up that failed stands before the case's own steps.
    return { graded, steps: result.steps.slice(-own).map(({ verdict }) => verdict === "pass") };
  }

  #judge({ result, slug }: DoneCase, outcome: CaseOutcome): GradedCase {
    const { role } = this.#options.rubric;
    return judgeCase({ scenario: this.#scenario(slug), result, outcome, role }, this.#place.report);
  }

  #scenario(slug: string): Scenario {
    const scenario = this.#options.rubric.scenarios.find((each) => each.slug === slug);
    if (scenario === undefined) throw new RangeError("a case that was run is one of the rubric's");
    return scenario;
  }

  #refuse(why: string): Outcome {
    return this.#unrun("refused", { says: `it cannot be taken: ${why}`, mend: null, details: [] });
  }

  #unrun(verdict: GradedCase["verdict"], first: Parameters<typeof judgeUnrun>[2]): Outcome {
    const { result, scenarios } = this.#options.rubric;
    const cases = scenarios.map(({ slug }) => unrunCase(slug, verdict));
    return { ...judgeUnrun(result, verdict, first), cases, run: null };
  }

  async #finish({ cases, run, ...judged }: Outcome, digest: string | null, key: string): Promise<Submission> {
    const { nowMs, rubric, writeFeedback } = this.#options;
    const submission: Submission = {
      name: this.#handIn.name,
      digest,
      ...judged,
      startedAt: new Date(this.#startMs).toISOString(),
      durationMs: nowMs() - this.#startMs,
      build: this.#build,
      cases: [...cases],
      folder: this.#place.folder,
      report: run === null ? null : this.#place.report,
    };
    await writeFeedback(this.#place, { rubric: rubric.result, submission, report: run });
    await writeGraded(this.#place, key, submission);
    return submission;
  }

  #logLines(): readonly string[] {
    return this.#log.withMark(({ lines, bytes }) => `(not kept by the lab: ${lines} lines of ${bytes} bytes)`);
  }

  #tell(doing: string): void {
    this.#options.watch({ kind: "begun", name: this.#handIn.name, lane: this.#lane, doing });
  }

  #tellCases(judged: ReadonlyMap<string, JudgedCase>): void {
    const { result, scenarios } = this.#options.rubric;
    const isNext = ({ slug }: Scenario): boolean => !judged.has(slug) && isWorthRunning(slug, result.tests, judged);
    const at = scenarios.findIndex(isNext);
    const next = scenarios[at];
    this.#tell(next === undefined ? "writing its report" : `case ${at + 1} of ${scenarios.length}: ${next.title}`);
  }
}

interface Outcome extends Judged {
  readonly cases: readonly GradedCase[];
  readonly run: ReportData | null;
}

/** What is not the hand-in's fault is tried again. */
function isFinal({ tests, verdict }: Submission): boolean {
  return verdict !== "lab-fault" && verdict !== "not-run" && tests.every((test) => test.verdict !== "lab-fault");
}

function digestOf(texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\0")).digest("hex");
}
