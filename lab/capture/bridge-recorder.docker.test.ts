import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type Dockerode from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HCP_WIRE } from "../hcp/wire.ts";
import type { ProgramSources } from "../hosts/program-source.ts";
import { moveTopology, type Topology } from "../hosts/topology.ts";
import { OWN_SOURCES } from "../implementation/fixtures/own-pair.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { connectEngine, type Engine } from "../machine/engine.ts";
import { haveImage, haveImages, type Images } from "../machine/images.ts";
import { removeRun } from "../machine/leftovers.ts";
import { CAPTURE_LABEL, HOST_LABEL, RUN_LABEL } from "../machine/run-labels.ts";
import { openTestBed } from "../testbed/choose.ts";
import { type DockerBed, openDockerBed } from "../testbed/docker.ts";
import { takeTurn } from "../testbed/fixtures/leftovers-turn.ts";
import { claimNetwork, claimSubnet } from "../testbed/fixtures/own-subnet.ts";
import { ScratchRepository, withImages } from "../testbed/fixtures/scratch-bed.ts";
import type { TestBed } from "../testbed/testbed.ts";
import { decodePcap } from "../wire/capture-decoder.ts";
import type { WireEvent, WireWish } from "../wire/wire.ts";
import { type CaptureImage, haveCaptureImage } from "./bridge-recorder.ts";
import { failures, openedBy, REPOSITORY, replayCase, TOPOLOGY, WHISPER, waysOf } from "./fixtures/replay-case.ts";

const SUBNET = await claimSubnet();
const HOSTS = new Map(moveTopology(TOPOLOGY, SUBNET).hosts.map(({ address, name }) => [address, name]));
const REAP_MS_MAX = 5_000;
/** Far longer than a host's container takes to start. */
const LATE_MS = 1_500;
/** Where the images are not there yet, they are built first. */
const BUILD_MS_MAX = 300_000;

let engine: Engine;
let docker: Dockerode;
let scratch: ScratchRepository;
let images: Images;
/** The scripted program in both roles, which is built. */
let programs: ProgramSources;

beforeAll(async () => {
  engine = await connectEngine();
  docker = engine.docker;
  scratch = new ScratchRepository(docker, await claimNetwork());
  images = await haveImages(engine, scratch.programs, () => {});
  programs = withImages(scratch.programs, images);
  await haveCaptureImage(engine, "packets", () => {});
}, BUILD_MS_MAX);
afterAll(async () => {
  await scratch[Symbol.asyncDispose]();
});

/** The one host that most tests use: each costs the engine time. */
function oneHost(): Topology {
  const { topology } = scratch;
  return { ...topology, hosts: topology.hosts.filter(({ name }) => name === "Win72") };
}

/** A bed of a scripted host. */
function openScratch(wire: WireWish): Promise<TestBed> {
  const { directory: repository } = scratch;
  const topology = oneHost();
  return openTestBed({ kind: "docker", topology, repository, programs, wire });
}

/** A bed of a scripted host with this image for its capture. */
async function openWith(captureImage: CaptureImage): Promise<TestBed> {
  const hosts = await haveCaptureImage(engine, "packets", () => {});
  if (hosts.kind !== "image") throw new Error(hosts.why);
  return openDockerBed({ engine, images, topology: oneHost(), hostImage: hosts.tag, captureImage });
}

const runIdOf = (bed: TestBed) => (bed as DockerBed).runId;

function labelled(label: string, runId: string) {
  return docker.listContainers({ all: true, filters: { label: [`${label}=${runId}`] } });
}

async function programsOf(runId: string) {
  const found = await labelled(RUN_LABEL, runId);
  return found.filter(({ Labels }) => !(CAPTURE_LABEL in Labels) && !(HOST_LABEL in Labels));
}

async function startOne(bed: TestBed) {
  const hosts = await bed.boot("one");
  const host = hosts.byName.get("Win72");
  if (host === undefined) throw new Error("no host Win72");
  await host.start({ role: "client", args: [], env: {} });
  return hosts;
}

/** A capture that begins LATE_MS after its container. */
async function lateImage(tag: string) {
  const directory = mkdtempSync(join(tmpdir(), "howdy-capture-"));
  const entry = ["sh", "-c", `sleep ${LATE_MS / 1000}; exec tcpdump "$@"`, "sh"];
  const dockerfile = `FROM ${tag}\nENTRYPOINT ${JSON.stringify(entry)}\n`;
  writeFileSync(join(directory, "Dockerfile"), dockerfile);
  const source = { image: `howdy-lab-test-late-${process.pid}`, dockerfile: "Dockerfile", directory };
  const late = await haveImage(docker, source, () => {});
  return {
    tag: late,
    async [Symbol.asyncDispose]() {
      rmSync(directory, { recursive: true });
      await docker.getImage(late).remove({ force: true });
    },
  };
}

describe("the bridge's packets", () => {
  test(
    "are a pcap file of what hosts said to each other, and its events, each once and by the hosts' names",
    async () => {
      const seen: WireEvent[] = [];
      const onWire = (event: WireEvent) => seen.push(event);
      const wish = {
        kind: "docker",
        topology: TOPOLOGY,
        repository: REPOSITORY,
        subnet: SUBNET,
        protocol: HCP_WIRE,
      } as const;
      await using bed = await openTestBed({ ...wish, programs: OWN_SOURCES, wire: "packets", onWire });
      for (const id of ["10", "08"]) {
        seen.length = 0;
        const { outcome, wire } = await replayCase(bed, id);
        expect(failures(outcome)).toEqual([]);
        expect(wire.source).toBe("packets");
        expect(wire.note).toMatch(/^packets, captured by tcpdump on the bridge br-[0-9a-f]{12}$/);
        expect(openedBy(wire)).toEqual(["Win72 Win71:20002", "Win73 Win71:20002", "Win74 Win71:20002"]);
        expect(decodePcap(wire.pcap ?? new Uint8Array(0), HOSTS, HCP_WIRE)).toEqual({
          events: wire.events,
          isWhole: true,
          notes: [],
        });
        expect(wire.events.filter(({ kind }) => kind === "ended")).toHaveLength(id === "10" ? 2 : 0);
        if (id === "08") expect(waysOf(wire, WHISPER)).toEqual(["Win72 Win71", "Win71 Win73"]);
        expect(seen).toEqual(wire.events);
      }
    },
    BUILD_MS_MAX,
  );

  test("are captured by one container a run, without rights once it listens, and gone with the bed", async () => {
    await using disposables = new AsyncDisposableStack();
    const bed = disposables.use(await openScratch("packets"));
    await (await startOne(bed))[Symbol.asyncDispose]();
    await startOne(bed);
    const captures = await labelled(CAPTURE_LABEL, runIdOf(bed));
    expect(captures.map(({ State }) => State)).toEqual(["running"]);
    const container = docker.getContainer(captures[0]?.Id ?? "");
    const { Titles, Processes } = await container.top();
    expect(Titles[0]).toBe("UID");
    expect(Processes.map(([user]: readonly string[]) => user)).not.toContain("root");
    await disposables.disposeAsync();
    expect(await labelled(RUN_LABEL, runIdOf(bed))).toEqual([]);
  });

  test("begin before any program does, however long the capture takes to begin", async () => {
    const real = await haveCaptureImage(engine, "packets", () => {});
    if (real.kind !== "image") throw new Error(real.why);
    await using slow = await lateImage(real.tag);
    await using bed = await openWith({ kind: "image", tag: slow.tag, isRequired: false });
    await using hosts = await startOne(bed);
    expect(await hosts.endWire()).toMatchObject({ source: "packets", note: expect.stringMatching(/^packets/) });
    const startedMs = async ({ Id } = { Id: "none" }) =>
      Date.parse((await docker.getContainer(Id).inspect()).State.StartedAt);
    const [capture] = await labelled(CAPTURE_LABEL, runIdOf(bed));
    const [program] = await programsOf(runIdOf(bed));
    const aheadMs = (await startedMs(program)) - (await startedMs(capture));
    expect(aheadMs).toBeGreaterThan(LATE_MS);
  });

  test("are gone on without where the image is not there, and the record says so", async () => {
    await using bed = await openWith({ kind: "image", tag: "howdy-lab-test/missing:none", isRequired: false });
    await using hosts = await startOne(bed);
    const { source, note } = await hosts.endWire();
    expect(source).toBe("none");
    expect(note).toMatch(/^no packets were captured on the bridge \S+: .*[Nn]o such image/);
  });

  test("that were asked for by name and cannot be had leave no bed and no network", async () => {
    const refusal = openWith({ kind: "image", tag: "howdy-lab-test/missing:none", isRequired: true });
    await expect(refusal).rejects.toThrow(BedUnavailableError);
    await expect(refusal).rejects.toThrow(/^--wire packets: .*[Nn]o such image/);
    await using bed = await openScratch("off");
    expect(bed.kind).toBe("docker");
  });

  test("end where their capture dies, with the reason, and the run goes on", async () => {
    await using bed = await openScratch("packets");
    await using hosts = await startOne(bed);
    for (const { Id } of await labelled(CAPTURE_LABEL, runIdOf(bed))) await docker.getContainer(Id).kill();
    const none = {
      source: "none",
      note: expect.stringContaining("tcpdump ended in the middle of the run"),
      pcap: null,
    };
    expect(await hosts.endWire()).toMatchObject(none);
    await using again = await startOne(bed);
    expect(await again.endWire()).toMatchObject(none);
  });
});

describe("the capture's image", () => {
  test("that cannot be built is a reason, or where packets were asked for by name no bed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "howdy-capture-"));
    writeFileSync(join(directory, "Dockerfile.capture"), "FROM debian:bookworm-slim\nRUN exit 3\n");
    try {
      const build = (wish: WireWish) => haveCaptureImage(engine, wish, () => {}, directory);
      expect(await build("auto")).toEqual({
        kind: "none",
        why: expect.stringMatching(
          /^no packets could be captured: the image \S+ cannot be built from Dockerfile\.capture: .*code: 3/,
        ),
      });
      await expect(build("packets")).rejects.toThrow(BedUnavailableError);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("is not wanted where nothing is to be recorded", async () => {
    expect(await haveCaptureImage(engine, "off", () => {})).toEqual({
      kind: "none",
      why: "not asked for (--wire off)",
    });
  });

  test("cannot stand in for a relay, which containers do not have: auto is loopback then, and says so", async () => {
    await expect(openScratch("relay")).rejects.toThrow(/^--wire relay: containers talk to each other without the lab$/);
    const { topology, directory: repository } = scratch;
    await using bed = await openTestBed({ kind: "auto", topology, repository, programs, wire: "relay" });
    expect(bed.description).toMatch(
      /^loopback: .*, because --wire relay: containers .*, and --wire relay: hosts in namespaces talk to each other without the lab$/,
    );
  });
});

describe("a lab in a process of its own", () => {
  /** Opens a bed that captures, starts a host, prints the run's id, and then does what it is told. */
  async function startLab(before: string, end: string) {
    const choose = fileURLToPath(new URL("../testbed/choose.ts", import.meta.url));
    const { directory: repository } = scratch;
    const wish = JSON.stringify({ kind: "docker", topology: oneHost(), repository, programs, wire: "packets" });
    const script = `
      import { openTestBed } from ${JSON.stringify(choose)};
      const bed = await openTestBed(${wish});
      ${before}
      const hosts = await bed.boot("apart");
      await hosts.byName.get("Win72").start({ role: "client", args: [], env: {} });
      console.log(bed.runId);
      ${end}`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [runId] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return { child, runId };
  }
  const countOf = async (runId: string) => (await labelled(RUN_LABEL, runId)).length;

  test("that is killed leaves no capture", async () => {
    const { child, runId } = await startLab("", "setInterval(() => {}, 1000);");
    expect(await programsOf(runId)).toHaveLength(1);
    expect(await labelled(CAPTURE_LABEL, runId)).toHaveLength(1);
    child.kill("SIGKILL");
    await expect.poll(() => countOf(runId), { timeout: REAP_MS_MAX }).toBe(0);
  });

  test.each([
    ["has disposed of its bed", "await hosts[Symbol.asyncDispose](); await bed[Symbol.asyncDispose]();", false],
    ["is killed", "", true],
  ])("that keeps its hosts and %s leaves those, but no capture", async (_how, end, isKilled) => {
    await using _turn = await takeTurn();
    const { child, runId } = await startLab("bed.keep();", `${end} setInterval(() => {}, 1000);`);
    const exited = once(child, "exit");
    if (isKilled) child.kill("SIGKILL");
    try {
      await expect.poll(async () => (await labelled(CAPTURE_LABEL, runId)).length, { timeout: REAP_MS_MAX }).toBe(0);
      expect((await programsOf(runId)).map(({ State }) => State)).toEqual(["running"]);
    } finally {
      child.kill("SIGKILL");
      await exited;
      await removeRun(docker, runId);
    }
    expect(await countOf(runId)).toBe(0);
  });
});
