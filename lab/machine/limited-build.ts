// Owns an image that is built of what somebody handed in: in the engine's builder, with limits, what it says told line by
// line. It must not know who handed it in. Invariant: whatever the Dockerfile does ends as an image, a failure or a
// time-out, and nothing of what it prints is kept here; only an engine that fails rejects.
// The plain builder and not BuildKit: only that one takes limits of memory, processor and network from who calls it.

import type Dockerode from "dockerode";
import { BedUnavailableError } from "./bed-unavailable.ts";
import { readBuildContext } from "./build-context.ts";
import { readBuilderLines, readFailure, readImageId } from "./builder-event.ts";
import { describeFault, statusOf } from "./engine.ts";
import type { ImageSource } from "./images.ts";
import { LineReader } from "./line-reader.ts";
import { labelsOf } from "./run-labels.ts";

export interface BuilderLimits {
  readonly msMax: number;
  /** Of each command. There is no swap. */
  readonly memoryMib: number;
  readonly cpus: number;
  /** Processes and threads of each command. */
  readonly processes: number;
  readonly hasNetwork: boolean;
}

export interface LimitedBuildOptions {
  readonly limits: BuilderLimits;
  /** The value of the run's label, by which the image is found. */
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Gets each of the builder's lines. */
  readonly hear: (line: string) => void;
  /** Gets the newest layer that the build has made so far, which is left where the lab is killed; null once it has ended. */
  readonly onLayer: (layer: string | null) => void;
}

export type BuildEnd =
  | { readonly kind: "built"; readonly image: string }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "timed-out" };

const MIB = 1_048_576;
/** What a builder says when a layer that it was to go on from is not there any more. */
const LAYER_GONE = /no such image: sha256:|layer does not exist|unknown parent image/i;
const ATTEMPTS_MAX = 5;
/** How the builder tells of a layer that is made, and of the container that a command runs in. */
const LAYER = /^ ---> ([0-9a-f]{12})$/;
const RUNNING = /^ ---> Running in ([0-9a-f]{12})$/;
/** Of a command that SIGKILL ended. */
const KILLED_STATUS = 137;
const CPU_PERIOD_US = 100_000;
/** Of one file that a build writes. */
const FILE_BYTES_MAX = 1_073_741_824;

/** The Dockerfile cannot be built. The message is the builder's. */
class BuildFailedError extends Error {
  override readonly name = "BuildFailedError";
}

/** Somebody else removed what a build was to go on from, again and again. */
class LayerGoneError extends Error {
  override readonly name = "LayerGoneError";
  readonly code = "LAYER_GONE";
}

/** What a build on this engine is not limited in, for a person; undefined where all limits hold. */
export async function tellUnlimitedBuilds(docker: Pick<Dockerode, "version">): Promise<string | undefined> {
  const { Components = [] } = await docker.version();
  // Podman's builder does not tell in which container it runs a command.
  if (!Components.some(({ Name }) => Name.startsWith("Podman"))) return undefined;
  return "This engine's builder (Podman's) takes no limit of processes: a fork bomb in a Dockerfile ends with build.minutes only";
}

/** Builds, and gives what came of it. Rejects when the engine fails, or the signal called it off. */
export async function buildLimited(
  docker: Dockerode,
  source: ImageSource,
  options: LimitedBuildOptions,
): Promise<BuildEnd> {
  const { limits, signal } = options;
  const deadline = AbortSignal.timeout(limits.msMax);
  const either = AbortSignal.any([deadline, signal]);
  try {
    return { kind: "built", image: await buildAgain(docker, source, options, either) };
  } catch (fault) {
    if (signal.aborted) throw fault;
    if (deadline.aborted) return { kind: "timed-out" };
    // A folder that cannot be sent, and a Dockerfile that cannot be read, are its own fault as well.
    const isOwn = fault instanceof BuildFailedError || fault instanceof BedUnavailableError || statusOf(fault) === 400;
    if (!isOwn) throw fault;
    return { kind: "failed", why: `${describeFault(fault).replace(/\s+/g, " ")}${tellKilled(fault, limits)}` };
  }
}

/** The same, as often as a layer that it found in its cache was removed meanwhile: by another lab, whose class has the same. */
async function buildAgain(...args: Parameters<typeof build>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await build(...args);
    } catch (fault) {
      if (!(fault instanceof BuildFailedError) || !LAYER_GONE.test(fault.message)) throw fault;
      // That is the engine's fault, and not the hand-in's.
      if (attempt === ATTEMPTS_MAX) throw new LayerGoneError(fault.message, { cause: fault });
    }
  }
}

/** A builder does not say that a command was ended for want of memory; its status does, of which other kills have the same. */
function tellKilled(fault: unknown, { memoryMib }: BuilderLimits): string {
  const isKilled = fault instanceof BuildFailedError && fault.message.includes(`code: ${KILLED_STATUS}`);
  return isKilled ? `, most likely for want of memory: it may have ${memoryMib} MiB (build.memory-mib)` : "";
}

/** Gives the image's id. */
async function build(
  docker: Dockerode,
  { directory, dockerfile, image }: ImageSource,
  { limits, runId, hear, onLayer }: LimitedBuildOptions,
  abortSignal: AbortSignal,
): Promise<string> {
  const context = readBuildContext(directory, dockerfile);
  const stream = await docker.buildImage(context.open(), {
    ...limitBuilder(limits),
    version: "1",
    labels: labelsOf(runId),
    t: image,
    dockerfile: context.dockerfile,
    forcerm: true,
    abortSignal,
  });
  let id: string | undefined;
  let layer: string | undefined;
  let failure: string | null = null;
  const limiting: Promise<void>[] = [];
  const reader = new LineReader((line) => {
    const event = readJson(line);
    failure ??= readFailure(event);
    id = readImageId(event) ?? id;
    for (const told of readBuilderLines(event, false)) {
      hear(told);
      const [, made] = LAYER.exec(told) ?? [];
      if (made !== undefined) {
        layer = made;
        onLayer(made);
      }
      const [, container] = RUNNING.exec(told) ?? [];
      if (container !== undefined) limiting.push(limitProcesses(docker.getContainer(container), limits, hear));
    }
  });
  try {
    for await (const chunk of stream) reader.push(Buffer.from(chunk));
  } finally {
    reader.end();
    await Promise.all(limiting);
    if (id === undefined && layer !== undefined) await removeLayer(docker, layer);
    onLayer(null);
  }
  if (failure !== null) throw new BuildFailedError(failure);
  if (id === undefined) throw new Error("the engine built it, but does not say its id");
  return id;
}

/**
 * A builder takes no limit of processes from who calls it, and root is bound by no ulimit; but it tells which container it runs a
 * command in, before the command has come far.
 */
async function limitProcesses(
  container: Dockerode.Container,
  { processes }: BuilderLimits,
  hear: (line: string) => void,
): Promise<void> {
  try {
    await container.update({ PidsLimit: processes });
  } catch (fault) {
    // Where the command has ended already there is nothing to limit.
    if (!(await isRunning(container))) return;
    hear(`(not limited to ${processes} processes: ${describeFault(fault)})`);
  }
}

async function isRunning(container: Dockerode.Container): Promise<boolean> {
  return container.inspect().then(
    ({ State }) => State.Running,
    () => false,
  );
}

/** What a build that failed got to. What has a name, such as the image that it is built on, is somebody's; so is a layer of others. */
export async function removeLayer(docker: Dockerode, layer: string): Promise<void> {
  const image = docker.getImage(layer);
  const about = await image.inspect().catch(() => undefined);
  if (about === undefined || (about.RepoTags ?? []).length > 0) return;
  await image.remove({ force: false }).catch(() => undefined);
}

/** A line that was cut, because a command printed one without end, is no event. */
function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { stream: line };
  }
}

function limitBuilder({ memoryMib, cpus, hasNetwork }: BuilderLimits): object {
  return {
    memory: memoryMib * MIB,
    // As much as the memory: no swap.
    memswap: memoryMib * MIB,
    cpuperiod: CPU_PERIOD_US,
    cpuquota: Math.round(cpus * CPU_PERIOD_US),
    ulimits: JSON.stringify([{ Name: "fsize", Soft: FILE_BYTES_MAX, Hard: FILE_BYTES_MAX }]),
    ...(!hasNetwork && { networkmode: "none" }),
  };
}
