// Owns the removal of what runs leave on an engine: one run's by its id, or those of all labs that are gone.
// It must not know a bed. Invariant: nothing without the lab's label is touched, and no live run.

import type Dockerode from "dockerode";
import { connectEngine, unlessRefused } from "./engine.ts";
import { CAPTURE_LABEL, HOST_LABEL, type LabelledRun, RUN_LABEL, readRun } from "./run-labels.ts";

/** One run's remains, or a live run's possessions, by name. */
interface RunRemains extends LabelledRun {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly images: readonly string[];
}

export interface CleanResult {
  readonly removed: readonly RunRemains[];
  /** Runs whose lab still lives, or lives on another machine: left alone. */
  readonly leftAlone: readonly RunRemains[];
}

/** A lab that was killed may have asked for one more container, which comes into being after the first look. */
const SETTLE_MS = 500;
const ROUNDS_MAX = 20;

/**
 * Removes what labs that are gone have left behind, `--keep` included.
 *
 * @throws BedUnavailableError when no engine answers.
 */
export async function cleanLeftovers(): Promise<CleanResult> {
  const { docker } = await connectEngine();
  const remains = await findRemains(docker);
  const gone = remains.filter((run) => run.state === "gone");
  await Promise.all(gone.map((run) => sweepRun(docker, run.runId)));
  return { removed: gone, leftAlone: remains.filter((run) => run.state !== "gone") };
}

/** Removes everything of one run, also what comes while it looks. */
export async function removeRun(docker: Dockerode, runId: string): Promise<void> {
  let quiet = false;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await sweepRun(docker, runId);
    if (found === 0 && quiet) return;
    quiet = found === 0;
    // An image may have to wait for the containers of another run, which somebody else removes.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
}

/** Removes what captured a run's wire, and leaves its hosts and network as they are. */
export async function removeCapture(docker: Dockerode, runId: string): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: [`${CAPTURE_LABEL}=${runId}`] } });
  await Promise.all(containers.map(({ Id }) => removeContainer(docker.getContainer(Id))));
}

/** Removes what is there now; says how many things that were. */
async function sweepRun(docker: Dockerode, runId: string): Promise<number> {
  const filters = { label: [`${RUN_LABEL}=${runId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const isHost = ({ Labels }: Dockerode.ContainerInfo): boolean => HOST_LABEL in Labels;
  // A program is in its host's network: it goes first.
  for (const group of [containers.filter((each) => !isHost(each)), containers.filter(isHost)]) {
    await Promise.all(group.map(({ Id }) => removeContainer(docker.getContainer(Id))));
  }
  const networks = await docker.listNetworks({ filters });
  // A network that a late container still hangs on is refused; the next round takes both.
  await Promise.all(networks.map(({ Id }) => unlessRefused(docker.getNetwork(Id).remove(), 403, 404)));
  return containers.length + networks.length + (await removeImagesOf(docker, runId));
}

/** Removes every image of one run; says how many there were. */
export async function removeImagesOf(docker: Dockerode, runId: string): Promise<number> {
  const images = await docker.listImages({ filters: { label: [`${RUN_LABEL}=${runId}`] } });
  await removeImages(
    docker,
    images.map(({ Id }) => Id),
  );
  return images.length;
}

/** Removes images; one that is gone, or in use, stays. Not side by side: they share what they are made of. */
export async function removeImages(docker: Dockerode, images: Iterable<string>): Promise<void> {
  for (const image of images) await unlessRefused(docker.getImage(image).remove({ force: true }), 404, 409);
}

/** Kills and removes; one that is gone, or going, is as good as removed. */
export function removeContainer(container: Dockerode.Container): Promise<void> {
  return unlessRefused(container.remove({ force: true, v: true }), 404, 409);
}

async function findRemains(docker: Dockerode): Promise<readonly RunRemains[]> {
  const filters = { label: [RUN_LABEL] };
  const [containers, networks, images] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listImages({ filters }),
  ]);
  const things = [
    ...containers.map(({ Labels, Names, Id }) => ({
      kind: "containers",
      labels: Labels,
      name: plainName(Names) ?? Id,
    })),
    ...networks.map(({ Labels, Name }) => ({ kind: "networks", labels: Labels, name: Name })),
    ...images.map(({ Id, Labels, RepoTags }) => ({ kind: "images", labels: Labels, name: RepoTags?.[0] ?? Id })),
  ] as const;
  const runs = Map.groupBy(things, ({ labels }) => labels?.[RUN_LABEL]);
  return [...runs.values()].flatMap((group) => {
    const run = readRun(group[0]?.labels);
    const named = (kind: string) => group.filter((thing) => thing.kind === kind).map((thing) => thing.name);
    return run === null
      ? []
      : [{ ...run, containers: named("containers"), networks: named("networks"), images: named("images") }];
  });
}

/** An engine writes names with a slash before them. */
export function plainName(names: readonly string[]): string | undefined {
  return names[0]?.replace(/^\//, "");
}
