// Owns what a case asks of programs, as far as that decides whether they can be asked it. Pure. It must not know programs.
// Invariant: it is data that JSON can hold, so that what a hundred cases ask can be known without reading them.

import { type ActionKind, programsOf, type Scenario } from "./scenario.ts";

export interface Asks {
  /** The case's name, by which a program's file can leave it out. */
  readonly slug: string;
  /** What its programs speak. */
  readonly speaks: string;
  /** The roles of its programs. */
  readonly programs: readonly string[];
  /** What the server's file has to offer. */
  readonly needs: Scenario["needs"];
  readonly asksConsole: boolean;
  readonly asksHistory: boolean;
  readonly signsIn: boolean;
  readonly showsWindow: boolean;
}

export function asksOf(scenario: Scenario): Asks {
  const { slug, protocol, needs, given, steps, windows } = scenario;
  const isAsked = (kind: ActionKind): boolean =>
    steps.some(({ work }) => work.some(({ actions }) => actions.some((action) => action.kind === kind)));
  return {
    slug,
    speaks: protocol.name,
    programs: [...programsOf(scenario)],
    needs,
    asksConsole: given.some((each) => each.kind === "server" && each.settings.console === true),
    asksHistory: isAsked("history"),
    signsIn: isAsked("signIn"),
    showsWindow: windows.size > 0,
  };
}
