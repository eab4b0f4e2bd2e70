// Owns how suites and tests stand in JUnit XML. It must not know what a case or a matrix is. Invariant: whatever the texts,
// it is well-formed and valid by the schema of Ant's task and by that of Jenkins, of which it uses what both allow.

import { create } from "xmlbuilder2";
import { cutText, printable, printableLines } from "./plain-text.ts";

/** Of one text in the body of a test; less where there are very many of them. */
export const JUNIT_TEXT_CHARS_MAX = 20_000;
const JUNIT_TEXT_CHARS_MIN = 500;

/** What all bodies may take together. */
const JUNIT_CHARS_MAX = 5_000_000;

/** What does not pass, with the name of its kind and what is said of it. */
export interface Complaint {
  readonly element: "failure" | "error" | "skipped";
  readonly type: string;
  readonly message: string;
  readonly body: string;
}

export interface Test {
  readonly name: string;
  readonly durationMs: number;
  readonly complaint: Complaint | null;
}

export interface Suite {
  readonly name: string;
  /** What its tests belong to, within the lab. */
  readonly group: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly tests: readonly Test[];
  readonly output: string;
}

/** Of one text in an attribute. */
const ATTRIBUTE_CHARS_MAX = 1_000;

const PACKAGE = "howdy-lab";

/** Ant's schema asks for a machine's name, or for this. The result knows none, and hosts have their own. */
const HOSTNAME = "localhost";

/** A time has no more digits than a schema takes. */
const TIME_MS_MAX = 1e12;

type Element = ReturnType<typeof create>;

/** The whole file, as text. */
export function renderSuites(suites: readonly Suite[]): string {
  const document = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: "\uFFFD" });
  const root = document.ele("testsuites");
  const bodies = suites.reduce((sum, { tests }) => sum + 1 + tests.filter(({ complaint }) => complaint).length, 0);
  const bodyCharsMax = Math.max(2 * JUNIT_TEXT_CHARS_MIN, Math.floor(JUNIT_CHARS_MAX / Math.max(1, bodies)));
  const names = makeUnique(suites.map(({ name }) => attribute(name)));
  const classes = makeUnique(suites.map(({ group }) => attribute(`${PACKAGE}.${group.replaceAll(".", "_")}`)));
  for (const [index, suite] of suites.entries()) {
    addSuite(root, { ...suite, name: names[index] ?? "", group: classes[index] ?? "" }, index, bodyCharsMax);
  }
  return `${document.end({ prettyPrint: true })}\n`;
}

/** A text as it stands in a body: cut where it is too long. */
export function body(text: string): string {
  return printableLines(cutText(text, JUNIT_TEXT_CHARS_MAX));
}

/**
 * The names, each once: readers of the file show but one of those that are equal. A name that stands there again has a
 * number behind it, and never one that makes it the name of another. Names that differ in blanks only count as equal.
 */
function makeUnique(names: readonly string[]): readonly string[] {
  const written = new Set(names.map(foldBlanks));
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return names.map((name) => {
    const key = foldBlanks(name);
    let unique = name;
    let number = counts.get(key) ?? 1;
    while (taken.has(foldBlanks(unique)) || (unique !== name && written.has(foldBlanks(unique)))) {
      number += 1;
      unique = `${name} (${number})`;
    }
    counts.set(key, number);
    taken.add(foldBlanks(unique));
    return unique;
  });
}

function foldBlanks(name: string): string {
  return name.replace(/\s+/g, " ").trim();
}

/** @param about - Its name and its group are attributes already. */
function addSuite(root: Element, { tests, ...about }: Suite, index: number, bodyCharsMax: number): void {
  const count = (element: Complaint["element"]): number =>
    tests.filter(({ complaint }) => complaint?.element === element).length;
  const suite = root.ele("testsuite", {
    package: PACKAGE,
    id: index,
    name: about.name,
    timestamp: new Date(about.startedAt).toISOString().slice(0, "yyyy-mm-ddThh:mm:ss".length),
    hostname: HOSTNAME,
    tests: tests.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds(about.durationMs),
  });
  const properties = suite.ele("properties");
  for (const [name, value] of Object.entries(about.properties)) {
    properties.ele("property", { name, value: attribute(String(value)) });
  }
  const names = makeUnique(tests.map(({ name }) => attribute(name)));
  for (const [at, test] of tests.entries()) {
    addTest(suite, { ...test, name: names[at] ?? "" }, about.group, bodyCharsMax);
  }
  suite.ele("system-out").txt(ampersands(cutText(body(about.output), bodyCharsMax)));
  suite.ele("system-err");
}

function addTest(suite: Element, { name, durationMs, complaint }: Test, classname: string, bodyCharsMax: number): void {
  const test = suite.ele("testcase", { name, classname, time: seconds(durationMs) });
  if (complaint === null) return;
  const { element, type, message } = complaint;
  // Jenkins' schema gives skipped no attributes, so that its reason is its text.
  const child = element === "skipped" ? test.ele(element) : test.ele(element, { message: attribute(message), type });
  child.txt(ampersands(cutText(complaint.body, bodyCharsMax)));
}

function seconds(durationMs: number): string {
  return (Math.min(Math.max(durationMs, 0), TIME_MS_MAX) / 1000).toFixed(3);
}

/** The builder leaves alone what looks like an entity, so that a text could smuggle in one that is none: &#0; */
function ampersands(text: string): string {
  return text.replaceAll("&", "&amp;");
}

/** On one line, since a reader of XML makes blanks of lines in attributes; never empty, since names may not be. */
function attribute(text: string): string {
  const line = printable(cutText(text, ATTRIBUTE_CHARS_MAX).trim());
  return line === "" ? "(empty)" : ampersands(line);
}
