// Owns what of a scenario can be asked of a server and a client, by what their files say they cannot do. Pure. It must not
// know how a case is run. Invariant: what is left out is told, step by step; nothing that is left out can be a pass.

import { type Implementation, type Pair, tellImplementation } from "../implementation/implementation.ts";
import type { Feature } from "../implementation/schema.ts";
import { type AskedFeature, type Asks, asksOf } from "../scenario/asks.ts";
import type { Expectation, Scenario } from "../scenario/scenario.ts";

export type Fit =
  /** `leftOut` has, by a step's index, why some of its expectations are not in the scenario. */
  | { readonly kind: "fits"; readonly scenario: Scenario; readonly leftOut: ReadonlyMap<number, readonly string[]> }
  | { readonly kind: "unsupported"; readonly why: string };

const FEATURE_OF: Readonly<Partial<Record<Expectation["kind"], Feature>>> = {
  logs: "logs",
  "logs nothing": "logs",
  never: "logs",
  users: "users",
  draft: "draft",
  window: "window",
};

/** The scenario without what this pair cannot be asked, or why it cannot be asked any of it. */
export function fitScenario(scenario: Scenario, pair: Pair): Fit {
  const why = whyNot(asksOf(scenario), pair);
  if (why !== undefined) return { kind: "unsupported", why };
  const leftOut = new Map<number, readonly string[]>();
  const steps = scenario.steps.map((step, index) => {
    const judged = step.expectations.map((expectation) => ({ expectation, why: whyLeftOut(expectation, pair) }));
    const reasons = new Set(judged.flatMap((each) => (each.why === undefined ? [] : [each.why])));
    if (reasons.size > 0) leftOut.set(index, [...reasons]);
    return { ...step, expectations: judged.filter((each) => each.why === undefined).map((each) => each.expectation) };
  });
  return { kind: "fits", scenario: { ...scenario, steps }, leftOut };
}

/** Why a pair cannot be asked a case, or undefined when it can. */
export function whyNot(asks: Asks, { server, client }: Pair): string | undefined {
  const used = new Set(asks.programs);
  const deaf = [server, client].find(({ role, speaks }) => used.has(role) && !speaks.has(asks.speaks.toLowerCase()));
  if (deaf !== undefined) return tellWhy(deaf, `its file does not say that it speaks ${asks.speaks}`);
  for (const implementation of [server, client].filter(({ role }) => used.has(role))) {
    const reason = implementation.unsupportedCases.get(asks.slug);
    if (reason !== undefined) return tellWhy(implementation, reason);
  }
  const asksFor = (feature: AskedFeature): boolean => asks.features.includes(feature);
  if (asksFor("console") && server.console === undefined) {
    return tellWhy(server, server.unsupportedFeatures.get("console") ?? "does not ask on its console");
  }
  const missing = asks.needs.filter((need) => !server.offers.has(need));
  if (used.has("server") && missing.length > 0) {
    return tellWhy(server, `its file does not offer ${missing.join(", ")}`);
  }
  for (const feature of (["history", "accounts"] as const).filter(asksFor)) {
    const reason = client.unsupportedFeatures.get(feature);
    if (reason !== undefined) return tellWhy(client, reason);
  }
  if (asksFor("window") && client.window === undefined) {
    return tellWhy(client, client.unsupportedFeatures.get("window") ?? "has no window that a browser shows");
  }
  return undefined;
}

function whyLeftOut({ kind }: Expectation, { server, client }: Pair): string | undefined {
  const feature = FEATURE_OF[kind];
  if (feature === undefined) return undefined;
  const implementation = feature === "logs" ? server : client;
  const reason = implementation.unsupportedFeatures.get(feature);
  return reason === undefined ? undefined : tellWhy(implementation, reason);
}

function tellWhy(implementation: Implementation, reason: string): string {
  return `${tellImplementation(implementation)}: ${reason}`;
}
