import { expect, test } from "vitest";
import { PROTOCOLS } from "../commands/protocol.ts";
import { HCP } from "../hcp/hcp.ts";
import type { Implementation } from "../implementation/implementation.ts";
import { parseImplementation } from "../implementation/load.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { fitScenario } from "./fit-scenario.ts";

const CASE = `title: A
requirements: []
given: { Win71: { server: {} }, Win72: { client: {}, named: Jon } }
steps:
  - title: One
    Win72: [{ select: All }, { type: x }, send]
    expect: { Win71: { logs: x }, Win72: { shows: "You say: x", users: [Server], draft: "" } }
  - title: Two
    Win72: [send]
    expect: { Win72: { shows: nothing } }
`;

test("a pair that can do all of it is asked all of it", () => {
  const fit = fitScenario(scenario(CASE), { server: server(), client: client() });
  expect(fit).toEqual({ kind: "fits", scenario: scenario(CASE), leftOut: new Map() });
});

test("a feature that is not there takes its expectations with it, and their steps say why", () => {
  const silent = server("unsupported: [{ feature: logs, why: prints nothing }]");
  const blind = client("unsupported: [{ feature: users, why: has no list }]");
  const fit = fitScenario(scenario(CASE), { server: silent, client: blind });
  expect(fit).toMatchObject({
    kind: "fits",
    scenario: { steps: [{ expectations: [{ kind: "shows" }, { kind: "draft" }] }, { expectations: [{}] }] },
    leftOut: new Map([[0, ["s 1: prints nothing", "c 1: has no list"]]]),
  });
});

test("a case that its file names is not asked of it at all", () => {
  const pair = { server: server('unsupported: [{ case: x-case, why: "no" }]'), client: client() };
  expect(fitScenario(scenario(CASE), pair)).toEqual({ kind: "unsupported", why: "s 1: no" });
});

test("a case in another protocol is only for programs whose files say that they speak it", () => {
  const other = parseScenario(
    "x-case.yaml",
    CASE.replace("title: A", "title: A\nprotocol: hcp2"),
    REPORT_HOSTS,
    PROTOCOLS,
  );
  if (other.kind === "wrong") throw new Error(other.problems.join("\n"));
  const two = "speaks: { hcp2: {} }";
  expect(fitScenario(other.scenario, { server: server(two), client: client() })).toEqual({
    kind: "unsupported",
    why: "c 1: its file does not say that it speaks HCP2",
  });
  expect(fitScenario(other.scenario, { server: server(two), client: client(two) }).kind).toBe("fits");
});

test("a case that asks for older lines is not for a client whose file says that it cannot", () => {
  const asking = scenario(CASE.replace("Win72: [send]", "Win72: [{ history: { limit: 3 } }]"));
  expect(fitScenario(asking, { server: server(), client: client() }).kind).toBe("fits");
  const blind = client("unsupported: [{ feature: history, why: keeps none }]");
  expect(fitScenario(asking, { server: server(), client: blind })).toEqual({
    kind: "unsupported",
    why: "c 1: keeps none",
  });
});

test("a case without its kind of program is not its business", () => {
  const alone = scenario(
    CASE.replace("Win71: { server: {} }, ", "").replace(", named: Jon", "").replace("Win71: { logs: x }, ", ""),
  );
  const pair = { server: server('unsupported: [{ case: x-case, why: "no" }]'), client: client() };
  expect(fitScenario(alone, pair).kind).toBe("fits");
});

test("a console or a window that is not there makes the case unsupported", () => {
  const consoleCase = CASE.replace("server: {}", "server: { console: true }").replace(", named: Jon", "");
  const pair = { server: server(), client: client() };
  expect(fitScenario(scenario(consoleCase), pair)).toEqual({
    kind: "unsupported",
    why: "s 1: does not ask on its console",
  });
  const windowCase = CASE.replace("client: {}", "client: { window: true }");
  expect(fitScenario(scenario(windowCase), pair)).toEqual({
    kind: "unsupported",
    why: "c 1: has no window that a browser shows",
  });
});

test("a case that needs what a server may offer is only for a server whose file offers it", () => {
  const needing = scenario(CASE.replace("requirements: []", "requirements: []\nneeds: [notices, mailbox]"));
  const offering = server("offers: { notices: {}, mailbox: { arguments: [--keep] } }");
  expect(fitScenario(needing, { server: offering, client: client() }).kind).toBe("fits");
  expect(fitScenario(needing, { server: server("offers: { notices: {} }"), client: client() })).toEqual({
    kind: "unsupported",
    why: "s 1: its file does not offer mailbox",
  });
  expect(fitScenario(needing, { server: server(), client: client() })).toMatchObject({
    why: "s 1: its file does not offer notices, mailbox",
  });
});

test("a case that only prefers something is for every server", () => {
  const preferring = scenario(CASE.replace("requirements: []", "requirements: []\nprefers: [short-silence]"));
  expect(fitScenario(preferring, { server: server(), client: client() }).kind).toBe("fits");
});

function scenario(text: string): Scenario {
  const parsed = parseScenario("x-case.yaml", text, REPORT_HOSTS, HCP);
  if (parsed.kind === "wrong") throw new Error(parsed.problems.join("\n"));
  return parsed.scenario;
}

function server(more = ""): Implementation {
  return implementation(`name: s\nversion: "1"\nrole: server\nrun: { command: [x] }\n${more}`);
}

function client(more = ""): Implementation {
  return implementation(`name: c\nversion: "1"\nrole: client\nrun: { command: [x] }\n${more}`);
}

function implementation(text: string): Implementation {
  const parsed = parseImplementation("x.yaml", text, { findCase: (slug) => ({ slug }) });
  if (parsed.kind === "wrong") throw new Error(parsed.problems.join("\n"));
  return parsed.implementation;
}
