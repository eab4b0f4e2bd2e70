// Owns how suites and tests stand in JUnit XML. It must not know what a case or a matrix is. Invariant: whatever the texts,
// it is well-formed and valid by the schema of Ant's task and by that of Jenkins, of which it uses what both allow.

import { cutText, printable, printableLines } from "./plain-text.ts";
import { renderXml, type XmlElement } from "./xml.ts";

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

/** The whole file, as text. */
export function renderSuites(suites: readonly Suite[]): string {
  const bodies = suites.reduce((sum, { tests }) => sum + 1 + tests.filter(({ complaint }) => complaint).length, 0);
  const bodyCharsMax = Math.max(2 * JUNIT_TEXT_CHARS_MIN, Math.floor(JUNIT_CHARS_MAX / Math.max(1, bodies)));
  const names = makeUnique(suites.map(({ name }) => attribute(name)));
  const classes = makeUnique(suites.map(({ group }) => attribute(`${PACKAGE}.${group.replaceAll(".", "_")}`)));
  const content = suites.map((suite, index) =>
    toSuite({ ...suite, name: names[index] ?? "", group: classes[index] ?? "" }, index, bodyCharsMax),
  );
  return renderXml({ name: "testsuites", content });
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
function toSuite({ tests, ...about }: Suite, index: number, bodyCharsMax: number): XmlElement {
  const count = (element: Complaint["element"]): number =>
    tests.filter(({ complaint }) => complaint?.element === element).length;
  const properties = Object.entries(about.properties).map(([name, value]) => ({
    name: "property",
    attributes: { name, value: attribute(String(value)) },
  }));
  const names = makeUnique(tests.map(({ name }) => attribute(name)));
  return {
    name: "testsuite",
    attributes: {
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
    },
    content: [
      { name: "properties", content: properties },
      ...tests.map((test, at) => toTest({ ...test, name: names[at] ?? "" }, about.group, bodyCharsMax)),
      { name: "system-out", content: cutText(body(about.output), bodyCharsMax) },
      { name: "system-err" },
    ],
  };
}

function toTest({ name, durationMs, complaint }: Test, classname: string, bodyCharsMax: number): XmlElement {
  const test = { name: "testcase", attributes: { name, classname, time: seconds(durationMs) } };
  if (complaint === null) return test;
  const { element, type, message } = complaint;
  const content = cutText(complaint.body, bodyCharsMax);
  // Jenkins' schema gives skipped no attributes, so that its reason is its text.
  const attributes = element === "skipped" ? {} : { message: attribute(message), type };
  return { ...test, content: [{ name: element, attributes, content }] };
}

function seconds(durationMs: number): string {
  return (Math.min(Math.max(durationMs, 0), TIME_MS_MAX) / 1000).toFixed(3);
}

/** On one line, since a reader of XML makes blanks of lines in attributes; never empty, since names may not be. */
function attribute(text: string): string {
  const line = printable(cutText(text, ATTRIBUTE_CHARS_MAX).trim());
  return line === "" ? "(empty)" : line;
}
