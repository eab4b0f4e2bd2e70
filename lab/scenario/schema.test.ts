import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { scenarioJsonSchema } from "./schema.ts";

test("the committed scenario.schema.json is current", () => {
  const committed = readFileSync(new URL("../../scenarios/scenario.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(committed), "run npm run schemas").toEqual(scenarioJsonSchema(HCP));
});
