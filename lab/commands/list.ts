// Owns `--list`: the cases, a line each. Invariant: it needs no bed.

import { makeVisibleLine } from "../../src/visible.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ListArguments } from "./arguments.ts";
import { loadProtocols } from "./own-protocol.ts";
import { loadCases, readOwnTopology } from "./repository.ts";

/** Lists the cases that words mean. */
export async function list({ selection, level, protocol }: ListArguments): Promise<string> {
  const scenarios = await loadCases(selection, readOwnTopology(), level, await loadProtocols(protocol));
  const idColumns = Math.max(...scenarios.map(({ id }) => id.length));
  const titleColumns = Math.max(...scenarios.map(({ title }) => title.length));
  return scenarios
    .map(
      (scenario) =>
        `${makeVisibleLine(`${scenario.id.padEnd(idColumns)}  ${scenario.title.padEnd(titleColumns)}  ${tellScope(scenario)}`)}\n`,
    )
    .join("");
}

function tellScope({ conformance, requirements }: Scenario): string {
  if (conformance !== null) return `${conformance.level}, PROTOCOL.md ${conformance.clause}`;
  return requirements.length === 0 ? "" : `requirements ${requirements.join(", ")}`;
}
