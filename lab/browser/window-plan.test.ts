import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { translatorFor } from "../replay/text.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import { type ClientKind, planWindows } from "./window-plan.ts";

const PLACED = REPORT_HOSTS.map((spec) => ({ spec, address: spec.address.replace(/^10/, "127") }));
const SERVER = "127.6.1.116:20002";

test("a scenario about a window has one, whichever client is asked for; others have none", () => {
  const about =
    "given: { Win72: { client: { window: true } }, Win73: { client: {} } }\nsteps: [{ title: x, Win72: [send] }]";
  expect(plan(about, "headless")).toEqual({ windows: ["Win72"], servers: [SERVER] });
  expect(plan(about, "web").windows).toEqual(["Win72", "Win73"]);
});

test("a window that is looked at is one without a word in given", () => {
  const looked =
    "given: { Win72: { client: {} } }\nsteps: [{ title: x, expect: { Win72: { window: [{ button: Send }] } } }]";
  expect(plan(looked, "headless").windows).toEqual(["Win72"]);
});

test("only hosts that the scenario has a client on are windows", () => {
  expect(plan("given: { Win71: { server: {} } }\nsteps: [{ title: x, Win71: [stop] }]", "web").windows).toEqual([]);
  expect(plan("given: {}\nsteps: [{ title: x, Win73: [start] }]", "web").windows).toEqual(["Win73"]);
});

test("windows may connect wherever the scenario says, but for what is no server's address", () => {
  const yaml = `given: { Win71: { server: { port: 4000 } }, Win72: { client: {} } }
steps:
  - title: x
    Win72:
      - connect: { address: 300.1.1.1, port: 20002 }
      - connect: { address: 10.6.1.116, port: worcester }
      - connect: { address: 10.6.1.116, port: 5000 }
      - connect: { address: 10.6.0.153, port: "6000" }
      - connect: {}
  - title: y
    Win71: [stop, { start: { port: 7000 } }]
`;
  expect(plan(yaml, "web").servers).toEqual([
    "127.6.1.116:4000",
    "127.6.1.116:5000",
    "127.6.0.153:6000",
    "127.6.1.116:7000",
    SERVER,
  ]);
});

function plan(yaml: string, client: ClientKind) {
  const result = parseScenario("test.yaml", `title: A case\nrequirements: []\n${yaml}`, REPORT_HOSTS, HCP);
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  const { windows, servers } = planWindows(result.scenario, client, PLACED, translatorFor(PLACED, new Map()));
  return { windows: [...windows], servers };
}
