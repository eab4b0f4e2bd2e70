// Owns the choice of a bed: docker where an engine answers and images can be had, else namespaces where this system permits
// them, else loopback, and why. It must not know how a bed works. Invariant: a bed that was asked for by name is that bed or none.

import type { ProgramLimits } from "../hosts/program-limits.ts";
import { type ProgramSources, requireCommand, requireImage } from "../hosts/program-source.ts";
import { moveTopology, type Role, type Topology } from "../hosts/topology.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireEvent, WireWish } from "../wire/wire.ts";
import type { DockerBedOptions } from "./docker.ts";
import type { BedKind, TestBed } from "./testbed.ts";

export interface BedWish {
  /** "local" is the best that is to be had without an engine. */
  readonly kind: BedKind | "auto" | "local";
  readonly topology: Topology;
  /** The lab's own folder, where its peer is. */
  readonly repository: string;
  /** The programs under test. */
  readonly programs: ProgramSources;
  /** CIDR to run in instead of the topology's own (--subnet). */
  readonly subnet?: string;
  /** Gets a line for a person whenever something takes its time: the builder's lines, above all. */
  readonly onProgress?: (line: string) => void;
  /** What to do about the wire; "auto" unless told. */
  readonly wire?: WireWish;
  /** What is spoken on the wire; unless told, bytes are shown as they were read. */
  readonly protocol?: WireProtocol;
  /** Gets what crosses the wire while a case runs, as soon as it is decoded. */
  readonly onWire?: ((event: WireEvent) => void) | undefined;
}

/**
 * Opens the bed that was asked for.
 *
 * @throws TopologyError when the subnet is malformed or too small, ProgramMissingError when a program has nothing that
 *   this bed could run: exit status 2.
 * @throws BedUnavailableError when no such bed can be had, or its subnet is taken: exit status 3.
 */
export async function openTestBed(wish: BedWish): Promise<TestBed> {
  const topology = wish.subnet === undefined ? wish.topology : moveTopology(wish.topology, wish.subnet);
  if (wish.kind === "namespaces" || wish.kind === "loopback" || wish.kind === "local") {
    return await openWithoutEngine(wish.kind, topology, wish);
  }
  const imageless = Object.values(wish.programs).find(({ image }) => image === undefined);
  if (wish.kind === "auto" && imageless !== undefined) {
    return await openWithoutEngine("local", topology, wish, `${imageless.name} has no image`);
  }
  // Before an engine is asked and anything is built.
  for (const program of Object.values(wish.programs)) requireImage(program);
  let options: DockerBedOptions;
  try {
    options = await prepareDocker(topology, wish);
  } catch (cause) {
    if (wish.kind === "docker" || !(cause instanceof BedUnavailableError)) throw cause;
    return await openWithoutEngine("local", topology, wish, firstLine(cause.message));
  }
  // Outside: a taken subnet is no reason to run elsewhere in silence.
  const { openDockerBed } = await import("./docker.ts");
  return openDockerBed(options);
}

/** A bed on an engine whose programs change between cases: what it stands on is made once. */
export interface ChangingBed {
  readonly bed: TestBed;
  /** From the next boot on these are its programs. Their images are there. */
  serve(programs: ReadyPrograms): void;
}

/** An image by its id or tag, and its program's limits. */
export type ReadyPrograms = Readonly<
  Record<Role, { readonly image: string; readonly limits: ProgramLimits | undefined }>
>;

/** Opens such a bed. Throws as openTestBed does; what it is asked to serve first is the wish's. */
export async function openChangingBed(wish: BedWish): Promise<ChangingBed> {
  const topology = wish.subnet === undefined ? wish.topology : moveTopology(wish.topology, wish.subnet);
  const options = await prepareDocker(topology, wish);
  const images = new Map(options.images);
  const limits: Record<Role, ProgramLimits | undefined> = limitsOf(wish.programs);
  const { openDockerBed } = await import("./docker.ts");
  const bed = await openDockerBed({ ...options, images, limits });
  const serve = (programs: ReadyPrograms): void => {
    for (const role of ["server", "client"] as const) {
      images.set(role, programs[role].image);
      limits[role] = programs[role].limits;
    }
  };
  return { bed, serve };
}

/** @param why - Why there is none with an engine, for the bed's description. */
async function openWithoutEngine(
  kind: "namespaces" | "loopback" | "local",
  topology: Topology,
  wish: BedWish,
  why?: string,
): Promise<TestBed> {
  const { repository, programs, wire = "auto", protocol, onWire } = wish;
  const commands = { server: requireCommand(programs.server), client: requireCommand(programs.client) };
  const limits = limitsOf(programs);
  const options = { topology, repository, programs: commands, wire, protocol, onWire };
  const loopback = async (reason?: string) => {
    const { openLoopbackBed } = await import("./loopback.ts");
    return await openLoopbackBed({ ...options, ...(reason !== undefined && { why: reason }) });
  };
  if (kind === "loopback") return await loopback();
  try {
    const { openNamespaceBed } = await import("./namespaces/bed.ts");
    return await openNamespaceBed({ ...options, limits, ...(why !== undefined && { why }) });
  } catch (cause) {
    if (!(cause instanceof BedUnavailableError)) throw cause;
    if (kind === "namespaces") throw new BedUnavailableError(`--testbed namespaces: ${cause.message}`, { cause });
    return await loopback([...(why === undefined ? [] : [why]), firstLine(cause.message)].join(", and "));
  }
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}

function limitsOf({ server, client }: ProgramSources) {
  return { server: server.limits, client: client.limits };
}

async function prepareDocker(topology: Topology, wish: BedWish): Promise<DockerBedOptions> {
  const { connectEngine } = await import("../machine/engine.ts");
  const engine = await connectEngine();
  const { haveImages, haveOwnImage } = await import("../machine/images.ts");
  const { repository, programs, onProgress = () => {}, wire = "auto", protocol, onWire } = wish;
  const { haveCaptureImage } = await import("../capture/bridge-recorder.ts");
  // What captures has what a host's network needs, too; where it cannot be had, anything with a shell does.
  const tools = await haveCaptureImage(engine, wire === "off" ? "auto" : wire, onProgress);
  const captureImage = wire === "off" ? await haveCaptureImage(engine, wire, onProgress) : tools;
  const images = await haveImages(engine, programs, onProgress);
  const peer = () => haveOwnImage(engine, "peer", repository, onProgress);
  const broker = () => haveOwnImage(engine, "broker", repository, onProgress);
  const hostImage = tools.kind === "image" ? tools.tag : await peer();
  const limits = limitsOf(programs);
  return {
    engine,
    images,
    limits,
    topology,
    hostImage,
    captureImage,
    protocol,
    onWire,
    haveOwnImage: { peer, broker },
  };
}
