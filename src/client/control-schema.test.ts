import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commandSchema, eventSchema } from "./control.ts";
import { controlJsonSchema } from "./control-schema.ts";

test("the committed control.schema.json is current", () => {
  const committed = readFileSync(new URL("./control.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(committed), "run npm run schemas").toEqual(controlJsonSchema());
});

test("docs/control.md has an example of every command and every event, and each one is valid", () => {
  const document = readFileSync(new URL("../../docs/control.md", import.meta.url), "utf8");
  const [commands = [], events = [], ...more] = [...document.matchAll(/```json\n(.*?)```/gs)].map(examplesIn);
  expect(more).toEqual([]);
  expect(new Set(commands.map((example) => keyOf(commandSchema.parse(example))))).toEqual(keysOf(commandSchema));
  expect(new Set(events.map((example) => keyOf(eventSchema.parse(example))))).toEqual(keysOf(eventSchema));
});

function examplesIn(block: RegExpExecArray): readonly unknown[] {
  return (block[1] ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function keysOf(schema: typeof commandSchema | typeof eventSchema): ReadonlySet<string | undefined> {
  return new Set(schema.options.map((option) => keyOf(option.shape)));
}

function keyOf(value: object): string | undefined {
  return Object.keys(value)[0];
}
