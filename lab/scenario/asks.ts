// Owns what a case asks of programs, as far as that decides whether they can be asked it. Pure. It must not know programs.
// Invariant: it is data that JSON can hold, so that what a hundred cases ask can be known without reading them.

import type { Feature } from "../implementation/schema.ts";
import { programsOf, type Scenario } from "./scenario.ts";

/** Features without which a case cannot be asked; without others, a part of it can. */
export type AskedFeature = Extract<Feature, "console" | "history" | "accounts" | "window">;

export interface Asks {
  /** The case's name, by which a program's file can leave it out. */
  readonly slug: string;
  /** What its programs speak. */
  readonly speaks: string;
  /** The roles of its programs. */
  readonly programs: readonly string[];
  /** What the server's file has to offer. */
  readonly needs: Scenario["needs"];
  readonly features: readonly AskedFeature[];
}

export function asksOf(scenario: Scenario): Asks {
  const { slug, protocol, needs, given, steps, windows } = scenario;
  const actions = new Set(steps.flatMap(({ work }) => work.flatMap((each) => each.actions.map(({ kind }) => kind))));
  const isAsked: Readonly<Record<AskedFeature, boolean>> = {
    console: given.some((each) => each.kind === "server" && each.settings.console === true),
    history: actions.has("history"),
    accounts: actions.has("signIn"),
    window: windows.size > 0,
  };
  const features = (["console", "history", "accounts", "window"] as const).filter((feature) => isAsked[feature]);
  return { slug, speaks: protocol.name, programs: [...programsOf(scenario)], needs, features };
}
