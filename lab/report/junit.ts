// Owns the run as JUnit XML for CI: a suite a case, a test a step. It must not know files. Invariant: whatever the texts,
// it is well-formed and valid by the schema of Ant's task and by that of Jenkins, of which it uses what both allow.

import { create } from "xmlbuilder2";
import { gravest, type Verdict } from "../replay/outcome.ts";
import { cutText, printable, printableLines } from "./plain-text.ts";
import type { RunResult, ScenarioResult } from "./result.ts";

/** Of one text in the body of a test. */
export const JUNIT_TEXT_CHARS_MAX = 20_000;

/** Of one text in an attribute. */
const ATTRIBUTE_CHARS_MAX = 1_000;

const PACKAGE = "howdy-lab";

/** Ant's schema asks for a machine's name, or for this. The result knows none, and hosts have their own. */
const HOSTNAME = "localhost";

/** A time has no more digits than a schema takes. */
const TIME_MS_MAX = 1e12;

type Element = ReturnType<typeof create>;
type StepResult = ScenarioResult["steps"][number];

/** What does not pass, with the name of its kind and what is said of it. */
interface Complaint {
  readonly element: "failure" | "error" | "skipped";
  readonly type: string;
  readonly message: string;
  readonly body: string;
}

interface Test {
  readonly name: string;
  readonly durationMs: number;
  readonly complaint: Complaint | null;
}

/** The whole file, as text. */
export function renderJunit(result: RunResult): string {
  const document = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: "\uFFFD" });
  const root = document.ele("testsuites");
  for (const [index, scenario] of result.scenarios.entries()) addSuite(root, result, scenario, index);
  return `${document.end({ prettyPrint: true })}\n`;
}

function addSuite(root: Element, result: RunResult, scenario: ScenarioResult, index: number): void {
  const tests = testsOf(scenario);
  const count = (element: Complaint["element"]): number =>
    tests.filter(({ complaint }) => complaint?.element === element).length;
  const suite = root.ele("testsuite", {
    package: PACKAGE,
    id: index,
    name: attribute(`${scenario.id} ${scenario.title}`),
    timestamp: new Date(scenario.startedAt).toISOString().slice(0, "yyyy-mm-ddThh:mm:ss".length),
    hostname: HOSTNAME,
    tests: tests.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds(scenario.durationMs),
  });
  addProperties(suite, result, scenario);
  const classname = attribute(`${PACKAGE}.${scenario.folder.replaceAll(".", "_")}`);
  for (const test of tests) addTest(suite, test, classname);
  suite.ele("system-out").txt(ampersands(body(`Evidence: ${scenario.folder}\nAgain: ${result.command}`)));
  suite.ele("system-err");
}

function addProperties(suite: Element, result: RunResult, { requirements, repeat }: ScenarioResult): void {
  const properties = suite.ele("properties");
  const values = {
    testbed: result.testbed,
    bed: result.bed,
    server: result.server,
    client: result.client,
    requirements: requirements.join(", "),
    ...(repeat && { runs: repeat.runs, passed: repeat.passed, flakeRate: repeat.flakeRate }),
  };
  for (const [name, value] of Object.entries(values)) {
    properties.ele("property", { name, value: attribute(String(value)) });
  }
}

function addTest(suite: Element, { name, durationMs, complaint }: Test, classname: string): void {
  const test = suite.ele("testcase", { name: attribute(name), classname, time: seconds(durationMs) });
  if (complaint === null) return;
  const { element, type, message } = complaint;
  // Jenkins' schema gives skipped no attributes, so that its reason is its text.
  const child = element === "skipped" ? test.ele(element) : test.ele(element, { message: attribute(message), type });
  child.txt(ampersands(complaint.body));
}

/** A test a step, and one for the case where its steps do not tell its verdict. */
function testsOf(scenario: ScenarioResult): readonly Test[] {
  const seenBefore = new Map<string, number>();
  const steps = scenario.steps.map((step): Test => {
    const number = (seenBefore.get(step.title) ?? 0) + 1;
    seenBefore.set(step.title, number);
    return {
      name: number === 1 ? step.title : `${step.title} (${number})`,
      durationMs: step.span === null ? 0 : step.span.endMs - step.span.startMs,
      complaint: complaintOf(step),
    };
  });
  const told = gravest(scenario.steps.map(({ verdict }) => verdict));
  return steps.length > 0 && told === scenario.verdict ? steps : [...steps, wholeCase(scenario)];
}

/** Of a case without steps; or of one that was repeated, where another run than the one that is reported was graver. */
function wholeCase({ verdict, repeat }: ScenarioResult): Test {
  const message = repeat === null ? `it came to ${verdict}` : `${repeat.passed} of ${repeat.runs} runs pass`;
  return { name: "The case as a whole", durationMs: 0, complaint: complain(verdict, "case", message, message) };
}

function complaintOf(step: StepResult): Complaint | null {
  const { verdict, expected, seen, findings, span } = step;
  const [first] = findings;
  const message =
    first === undefined ? (seen ?? verdict) : `${first.host}: expected: ${first.expected}; seen: ${first.seen}`;
  const said = [
    ...(expected === null ? [] : [`Expected:\n${body(expected)}`]),
    ...(seen === null ? [] : [`Seen:\n${body(seen)}`]),
  ];
  const type = verdict === "fail" ? "expectation" : span === null ? "not-run" : "not-judged";
  return complain(verdict, type, message, said.length === 0 ? verdict : said.join("\n\n"));
}

function complain(verdict: Verdict, type: string, message: string, text: string): Complaint | null {
  switch (verdict) {
    case "pass":
      return null;
    case "fail":
      return { element: "failure", type, message, body: text };
    case "error":
      return { element: "error", type, message, body: text };
    case "unsupported":
      return { element: "skipped", type, message, body: text };
  }
}

function seconds(durationMs: number): string {
  return (Math.min(Math.max(durationMs, 0), TIME_MS_MAX) / 1000).toFixed(3);
}

function body(text: string): string {
  return printableLines(cutText(text, JUNIT_TEXT_CHARS_MAX));
}

/** The builder leaves alone what looks like an entity, so that a text could smuggle in one that is none: &#0; */
function ampersands(text: string): string {
  return text.replaceAll("&", "&amp;");
}

/** On one line, since a reader of XML folds lines in attributes; never empty, since names may not be. */
function attribute(text: string): string {
  const line = printable(cutText(text, ATTRIBUTE_CHARS_MAX).replace(/\s+/g, " ")).trim();
  return line === "" ? "(empty)" : ampersands(line);
}
