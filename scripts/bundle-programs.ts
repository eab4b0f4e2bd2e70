// Owns what is done once before any test: the programs that tests start are bundled (src/bundle), so that each of a thousand
// starts takes half of its time. It must not know tests. Invariant: a test never runs an older program than its sources.

import { globSync } from "node:fs";
import { join } from "node:path";
import { OWN_PROGRAMS } from "../lab/testbed/own-programs.ts";
import { haveBundles } from "../src/bundle/make-bundles.ts";

const REPOSITORY = join(import.meta.dirname, "..");
/** Beside the programs themselves: the lab's command, and programs that have defects. */
const OTHERS = ["lab/cli.ts", "lab/replay/fixtures/mutant-*.ts", "lab/probe/fixtures/odd-*.ts"] as const;

export default async function setup(): Promise<void> {
  const others = globSync([...OTHERS], { cwd: REPOSITORY }).filter((file) => !file.endsWith("mutant-scene.ts"));
  await haveBundles(REPOSITORY, [...OWN_PROGRAMS, ...others]);
}
