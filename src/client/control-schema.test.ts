import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commandSchema, commandSchema2 } from "./control.ts";
import { eventSchema, eventSchema2 } from "./control-events.ts";
import { controlJsonSchema } from "./control-schema.ts";

test.each([
  ["./control.schema.json", 1],
  ["./control-2.schema.json", 2],
] as const)("the committed %s is current", (file, version) => {
  const committed = readFileSync(new URL(file, import.meta.url), "utf8");
  expect(JSON.parse(committed), "run npm run schemas").toEqual(controlJsonSchema(version));
});

test("docs/control.md has an example of every command and every event, and each one is valid", () => {
  const document = readFileSync(new URL("../../docs/control.md", import.meta.url), "utf8");
  const blocks = [...document.matchAll(/```json\n(.*?)```/gs)].map(examplesIn);
  const [commands = [], events = [], commands2 = [], events2 = [], ...more] = blocks;
  expect(more).toEqual([]);
  expect(new Set(commands.map((example) => keyOf(commandSchema.parse(example))))).toEqual(keysOf(commandSchema));
  expect(new Set(events.map((example) => keyOf(eventSchema.parse(example))))).toEqual(keysOf(eventSchema));
  const added = ["history", "shown", "connected", "state", "said", "account", "found", "unread"];
  const asked = ["history", "signIn", "register", "unregister", "search", "search", "read"];
  expect(commands2.map((example) => keyOf(commandSchema2.parse(example)))).toEqual(asked);
  expect(new Set(events2.map((example) => keyOf(eventSchema2.parse(example))))).toEqual(new Set(added));
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
