// Owns the images that a run needs: there already, or built. It must not know what is done with them. Invariant: the engine
// decides what a Dockerfile means and whether anything changed; what it built is tagged with the beginning of its id, so
// that no run ever gets what another one built from other files.
// dockerode builds, because testcontainers keeps the builder's lines, and its failure, to itself.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Dockerode from "dockerode";
import { ImageName } from "testcontainers";
import { ProgramMissingError, type ProgramSource, type ProgramSources, requireImage } from "../hosts/program-source.ts";
import type { Role } from "../hosts/topology.ts";
import { BedUnavailableError } from "./bed-unavailable.ts";
import { type BuildContext, readBuildContext } from "./build-context.ts";
import { adviceFor } from "./builder-advice.ts";
import { readBuilderLines, readFailure, readImageId } from "./builder-event.ts";
import { describeFault, type Engine, statusOf, unlessRefused } from "./engine.ts";

/** The image of each role's program, ready to run. */
export type Images = ReadonlyMap<Role, string>;

/** An image and what it is made of. */
export interface ImageSource {
  /** Its name, with or without a tag. */
  readonly image: string;
  /** Path of the Dockerfile, relative to the directory. */
  readonly dockerfile: string;
  /** What the Dockerfile's files are relative to. */
  readonly directory: string;
  /** Longest build; BUILD_MS_MAX unless told. */
  readonly buildMsMax?: number;
}
/** What the images of the lab's own programs are made of, and are called. */
const OWN_IMAGES = {
  peer: { image: "howdy-lab/peer", dockerfile: "lab/peer/Dockerfile" },
  broker: { image: "howdy-lab/broker", dockerfile: "lab/broker/Dockerfile" },
} as const;

/** Images of earlier contents that stay beside the current one, so that going back a step costs no build. */
const EARLIER_IMAGES_KEPT = 1;
const BUILD_MS_MAX = 15 * 60_000;
/** A build that finds everything in its cache takes a part of that, and is not worth a word. */
const QUIET_MS_MAX = 1_000;
/** Of an image's id, in its tag. */
const TAG_DIGITS = 12;
/** The builders, the better one first: not every engine has BuildKit. */
const BUILDERS = ["2", "1"] as const;
/** How much of the builder's end a failed build's message shows. */
const FAILURE_LINES_SHOWN = 20;

/**
 * Makes sure that both programs' images exist.
 *
 * @param onProgress - Told that an image is built, once that takes its time, and that it was.
 * @throws BedUnavailableError when an image cannot be built, with the builder's last lines; ProgramMissingError when
 *   there is none, or none to build.
 */
export async function haveImages(
  engine: Engine,
  programs: ProgramSources,
  onProgress: (line: string) => void,
): Promise<Images> {
  const images = new Map<Role, string>();
  // One after the other: the second build finds the first one's layers.
  for (const role of ["server", "client"] as const) {
    images.set(role, await haveProgramImage(engine.docker, programs[role], onProgress));
  }
  return images;
}

/** The same for one program. */
export async function haveProgramImage(
  docker: Dockerode,
  source: ProgramSource,
  onProgress: (line: string) => void,
): Promise<string> {
  const image = requireImage(source);
  if (image.kind === "dockerfile") {
    const file = join(image.directory, image.dockerfile);
    if (!existsSync(file)) throw new ProgramMissingError(`${source.name}: the Dockerfile ${file} is not there`);
    return haveImage(docker, { ...image, image: image.name }, onProgress);
  }
  if (await exists(docker, image.name)) return image.name;
  throw new ProgramMissingError(
    `${source.name}: the image ${image.name} is not there: \`docker pull ${image.name}\` gets it`,
  );
}

/** The image of a program of the lab's own, which not every case needs. Throws as haveImages does. */
export function haveOwnImage(
  engine: Engine,
  program: keyof typeof OWN_IMAGES,
  repository: string,
  onProgress: (line: string) => void,
): Promise<string> {
  return haveImage(engine.docker, { ...OWN_IMAGES[program], directory: repository }, onProgress);
}

/**
 * Has the engine build an image, which costs it little where nothing changed, and gives its tag.
 *
 * @throws BedUnavailableError when it cannot be built, with the builder's last lines.
 */
export async function haveImage(
  docker: Dockerode,
  source: ImageSource,
  onProgress: (line: string) => void,
): Promise<string> {
  const { image, dockerfile, directory, buildMsMax = BUILD_MS_MAX } = source;
  const context = readBuildContext(directory, dockerfile);
  const { image: name } = ImageName.fromString(image);
  const lines = new BuilderLines(`building ${name} from ${dockerfile}`, onProgress);
  try {
    const id = await buildWithAny(docker, context, AbortSignal.timeout(buildMsMax), lines);
    const tag = `${name}:${id.replace(/^sha256:/, "").slice(0, TAG_DIGITS)}`;
    if (await exists(docker, tag)) return tag;
    await docker.getImage(id).tag({ repo: name, tag: tag.slice(name.length + 1) });
    onProgress(`built ${tag} from ${dockerfile}`);
    await prune(docker, name, tag);
    return tag;
  } catch (cause) {
    if (cause instanceof BedUnavailableError) throw cause;
    const why = describeFault(cause).replace(/\s+/g, " ");
    const advice = adviceFor(why, readFileSync(join(directory, dockerfile), "utf8"));
    const told = advice === undefined ? why : `${why}: ${advice}`;
    const message = `the image ${name} cannot be built from ${dockerfile}: ${told}${lines.last}`;
    throw new BedUnavailableError(message, { cause });
  } finally {
    lines.end();
  }
}

/** What the builder says: kept for the case that it fails. That it builds is told once it takes its time. */
class BuilderLines {
  readonly #lines: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(announcement: string, onProgress: (line: string) => void) {
    this.#timer = setTimeout(() => onProgress(announcement), QUIET_MS_MAX);
  }

  take(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > FAILURE_LINES_SHOWN) this.#lines.shift();
  }

  /** The last ones, indented, for a message. */
  get last(): string {
    return this.#lines.map((line) => `\n  ${line}`).join("");
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function exists(docker: Dockerode, tag: string): Promise<boolean> {
  try {
    await docker.getImage(tag).inspect();
    return true;
  } catch (fault) {
    if (statusOf(fault) === 404) return false;
    const message = `the engine does not say whether the image ${tag} is there: ${describeFault(fault)}`;
    throw new BedUnavailableError(message, { cause: fault });
  }
}

async function buildWithAny(
  docker: Dockerode,
  context: BuildContext,
  abortSignal: AbortSignal,
  lines: BuilderLines,
): Promise<string> {
  const [best, plain] = BUILDERS;
  try {
    return await build(docker, context, { version: best, abortSignal }, lines);
  } catch (fault) {
    // The way to BuildKit is not there.
    if (statusOf(fault) !== 404) throw fault;
    return await build(docker, context, { version: plain, abortSignal }, lines);
  }
}

interface BuildFollower {
  followProgress(
    stream: NodeJS.ReadableStream,
    finish: (fault: Error | null, events: readonly unknown[]) => void,
    hear: (event: unknown) => void,
  ): void;
}

/** Gives the image's id. */
async function build(
  docker: Dockerode,
  { dockerfile, open }: BuildContext,
  how: Pick<Dockerode.ImageBuildOptions, "version" | "abortSignal">,
  lines: BuilderLines,
): Promise<string> {
  const stream = await docker.buildImage(open(), { ...how, dockerfile, forcerm: true });
  let id: string | undefined;
  await new Promise<void>((resolve, reject) => {
    const finish = (fault: Error | null, events: readonly unknown[]): void => {
      const failure = fault?.message ?? events.map(readFailure).find((text) => text !== null);
      if (failure === undefined) resolve();
      else reject(new Error(failure));
    };
    // The types are a version behind: they do not know what reads the events of both builders.
    (docker as Dockerode & BuildFollower).followProgress(stream, finish, (event) => {
      id = readImageId(event) ?? id;
      for (const line of readBuilderLines(event, how.version === "2")) lines.take(line);
    });
  });
  if (id === undefined) throw new Error("the engine built it, but does not say its id");
  return id;
}

/** Removes the name's oldest tags of ours; one that a container still uses stays. */
async function prune(docker: Dockerode, name: string, current: string): Promise<void> {
  const filters = { reference: [name] };
  const images = await docker.listImages({ filters });
  const ours = new RegExp(`:[0-9a-f]{${TAG_DIGITS}}$`);
  const earlier = images
    .toSorted((one, other) => other.Created - one.Created)
    .flatMap((image) => image.RepoTags ?? [])
    .filter((tag) => tag !== current && tag.startsWith(`${name}:`) && ours.test(tag));
  const surplus = earlier.slice(EARLIER_IMAGES_KEPT);
  await Promise.all(surplus.map((tag) => unlessRefused(docker.getImage(tag).remove(), 404, 409)));
}
