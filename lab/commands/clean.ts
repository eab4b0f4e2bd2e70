// Owns `--clean`: what earlier runs left on the engine goes. Invariant: a live run's things are left alone, and named.

import { cleanLeftovers } from "../machine/leftovers.ts";

/** Removes leftovers and tells what went. */
export async function clean(): Promise<string> {
  const { removed, leftAlone } = await cleanLeftovers();
  const tell = (what: string, runs: typeof removed): readonly string[] =>
    runs.map(
      ({ runId, containers, networks, images }) =>
        `${what} run ${runId}: ${[...containers, ...networks, ...images].join(", ")}\n`,
    );
  return [
    ...tell("Removed", removed),
    ...tell("Left alone, because its lab still lives,", leftAlone),
    ...(removed.length === 0 ? ["Nothing to remove.\n"] : []),
  ].join("");
}
