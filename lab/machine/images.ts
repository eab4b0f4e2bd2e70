// Owns the images that a run needs: there already, or built. It must not know what is done with them.
// Invariant: an image's tag is the hash of what it was made of, so an image that exists is never built again.
// dockerode builds, because testcontainers keeps the builder's lines, and its failure, to itself.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type Dockerode from "dockerode";
import { ImageName } from "testcontainers";
import { ProgramMissingError, type ProgramSource, type ProgramSources, requireImage } from "../hosts/program-source.ts";
import type { Role } from "../hosts/topology.ts";
import { BedUnavailableError } from "./bed-unavailable.ts";
import { type BuildContext, HASH_DIGITS, readBuildContext } from "./build-context.ts";
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
/** What the image of the lab's peer is made of, and is called. */
const PEER_IMAGE = { image: "howdy-lab/peer", dockerfile: "lab/peer/Dockerfile" } as const;

/** Images of earlier contents that stay beside the current one, so that going back a step costs no build. */
const EARLIER_IMAGES_KEPT = 1;
const BUILD_MS_MAX = 15 * 60_000;
/** How much of the builder's end a failed build's message shows. */
const FAILURE_LINES_SHOWN = 20;

/**
 * Makes sure that both programs' images exist.
 *
 * @param onProgress - Gets the builder's lines; nothing is said where no build is needed.
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

async function haveProgramImage(
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

/** The image of the lab's own peer, which only conformance cases need. Throws as haveImages does. */
export function havePeerImage(engine: Engine, repository: string, onProgress: (line: string) => void): Promise<string> {
  return haveImage(engine.docker, { ...PEER_IMAGE, directory: repository }, onProgress);
}

/**
 * Makes sure that one image exists, and gives its tag.
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
  const tag = `${name}:${context.hash}`;
  if (await exists(docker, tag)) return tag;
  onProgress(`building ${tag} from ${dockerfile}`);
  await build(docker, context, { tag, buildMsMax }, onProgress);
  await prune(docker, name, tag);
  return tag;
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

async function build(
  docker: Dockerode,
  context: BuildContext,
  { tag, buildMsMax }: { readonly tag: string; readonly buildMsMax: number },
  onProgress: (line: string) => void,
): Promise<void> {
  const { directory, dockerfile, files } = context;
  const lines: string[] = [];
  const hear = (event: unknown) => {
    for (const line of readEvent(event)) {
      lines.push(line);
      onProgress(line);
    }
  };
  try {
    const options = { t: tag, dockerfile, forcerm: true, abortSignal: AbortSignal.timeout(buildMsMax) };
    const stream = await docker.buildImage({ context: directory, src: [dockerfile, ...files] }, options);
    await new Promise<void>((resolve, reject) => {
      const finish = (fault: Error | null, events: readonly unknown[]) => {
        const failure = fault?.message ?? events.map(readFailure).find((text) => text !== null);
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      };
      docker.modem.followProgress(stream, finish, hear);
    });
  } catch (cause) {
    const last = lines.slice(-FAILURE_LINES_SHOWN).map((line) => `\n  ${line}`);
    const message = `the image ${tag} cannot be built from ${dockerfile}: ${describeFault(cause)}${last.join("")}`;
    throw new BedUnavailableError(message, { cause });
  }
}

/** Removes the name's oldest hash tags; one that a container still uses stays. */
async function prune(docker: Dockerode, name: string, current: string): Promise<void> {
  const filters = { reference: [name] };
  const images = await docker.listImages({ filters });
  const hashed = new RegExp(`:[0-9a-f]{${HASH_DIGITS}}$`);
  const earlier = images
    .toSorted((one, other) => other.Created - one.Created)
    .flatMap((image) => image.RepoTags ?? [])
    .filter((tag) => tag !== current && tag.startsWith(`${name}:`) && hashed.test(tag));
  const surplus = earlier.slice(EARLIER_IMAGES_KEPT);
  await Promise.all(surplus.map((tag) => unlessRefused(docker.getImage(tag).remove(), 404, 409)));
}

/** The builder's event as lines for a person; the bars of a download's progress are left out. */
function readEvent(event: unknown): readonly string[] {
  const said =
    textField(event, "stream") ?? (textField(event, "progress") === null ? textField(event, "status") : null);
  // Installers draw over their lines with carriage returns; the last drawing counts.
  const lines = stripVTControlCharacters(said ?? "")
    .split("\n")
    .map((line) => line.trimEnd().split("\r").at(-1) ?? "");
  return lines.filter((line) => line.trim() !== "");
}

function readFailure(event: unknown): string | null {
  return textField(event, "error");
}

function textField(event: unknown, field: string): string | null {
  const value: unknown = typeof event === "object" && event !== null ? Reflect.get(event, field) : null;
  return typeof value === "string" && value !== "" ? value : null;
}
