import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { type CaseOutcome, outcomeUnsupported } from "../replay/outcome.ts";
import type { Cause } from "../result/cause.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { SPEECHLESS_CASES_MAX, Speechlessness } from "./speechlessness.ts";

const BOTH = scenario("{ Win71: { server: {} }, Win72: { client: {} } }");
const CLIENT_ALONE = scenario("{ Win71: { peer: { listen: 20002 } }, Win72: { client: {} } }");
const CAUSE: Cause = { kind: "silent", host: "Win71", says: "nothing", clause: null, mend: "flush", details: [] };
const SPOKEN = outcomeUnsupported(BOTH, "", 0);
const SILENT: CaseOutcome = { ...SPOKEN, speechless: { host: "Win71", role: "server", isHeldBack: false } };

test("a server that said nothing in so many cases is not waited for again, where it takes part", () => {
  const known = new Speechlessness();
  for (let count = 0; count < SPEECHLESS_CASES_MAX; count += 1) {
    expect(known.of(BOTH)).toBeUndefined();
    known.note(BOTH, SILENT, CAUSE);
  }
  expect(known.of(BOTH)).toMatchObject({
    host: "Win71",
    cause: CAUSE,
    seen: expect.stringContaining("2 cases before"),
  });
  expect(known.of(CLIENT_ALONE)).toBeUndefined();
});

test("one that said something in between is", () => {
  const known = new Speechlessness();
  known.note(BOTH, SILENT, CAUSE);
  known.note(BOTH, SPOKEN, null);
  known.note(BOTH, SILENT, CAUSE);
  expect(known.of(BOTH)).toBeUndefined();
});

test("a case in which it takes no part says nothing of it", () => {
  const known = new Speechlessness();
  known.note(BOTH, SILENT, CAUSE);
  known.note(CLIENT_ALONE, SPOKEN, null);
  known.note(BOTH, SILENT, CAUSE);
  expect(known.of(BOTH)).toBeDefined();
});

function scenario(given: string): Scenario {
  const step = "{ title: One, Win72: [{ connect: { address: '1', port: 1 } }] }";
  const loaded = parseScenario(
    "x.yaml",
    `title: X\nrequirements: []\ngiven: ${given}\nsteps: [${step}]\n`,
    REPORT_HOSTS,
    HCP,
  );
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  return loaded.scenario;
}
