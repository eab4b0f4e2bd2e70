// Owns what a step does to links. It must not know how a bed does it. Invariant: what a bed cannot do is unsupported, with
// its reason, and nothing is noted that was not done.

import type { LinkFault } from "../network/link-fault.ts";
import { tellLinkFault } from "../network/link-fault.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { UnsupportedError } from "../testbed/testbed.ts";
import type { Stage } from "./stage.ts";
import type { Finding } from "./step-record.ts";

/** A bed that cannot do it. */
type Unbroken = Finding & { readonly verdict: "unsupported" };

/** Who is told to have failed where a link cannot be broken. */
const LAB = "The lab";

/** All that a case does to links. */
export function linkFaultsOf({ steps }: Pick<Scenario, "steps">): readonly LinkFault[] {
  return steps.flatMap(({ faults }) => faults);
}

/** Why the case cannot be run on this bed; undefined where it can. To be asked before any program starts. */
export async function whyUnbreakable(stage: Stage, scenario: Scenario): Promise<Unbroken | undefined> {
  const faults = linkFaultsOf(scenario);
  const [first] = faults;
  if (first === undefined) return undefined;
  const why = stage.links === undefined ? "this bed does nothing to links" : await stage.links.ready(faults);
  return why === undefined ? undefined : unsupported(first, why);
}

/** Does it, one after the other; gives the first that could not be done. */
export async function breakLinks(stage: Stage, faults: readonly LinkFault[]): Promise<Unbroken | undefined> {
  for (const link of faults) {
    try {
      await Promise.all(stage.faults.ways(link).map((way) => stage.links?.impair(way, link.fault)));
    } catch (error) {
      if (error instanceof UnsupportedError) return unsupported(link, error.message);
      throw error;
    }
    stage.faults.noteLink(link);
  }
  return undefined;
}

function unsupported(link: LinkFault, why: string): Unbroken {
  return { host: LAB, verdict: "unsupported", expected: `can ${tellLinkFault(link)}`, seen: `cannot: ${why}` };
}
