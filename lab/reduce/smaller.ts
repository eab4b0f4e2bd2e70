// Owns what a smaller case is: one step, host, action, expectation, line or word less. Pure. It must not know whether what
// is left is a case at all, or how it ends: whoever asks for smaller ones finds out. Invariant: each is smaller by its own
// measure, so that taking the next one, and the next, comes to an end.

import type { ActionSource, ScenarioSource, StepSource } from "../scenario/schema.ts";

type Expected = NonNullable<StepSource["expect"]>;

/** A text of one character is as short as a text gets. */
const TEXT_CHARS_MIN = 1;

/** What may be left out of a case or shortened in it, the largest parts first. */
export function* smallerCases(source: ScenarioSource): Generator<ScenarioSource> {
  yield* withoutSteps(source);
  yield* withoutHosts(source);
  yield* withSmallerSteps(source);
  yield* withShorterTexts(source);
}

/** The same case with what is expected of a step behind what is done in it, as people write it. */
export function asWritten({ steps, ...rest }: ScenarioSource): ScenarioSource {
  return { ...rest, steps: steps.map((step) => withExpect(without(step, "expect"), step.expect ?? {})) };
}

/** How large a case is, for a person. */
export function sizeOf({ given, steps }: ScenarioSource): string {
  const actions = steps.flatMap((step) => Object.values(workOf(step))).flat();
  const expectations = steps.flatMap(({ expect }) => Object.values(expect ?? {})).flatMap(Object.keys);
  const counts = [
    [steps.length, "step"],
    [Object.keys(given).length, "host"],
    [actions.length, "action"],
    [expectations.length, "expectation"],
  ] as const;
  return counts.map(([count, noun]) => `${count} ${noun}${count === 1 ? "" : "s"}`).join(", ");
}

function* withoutSteps(source: ScenarioSource): Generator<ScenarioSource> {
  for (const steps of withoutParts(source.steps)) if (steps.length > 0) yield { ...source, steps };
}

/** Without a host wherever it stands; a step that is about nothing then goes with it. */
function* withoutHosts(source: ScenarioSource): Generator<ScenarioSource> {
  for (const host of Object.keys(source.given)) {
    const steps = source.steps.map((step) => withExpect(without(step, host), without(step.expect ?? {}, host)));
    const given = without(source.given, host);
    yield { ...source, given, steps: steps.filter((step) => step.expect !== undefined || hasWork(step)) };
  }
}

function* withSmallerSteps(source: ScenarioSource): Generator<ScenarioSource> {
  for (const [index, step] of source.steps.entries()) {
    for (const smaller of smallerSteps(step)) yield { ...source, steps: source.steps.with(index, smaller) };
  }
}

function* smallerSteps(step: StepSource): Generator<StepSource> {
  for (const host of Object.keys(workOf(step))) yield without(step, host);
  for (const [host, actions] of Object.entries(workOf(step))) {
    for (const fewer of withoutParts(actions)) if (fewer.length > 0) yield { ...step, [host]: fewer };
  }
  const expect = step.expect ?? {};
  for (const host of Object.keys(expect)) yield withExpect(step, without(expect, host));
  for (const [host, expected] of Object.entries(expect)) {
    for (const fewer of smallerExpectations(expected)) yield withExpect(step, { ...expect, [host]: fewer });
  }
}

function* smallerExpectations(expected: Expected[string]): Generator<Expected[string]> {
  const kinds = Object.keys(expected);
  if (kinds.length > 1) for (const kind of kinds) yield without(expected, kind);
  for (const [kind, lines] of Object.entries(expected)) {
    if (!Array.isArray(lines)) continue;
    for (const fewer of withoutParts<unknown>(lines)) if (fewer.length > 0) yield { ...expected, [kind]: fewer };
  }
}

/** With a text that somebody types or sends shorter, wherever it stands: what is expected of it is shorter too. */
function* withShorterTexts(source: ScenarioSource): Generator<ScenarioSource> {
  const texts = new Set(source.steps.flatMap((step) => textsIn(workOf(step))));
  for (const text of [...texts].toSorted((one, other) => other.length - one.length)) {
    const chars = [...text];
    for (const length of new Set([TEXT_CHARS_MIN, Math.floor(chars.length / 2)])) {
      if (length >= TEXT_CHARS_MIN && length < chars.length) {
        const shorter = chars.slice(0, length).join("");
        yield { ...source, steps: mapTexts(source.steps, (each) => each.replaceAll(text, shorter)) };
      }
    }
  }
}

/** A list without a half of it, without a quarter, and so on down to without one; the end goes first. */
function* withoutParts<Part>(parts: readonly Part[]): Generator<Part[]> {
  for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = parts.length; end > 0; end -= size) {
      yield [...parts.slice(0, Math.max(0, end - size)), ...parts.slice(end)];
    }
  }
}

function workOf({ title: _, expect: __, ...work }: StepSource): Readonly<Record<string, ActionSource[]>> {
  return work;
}

function hasWork(step: StepSource): boolean {
  return Object.keys(workOf(step)).length > 0;
}

function withExpect(step: StepSource, expect: Expected): StepSource {
  return Object.keys(expect).length === 0 ? without(step, "expect") : Object.assign({}, step, { expect });
}

function without<Whole extends object>(whole: Whole, key: string): Whole {
  const rest = { ...whole };
  Reflect.deleteProperty(rest, key);
  return rest;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function mapTexts<Value>(value: Value, change: (text: string) => string): Value;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]));
}
