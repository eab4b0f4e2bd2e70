// Owns the reaper's process: it reads orders from the lab until the lab has gone, then clears up and ends.
// It must not know a bed. Invariant: it acts only at end of input, and is gone within REAP_MS_MAX after that.

import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { killMarked, type ProcessMark } from "./process-mark.ts";
import { reaperOrderSchema } from "./reaper.ts";
import { endMarked } from "./run-mark.ts";

/** The lab promises five seconds; a slow engine gets more, but a reaper does not live for ever. */
const REAP_MS_MAX = 60_000;
const REMOVALS_MAX = 10;
/** How often a folder is looked for again, and how many looks in a row must find none. */
const LOOK_MS = 100;
const QUIET_LOOKS = 3;

const watched = new Map<number, ProcessMark>();
const marks = new Set<string>();
const folders = new Set<string>();
const runs = new Set<string>();
let keepsContainers = false;

for await (const line of createInterface({ input: process.stdin })) {
  const order = reaperOrderSchema.safeParse(parseJson(line));
  if (!order.success) continue;
  const said = order.data;
  if ("containersOf" in said) runs.add(said.containersOf);
  else if ("watch" in said) watched.set(said.watch.pid, said.watch);
  else if ("mark" in said) marks.add(said.mark);
  else if ("unwatch" in said) watched.delete(said.unwatch);
  else if ("remove" in said) folders.add(said.remove);
  else if ("keepContainers" in said) keepsContainers = true;
  else process.exit(0);
}

setTimeout(() => process.exit(1), REAP_MS_MAX).unref();
for (const mark of watched.values()) killMarked(mark);
// What cannot be killed is nothing that a reaper could tell anybody, and no reason to leave the rest.
await Promise.allSettled([...marks].map(endMarked));
await Promise.all([removeFolders(), removeContainers()]);
process.exit(0);

/** What was killed a moment ago may still write, and make its folder anew: one is gone once it stays gone. */
async function removeFolders(): Promise<void> {
  for (let quiet = 0; folders.size > 0 && quiet < QUIET_LOOKS; quiet += 1) {
    if ([...folders].some(existsSync)) quiet = 0;
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: REMOVALS_MAX });
    await wait(LOOK_MS);
  }
}

async function removeContainers(): Promise<void> {
  if (runs.size === 0) return;
  // Loaded here, so that a local run's reaper stays small.
  const [{ removeCapture, removeRun }, { default: Dockerode }] = await Promise.all([
    import("./leftovers.ts"),
    import("dockerode"),
  ]);
  // The lab has put its engine's address into DOCKER_HOST, which dockerode reads.
  const docker = new Dockerode();
  const remove = keepsContainers ? removeCapture : removeRun;
  await Promise.all([...runs].map((runId) => remove(docker, runId)));
}

/** A half line is what a killed lab leaves; it says nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
