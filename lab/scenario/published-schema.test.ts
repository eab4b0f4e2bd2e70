// Holds that an editor, which has the published schema, and the lab say the same of a file. Only what depends on another
// place in the file, or on the topology, is the lab's alone.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { HCP } from "../hcp/hcp.ts";
import { listScenarioFiles } from "./catalog.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { parseScenario } from "./load.ts";
import { scenarioJsonSchema, scenarioSchemaOf } from "./schema.ts";

const editorTakes = new Ajv({ strict: false }).compile(scenarioJsonSchema(HCP));
const shape = scenarioSchemaOf(HCP);

/** The schema is of Howdy's protocol: a case with another one writes other frames. */
const FILES = listScenarioFiles(fileURLToPath(new URL("../../scenarios/", import.meta.url))).filter(
  (file) => !/\bprotocol: /.test(readFileSync(file, "utf8")),
);
const CASES: readonly unknown[] = FILES.map((file) => parse(readFileSync(file, "utf8")));

const GOOD = `title: A case
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { peer: {} }
steps:
  - title: A step
    Win72: [{ select: All }, { type: Hi }, send]
    Win73: [connect, wire: { send: { proposal: "Guest {n}" } }]
    expect: { Win72: { shows: "You say: Hi" } }
`;

describe("the published schema and the lab take", () => {
  test.each([
    ["a case about nothing in particular", GOOD],
    ["requirements", `requirements: [1, 12]\n${GOOD}`],
    ["a clause and a level", `clause: "9.1"\nlevel: must\n${GOOD}`],
    ["an action without its argument", GOOD.replace("send]", "send: ]")],
    ["bytes with braces", GOOD.replace('{ proposal: "Guest {n}" }', `'01 "{x}" 00*61'`)],
  ])("%s", (_what, text) => {
    expect(lab(text)).toEqual([]);
    expect(editor(text)).toBe(true);
  });

  test("every case of the project", () => {
    expect(FILES.filter((_file, index) => !editorTakes(CASES[index]))).toEqual([]);
  });
});

describe("the published schema and the lab refuse", () => {
  test.each([
    ["a title that is missing", GOOD.replace("title: A case\n", "")],
    ["a given that is missing", GOOD.replace(/given:\n(?: .*\n)+/, "")],
    ["steps that are missing", GOOD.replace(/steps:[\s\S]*/, "")],
    ["an unknown key", `titel: x\n${GOOD}`],
    ["a requirement that there is not", `requirements: [13]\n${GOOD}`],
    ["a clause that there is not", `clause: "99.9"\nlevel: must\n${GOOD}`],
    ["a clause that is a number", `clause: 9.1\nlevel: must\n${GOOD}`],
    ["a clause without a level", `clause: "9.1"\n${GOOD}`],
    ["a level without a clause", `level: must\n${GOOD}`],
    ["an unknown level", `clause: "9.1"\nlevel: weak\n${GOOD}`],
    ["an unknown need", `needs: [wings]\n${GOOD}`],
    ["a host that runs nothing", GOOD.replace("{ peer: {} }", "{}")],
    ["a host that runs two things", GOOD.replace("{ peer: {} }", "{ peer: {}, client: {} }")],
    ["a name of what is no client", GOOD.replace("{ server: {} }", "{ server: {}, named: Jon }")],
    ["a step that does nothing", `${GOOD}  - title: Another\n`],
    ["an expectation of nothing in particular", GOOD.replace('{ shows: "You say: Hi" }', "{}")],
    ["an unknown action", GOOD.replace("{ type: Hi }", "{ wiat: Hi }")],
    ["an action with two words", GOOD.replace("{ type: Hi }", "{ type: Hi, send: }")],
    ["an unknown word", GOOD.replace("send]", "sned]")],
    ["a line that is no text", GOOD.replace('"You say: Hi"', "[1]")],
    ["a text that YAML reads as a map", GOOD.replace('"You say: Hi"', "[You say: Hi]")],
    ["an unknown expectation", GOOD.replace("shows:", "show:")],
    [
      "a placeholder in a server's line",
      GOOD.replace('Win72: { shows: "You say: Hi" }', 'Win71: { logs: "{adress}" }'),
    ],
    ["a placeholder in a frame that there is not", GOOD.replace("Guest {n}", "Guest {m}")],
  ])("%s", (_what, text) => {
    expect(lab(text)).not.toEqual([]);
    expect(editor(text)).toBe(false);
  });

  test("the same of every case that something is changed in", () => {
    const change = fc.tuple(
      fc.constantFrom(...CASES),
      fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
      fc.constantFrom<unknown>(undefined, null, true, 0, -1, 5.5, "", "nothing", "x", "2 s", [], ["x"], {}, { x: "y" }),
    );
    fc.assert(
      fc.property(change, ([data, way, value]) => {
        const changed = changeAt(data, way, value);
        const isTaken = editorTakes(changed);
        // What the lab's shape refuses, the editor does; what the editor refuses, the lab does by its shape or its checks.
        if (isTaken) expect(shape.safeParse(changed).success).toBe(true);
        else expect(lab(stringify(changed))).not.toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ["a host that the topology has not", GOOD.replaceAll("Win73", "Win79")],
  ["an action of another role", GOOD.replace("Win72: [{", "Win71: [{")],
  ["a name that two clients have", GOOD.replace("Win73: { peer: {} }", "Win73: { client: {}, named: Jon }")],
  ["a connection that was not made", GOOD.replace("[connect, wire:", "[wire:")],
  ["bytes that are none", GOOD.replace('{ proposal: "Guest {n}" }', "zz")],
  [
    "an operator that is not asked for",
    GOOD.replace("steps:", "steps:\n  - { title: x, Win71: [{ operator: quit }] }"),
  ],
])("the lab alone refuses %s", (_what, text) => {
  expect(lab(text)).not.toEqual([]);
  expect(editor(text)).toBe(true);
});

function lab(text: string): readonly string[] {
  const result = parseScenario("x.yaml", text, REPORT_HOSTS, HCP);
  return result.kind === "wrong" ? result.problems : [];
}

function editor(text: string): boolean {
  return editorTakes(parse(text));
}

/** The data with one value changed, or taken away, at the end of a way down its maps and lists. */
function changeAt(data: unknown, [step, ...rest]: readonly number[], value: unknown): unknown {
  if (step === undefined || typeof data !== "object" || data === null) return value;
  const keys = Object.keys(data);
  const key = keys[step % keys.length];
  if (key === undefined) return value;
  const changed = rest.length === 0 ? value : changeAt(Reflect.get(data, key), rest, value);
  if (Array.isArray(data)) return data.with(Number(key), changed ?? null);
  const others = Object.fromEntries(Object.entries(data).filter(([other]) => other !== key));
  return changed === undefined ? others : { ...others, [key]: changed };
}
