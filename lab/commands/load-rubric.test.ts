import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseRubric } from "../grade/rubric.ts";
import { rubricJsonSchema } from "../grade/rubric-schema.ts";
import { writeRubric } from "../grade/write-rubric.ts";
import { caseFinder, loadRubric } from "./load-rubric.ts";
import { readOwnTopology } from "./repository.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/class/rubric.yaml", import.meta.url));
const editorTakes = new Ajv({ strict: false, validateFormats: false }).compile(rubricJsonSchema());
const GOOD = 'title: t\nrole: server\ntests:\n  - { id: a, points: 1, cases: ["03"] }\n';

test("a rubric's words for cases are cases, each once, and what it leaves out is settled", () => {
  const rubric = loadRubric(EXAMPLE, readOwnTopology());
  expect(rubric.result.points).toBe(10);
  expect(rubric.scenarios.map(({ id }) => id)).toEqual(["03", "04", "06", "07", "08", "10", "11"]);
  expect(rubric.limits).toMatchObject({ memoryMib: 256, processes: 64, openFiles: 1024 });
  expect(rubric.build).toMatchObject({ msMax: 120_000, hasNetwork: false });
  expect(rubric.directory).toBe(dirname(EXAMPLE));
});

test("another rubric, and another case, is another digest", () => {
  const digestOf = (text: string): string => {
    const parsed = read(text);
    return parsed.kind === "rubric" ? parsed.rubric.result.digest : "";
  };
  expect(new Set([GOOD, GOOD.replace("points: 1", "points: 2"), GOOD.replace("03", "04")].map(digestOf)).size).toBe(3);
});

test.each([
  ["a case that there is not", GOOD.replace("03", "99"), /:4:33: tests\[0\]\.cases\[0\]: no case is called "99"/],
  ["a case without the role", GOOD.replace('"03"', '"01"'), /expected a case in which a server takes part; got "01"/],
  [
    "an id twice",
    `${GOOD}  - { id: a, points: 1, cases: ["04"] }\n`,
    /:5:11: tests\[1\]\.id: expected an id of its own; got "a" again/,
  ],
  [
    "a need that comes later",
    GOOD.replace("id: a,", "id: a, needs: [b],"),
    /needs\[0\]: expected the id of a test before it; got "b"/,
  ],
  [
    "steps of two cases",
    GOOD.replace('["03"]', '["03", "04"], steps: [1]'),
    /expected steps only of a test of one case; got 2 cases/,
  ],
  [
    "a step beyond the last",
    GOOD.replace('["03"]', '["03"], steps: [9]'),
    /expected a step up to \d, as 03-\S+ has; got 9/,
  ],
  [
    "a file beside an implementation",
    `${GOOD}file: x.yaml\nimplementation: {}\n`,
    /expected no file beside implementation/,
  ],
  ["points below nothing", GOOD.replace("points: 1", "points: -1"), /points: expected at least 0; got -1/],
  ["an unknown key", `${GOOD}deadline: x\n`, /deadline: expected title, role/],
])("told with line and column: %s", (_what, text, problem) => {
  const parsed = read(text);
  expect(parsed.kind === "wrong" ? parsed.problems : []).toContainEqual(expect.stringMatching(problem));
  expect(parsed.kind === "wrong" && parsed.problems.every((line) => /^rubric\.yaml:\d+:\d+: /.test(line))).toBe(true);
});

test("what --init writes is a rubric, for the lab and for an editor", () => {
  const text = writeRubric(
    [{ id: "03", title: 'A "quoted" title: and more' }],
    [{ word: "conformance", title: "all of it", level: "must" }],
    "x.json",
  );
  const parsed = read(text);
  expect(parsed).toMatchObject({ kind: "rubric", rubric: { result: { points: 12 } } });
  expect(editorTakes(parse(text))).toBe(true);
  expect(editorTakes(parse(GOOD.replace("points: 1", 'points: "1"')))).toBe(false);
});

function read(text: string) {
  return parseRubric("rubric.yaml", text, caseFinder(join("."), readOwnTopology()));
}
