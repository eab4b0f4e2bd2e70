// Holds that the reference in docs/scenarios.md is current, that it misses no word, and that its examples are right.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { HCP } from "../lab/hcp/hcp.ts";
import { REPORT_HOSTS } from "../lab/scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../lab/scenario/load.ts";
import { ACTIONS_OF_ROLE, EXPECTATIONS_OF_ROLE } from "../lab/scenario/scenario.ts";
import { ACTIONS, EXPECTATIONS, FAULTS, withReference } from "./scenario-reference.ts";

const HOST_OF_ROLE = { server: "Win71", client: "Win72", peer: "Win73" } as const;
const ROLES = ["server", "client", "peer"] as const;

test("the reference in docs/scenarios.md is current", () => {
  const page = readFileSync(new URL("../docs/scenarios.md", import.meta.url), "utf8");
  expect(page, "run npm run schemas").toBe(withReference(page));
});

test("it has every action and every expectation, each with an example", () => {
  expect([...ACTIONS.keys()].toSorted()).toEqual([...new Set(Object.values(ACTIONS_OF_ROLE).flat())].toSorted());
  expect([...EXPECTATIONS.keys()].toSorted()).toEqual(
    [...new Set(Object.values(EXPECTATIONS_OF_ROLE).flat())].toSorted(),
  );
  for (const { description, examples = [] } of [...ACTIONS.values(), ...EXPECTATIONS.values()]) {
    expect(description).toMatch(/\.$/);
    expect(examples.length).toBeGreaterThan(0);
  }
});

test.each(
  ROLES.flatMap((role) =>
    ACTIONS_OF_ROLE[role].flatMap((word) => examplesOf(ACTIONS, word).map((example) => [role, example] as const)),
  ),
)("a %s can be given %j", (role, example) => {
  const before = example === "resume" ? ["pause"] : [];
  expect(problems({ [HOST_OF_ROLE[role]]: [...before, example] })).toEqual([]);
});

test.each(
  ROLES.flatMap((role) =>
    EXPECTATIONS_OF_ROLE[role].flatMap((word) =>
      examplesOf(EXPECTATIONS, word).map((example) => [role, { [word]: example }] as const),
    ),
  ),
)("of a %s can be expected %j", (role, example) => {
  // Within says how long something else may take.
  const beside = !("within" in example) ? {} : role === "server" ? { logs: "x" } : { shows: "x" };
  expect(problems({ expect: { [HOST_OF_ROLE[role]]: { ...beside, ...example } } })).toEqual([]);
});

test.each(FAULTS.flatMap(({ examples = [] }) => examples))("a link can be given %j", (example) => {
  const cut = { cut: { between: ["Win71", "Win72"] } };
  expect(problems({ faults: [cut, example] })).toEqual([]);
});

function examplesOf(words: typeof ACTIONS, word: string): readonly unknown[] {
  return words.get(word)?.examples ?? [];
}

/** What is wrong with a case that has this step, after one in which the peer has connected. */
function problems(step: object): readonly string[] {
  const text = stringify({
    title: "An example",
    needs: ["operator"],
    given: { Win71: { server: {} }, Win72: { client: {} }, Win73: { peer: {} } },
    steps: [
      { title: "The peer connects", Win73: ["connect"] },
      { title: "The example", ...step },
    ],
  });
  const result = parseScenario("example.yaml", text, REPORT_HOSTS, HCP);
  return result.kind === "wrong" ? result.problems : [];
}
