import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { parseScenario } from "./load.ts";

const FOLDER = fileURLToPath(new URL("../../scenarios/report/", import.meta.url));
const FILES = readdirSync(FOLDER).toSorted();

/** The report's test case design: which requirements each case covers. */
const COVERAGE: Readonly<Record<string, readonly number[]>> = {
  "01": [3, 8],
  "02": [4],
  "03": [3, 4],
  "04": [3, 4, 7, 8, 9],
  "05": [1, 4, 5],
  "06": [1, 4, 5, 6, 7, 8, 9],
  "07": [1, 4, 8, 10],
  "08": [1, 2, 4, 8, 10],
  "09": [2, 4, 8, 10, 11],
  "10": [1, 2, 4, 5, 7, 8, 9, 10, 12],
  "11": [1, 2, 4, 5, 7, 8, 9, 10, 12],
};

test("the report's eleven cases are there, each with the requirements that the report says it covers", () => {
  const covered = FILES.map((file) => {
    const result = parseScenario(file, readFileSync(`${FOLDER}${file}`, "utf8"), REPORT_HOSTS, HCP);
    return result.kind === "scenario" ? [result.scenario.id, result.scenario.requirements] : result.problems;
  });
  expect(Object.fromEntries(covered)).toEqual(COVERAGE);
});

test("every case file tells editors which schema it has", () => {
  for (const file of FILES) {
    const [first] = readFileSync(`${FOLDER}${file}`, "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=../scenario.schema.json");
  }
});
