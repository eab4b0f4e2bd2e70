import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { classJsonSchema, classSchema } from "./class-result.ts";
import { sampleClass } from "./fixtures/sample-class.ts";

test("the sample is what the schema takes, and nothing beside it", () => {
  expect(classSchema.safeParse(sampleClass()).error).toBeUndefined();
  expect(classSchema.safeParse({ ...sampleClass(), more: 1 }).success).toBe(false);
});

test("the published schema is current", () => {
  const published: unknown = JSON.parse(readFileSync(new URL("class.schema.json", import.meta.url), "utf8"));
  expect(published).toEqual(JSON.parse(JSON.stringify(classJsonSchema())));
});
