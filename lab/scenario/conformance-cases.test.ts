import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { CONFORMANCE_FOLDERS, listScenarioFiles } from "./catalog.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { parseScenario } from "./load.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FILES = CONFORMANCE_FOLDERS.flatMap((folder) => listScenarioFiles(`${ROOT}scenarios/${folder}`));

describe.each(FILES.map((file) => [basename(file), file] as const))("%s", (name, file) => {
  const text = readFileSync(file, "utf8");
  const result = parseScenario(file, text, REPORT_HOSTS, HCP);

  test("is a scenario that cites a clause, and says at which level", () => {
    expect(result).toMatchObject({ kind: "scenario" });
    expect(result.kind === "scenario" ? result.scenario.conformance : null).not.toBeNull();
  });

  test("tells editors which schema it has, and people its idea in one line", () => {
    const [schema = "", idea = ""] = text.split("\n");
    const up = file.includes("/client/") ? "../.." : "..";
    expect(schema).toBe(`# yaml-language-server: $schema=${up}/scenario.schema.json`);
    expect(idea).toMatch(/^# [\p{Lu}\d].*\.$/u);
  });

  test("has a name that no number means, for the report's cases have the numbers", () => {
    expect(name).toMatch(/^[a-z]/);
  });
});

test("the clauses that a case may cite are those of PROTOCOL.md, in its order", () => {
  expect(HCP.clauses, "mend lab/hcp/clauses.ts").toEqual(clausesOf(readFileSync(`${ROOT}PROTOCOL.md`, "utf8")));
});

test("no two cases have one name", () => {
  const names = FILES.map((file) => basename(file));
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});

/** The numbers of clauses: of headings, and of paragraphs that begin with one. */
function clausesOf(protocol: string): readonly string[] {
  return [...protocol.matchAll(/^(?:#{2,3} |- \*\*)(?<clause>\d+(?:\.\d+)*)\b/gm)].map(
    (match) => match.groups?.clause ?? "",
  );
}
