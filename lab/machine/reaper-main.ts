// Owns the reaper's process: it reads orders from the lab until the lab has gone, then clears up and ends.
// It must not know a bed. Invariant: it acts only at end of input, and is gone within REAP_MS_MAX after that.

import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { killMarked, type ProcessMark } from "./process-mark.ts";
import type { ReaperLine, ReaperOrder } from "./reaper.ts";
import { endMarked } from "./run-mark.ts";

/** The lab promises five seconds; a slow engine gets more, but a reaper does not live for ever. */
const REAP_MS_MAX = 60_000;
const REMOVALS_MAX = 10;
/** How often a folder is looked for again, and how many looks in a row must find none. */
const LOOK_MS = 100;
const QUIET_LOOKS = 3;

/** What one part of the lab leaves when the lab has gone. */
class Estate {
  readonly watched = new Map<number, ProcessMark>();
  readonly marks = new Set<string>();
  readonly folders = new Set<string>();
  readonly runs = new Set<string>();
  /** Of builds that are under way, by their numbers. */
  readonly layers = new Map<number, string>();
  keepsContainers = false;

  take(said: ReaperOrder): void {
    if ("containersOf" in said) this.runs.add(said.containersOf);
    else if ("build" in said) this.#build(said.build, said.layer);
    else if ("watch" in said) this.watched.set(said.watch.pid, said.watch);
    else if ("mark" in said) this.marks.add(said.mark);
    else if ("unwatch" in said) this.watched.delete(said.unwatch);
    else if ("remove" in said) this.folders.add(said.remove);
    else if ("keepContainers" in said) this.keepsContainers = true;
  }

  async clearUp(): Promise<void> {
    for (const mark of this.watched.values()) killMarked(mark);
    // What cannot be killed is nothing that a reaper could tell anybody, and no reason to leave the rest.
    await Promise.allSettled([...this.marks].map(endMarked));
    await Promise.all([removeFolders(this.folders), removeContainers(this)]);
  }

  #build(build: number, layer: string | null): void {
    if (layer === null) this.layers.delete(build);
    else this.layers.set(build, layer);
  }
}

const estates = new Map<number, Estate>();

for await (const line of createInterface({ input: process.stdin })) {
  const said = parseLine(line);
  if (said === undefined) continue;
  const estate = estates.get(said.part) ?? new Estate();
  estates.set(said.part, estate);
  if ("leave" in said.order) estates.delete(said.part);
  else estate.take(said.order);
}

setTimeout(() => process.exit(1), REAP_MS_MAX).unref();
await Promise.allSettled([...estates.values()].map((estate) => estate.clearUp()));
process.exit(0);

/** What was killed a moment ago may still write, and make its folder anew: one is gone once it stays gone. */
async function removeFolders(folders: ReadonlySet<string>): Promise<void> {
  for (let quiet = 0; folders.size > 0 && quiet < QUIET_LOOKS; quiet += 1) {
    if ([...folders].some(existsSync)) quiet = 0;
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: REMOVALS_MAX });
    await wait(LOOK_MS);
  }
}

async function removeContainers({ runs, layers, keepsContainers }: Estate): Promise<void> {
  if (runs.size === 0) return;
  // Loaded here, so that a local run's reaper stays small.
  const [{ removeCapture, removeRun }, { removeLayer }, { default: Dockerode }] = await Promise.all([
    import("./leftovers.ts"),
    import("./limited-build.ts"),
    import("dockerode"),
  ]);
  // The lab has put its engine's address into DOCKER_HOST, which dockerode reads.
  const docker = new Dockerode();
  const remove = keepsContainers ? removeCapture : removeRun;
  await Promise.all([...runs].map((runId) => remove(docker, runId)));
  // An engine gives a build up when who asked for it has gone; by now it has.
  for (const layer of layers.values()) await removeLayer(docker, layer);
}

/** A half line is what a killed lab leaves; it says nothing. */
function parseLine(text: string): ReaperLine | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
