import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type Dockerode from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { haveCaptureImage } from "../capture/bridge-recorder.ts";
import { DEFAULT_LIMITS, type ProgramLimits } from "../hosts/program-limits.ts";
import { ProgramMissingError, type ProgramSources } from "../hosts/program-source.ts";
import type { Topology } from "../hosts/topology.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { connectEngine, type Engine, unlessRefused } from "../machine/engine.ts";
import { haveImages, type Images } from "../machine/images.ts";
import { cleanLeftovers } from "../machine/leftovers.ts";
import { HOST_LABEL, labelsOf, OWNER_LABEL, RUN_LABEL } from "../machine/run-labels.ts";
import { type BedWish, openTestBed } from "./choose.ts";
import { type DockerBed, openDockerBed } from "./docker.ts";
import { answer, describeBed, hostOf, lineWith, start } from "./fixtures/bed-contract.ts";
import { takeTurn } from "./fixtures/leftovers-turn.ts";
import { BREAK_ALL, BREAKING } from "./fixtures/link-contract.ts";
import { listenAgain, NAIVE_SERVER } from "./fixtures/naive-server.ts";
import { claimNetwork } from "./fixtures/own-subnet.ts";
import { ScratchRepository, withImages } from "./fixtures/scratch-bed.ts";
import type { Hosts, Program, TestBed } from "./testbed.ts";

const REAP_MS_MAX = 5_000;
const LINE_MS_MAX = 10_000;
const NETWORK = await claimNetwork();
const SHARED = await claimNetwork();
/** What a run of scripted hosts has on the engine while each runs a program. */
const [PROGRAMS, HOSTS, NETWORKS] = [4, 4, 1];
/** The lab's own, where its peer and its relay are. */
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Where the lab's image is not there yet, it is built first. */
const BUILD_MS_MAX = 300_000;
const PORT = 20_002;

let engine: Engine;
let docker: Dockerode;
let scratch: ScratchRepository;
let images: Images;
/** The scripted program in both roles, which is built. */
let programs: ProgramSources;
/** The bed of the tests that leave it as a case does; its hosts are on a network of its own, SHARED. */
let bed: TestBed;

beforeAll(async () => {
  engine = await connectEngine();
  ({ docker } = engine);
  scratch = new ScratchRepository(docker, NETWORK);
  await haveCaptureImage(engine, "packets", () => {});
  images = await haveImages(engine, scratch.programs, () => {});
  programs = withImages(scratch.programs, images);
  bed = await openBed({ subnet: `${SHARED}.0/24` });
}, BUILD_MS_MAX);
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

/** Opens a bed of a repository's own programs, the scratch one's unless told. */
function openBed(wish: Partial<BedWish> = {}, own = scratch): Promise<TestBed> {
  const built = own === scratch ? programs : own.programs;
  const { topology } = own;
  return openTestBed({ kind: "docker", topology, repository: REPOSITORY, programs: built, wire: "off", ...wish });
}

/** Only these hosts: each costs the engine time. */
function only(names: readonly string[], { topology } = scratch): Topology {
  return { ...topology, hosts: topology.hosts.filter(({ name }) => names.includes(name)) };
}

/** A bed whose host's image can neither end sockets nor close a network; with other limits than the usual ones, if told. */
async function openBare(limits: Partial<ProgramLimits> = {}): Promise<DockerBed> {
  const own = { ...DEFAULT_LIMITS, ...limits };
  return openDockerBed({
    engine,
    images,
    topology: only(["Win72"]),
    hostImage: images.get("client") ?? "",
    captureImage: { kind: "none", why: "of no interest" },
    limits: { server: own, client: own },
  });
}

/** Proves that a container's program still reads its input: it gives back a line. */
async function expectEcho(container: Dockerode.Container): Promise<void> {
  const streams = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true });
  const echo = new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error("no echo")), LINE_MS_MAX);
    streams.on("data", (chunk: Buffer) => {
      if (!chunk.includes("are you there?")) return;
      clearTimeout(deadline);
      resolve(chunk);
    });
  });
  streams.write("are you there?\n");
  await echo;
  streams.end();
}

/** A run's programs, whether they run or not; their hosts' containers are no programs. */
async function programsOf(runId: string): Promise<readonly Dockerode.ContainerInfo[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${runId}`] } });
  return containers.filter(({ Labels }) => !(HOST_LABEL in Labels));
}

/** How many containers and networks bear a run's label. */
async function countOf(runId: string): Promise<number> {
  const filters = { label: [`${RUN_LABEL}=${runId}`] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return containers.length + networks.length;
}

const runIdOf = (bed: TestBed) => (bed as DockerBed).runId;

describe("the docker bed", () => {
  describeBed(() => openBed(), { lend: () => bed, openOne: () => openBed({ topology: only(["Win72"]) }) });
});

/** At a tenth of a core a third of a second's work is held for three. */
const LIMITS_MS_MAX = 10_000;

describe("a program's limits", () => {
  /** Runs a program with other limits than the usual ones. */
  async function withLimits<Value>(
    limits: Partial<ProgramLimits>,
    use: (program: Program, hosts: Hosts) => Promise<Value>,
  ): Promise<Value> {
    await using bed = await openBare(limits);
    await using hosts = await bed.boot("limits");
    return await use(await start(hosts, "Win72"), hosts);
  }

  test("are on its container, and it may write in a few folders of bounded size only", async () => {
    await withLimits({ folderMib: 4 }, async (program, hosts) => {
      const { inspectHint, folder } = hostOf(hosts, "Win72");
      const name = /docker exec -it (\S+)/.exec(inspectHint)?.[1] ?? "";
      const { HostConfig } = await docker.getContainer(name).inspect();
      expect(HostConfig).toMatchObject({ Memory: 536_870_912, MemorySwap: 536_870_912, NanoCpus: 1_000_000_000 });
      expect(HostConfig).toMatchObject({
        PidsLimit: 256,
        ReadonlyRootfs: true,
        LogConfig: { Config: { "max-size": "8m" } },
      });
      for (const place of ["/tmp", "/var/tmp", folder]) {
        expect((await answer(program, `write ${place}/small 1`, place)).text).toBe(`wrote ${place}/small`);
        expect((await answer(program, `write ${place}/large 8`, place)).text).toBe(`no ${place}/large: ENOSPC`);
      }
      expect((await answer(program, "write /dev/shm/large 8", "/dev/shm")).text).toMatch(
        /^no \/dev\/shm\/large: ENOSPC$/,
      );
      expect((await answer(program, "write /home/node/x 1", "/home")).text).toBe("no /home/node/x: EROFS");
    });
  });

  test("leave it the folders that its file names", async () => {
    await withLimits({ writable: ["/home/node"] }, async (program) => {
      expect((await answer(program, "write /home/node/x 1", "/home")).text).toBe("wrote /home/node/x");
    });
    await withLimits({ writable: ["/"] }, async (program) => {
      expect((await answer(program, "write /usr/x 1", "/usr")).text).toBe("no /usr/x: EACCES");
    });
  });

  test("are told when the system ends it for want of memory", async () => {
    await withLimits({ memoryMib: 96 }, async (program) => {
      await lineWith(program, "{");
      program.writeLine("hoard 256");
      expect(await program.exited).toEqual({
        code: null,
        signal: "SIGKILL",
        limit: "it reached its limit of memory, 96 MiB (limits.memory-mib)",
      });
    });
  });

  test("that it lives on with are told, as the kernel counted them", async () => {
    await withLimits({ cpus: 0.1, processes: 24 }, async (program, hosts) => {
      await lineWith(program, "{");
      const work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
      const forks = "for each in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do sleep 9 & done";
      const container = ["sh", "-c", `${work}; ${forks}`];
      await hostOf(hosts, "Win72").runBeside({ container, command: undefined });
      await expect
        .poll(() => program.limitsReached?.(), { timeout: LIMITS_MS_MAX })
        .toEqual([
          { limit: "processes", says: "it reached its limit of processes and threads, 24 (limits.processes)" },
          {
            limit: "cpus",
            says: expect.stringMatching(
              /^it was held for \d+\.\d s: it reached its limit of the processor's time, 0\.1 cores /,
            ),
          },
        ]);
    });
  });
});

describe("hosts on the docker bed", () => {
  test("are four machines at the topology's addresses, on no other network, and none runs as root", async () => {
    await using hosts = await bed.boot("four");
    const programs = await Promise.all(
      [...hosts.byName.keys()].map((name) => start(hosts, name, ["--flag", "with space"])),
    );
    const said = await Promise.all(programs.map((program) => lineWith(program, "{")));
    expect(said.map((line): unknown => JSON.parse(line.text))).toEqual(
      [71, 72, 73, 74].map((number) => ({
        hostname: `Win${number}`,
        addresses: [`${SHARED}.${number}`],
        args: ["--flag", "with space"],
        test: "given",
        uid: 1000,
      })),
    );
    expect([...hosts.byName.values()].map((host) => host.address)).toEqual(
      [71, 72, 73, 74].map((n) => `${SHARED}.${n}`),
    );
    // What an earlier case had is removed meanwhile.
    await expect.poll(() => countOf(runIdOf(bed)), { timeout: REAP_MS_MAX }).toBe(PROGRAMS + HOSTS + NETWORKS);
    expect(await programsOf(runIdOf(bed))).toHaveLength(PROGRAMS);
  });

  test("are gone when they are disposed of, and their addresses are free for the next case", async () => {
    for (const caseId of ["one", "two"]) {
      const hosts = await bed.boot(caseId);
      const program = await start(hosts, "Win72");
      await hosts[Symbol.asyncDispose]();
      expect(await program.exited).toEqual({ code: null, signal: "SIGKILL" });
      await expect.poll(() => programsOf(runIdOf(bed)), { timeout: REAP_MS_MAX }).toEqual([]);
      await expect(start(hosts, "Win72")).rejects.toThrow("disposed of");
    }
  });

  test("have what the next case needs made ahead, for the same programs only, and nothing of it is left", async () => {
    const bed = await openBed({ topology: only(["Win71", "Win72"]) });
    const idsOf = async () => (await programsOf(runIdOf(bed))).map(({ Id }) => Id);
    const first = await bed.boot("first");
    await Promise.all(["Win71", "Win72"].map((name) => start(first, name)));
    const running = await idsOf();
    expect(running).toHaveLength(2);
    first.makeNextAhead?.();
    await expect.poll(idsOf, { timeout: REAP_MS_MAX }).toHaveLength(4);
    const ahead = (await programsOf(runIdOf(bed))).filter(({ Id }) => !running.includes(Id));
    expect(ahead.map(({ State }) => State)).toEqual(["created", "created"]);
    const second = await bed.boot("second");
    const [same, other] = await Promise.all([start(second, "Win71"), start(second, "Win72", ["--other"])]);
    expect((await lineWith(same, "{")).text).toContain('"args":[]');
    expect((await lineWith(other, "{")).text).toContain("--other");
    const idOf = async (name: string) => {
      const container = /docker exec -it (\S+)/.exec(hostOf(second, name).inspectHint)?.[1] ?? "";
      return (await docker.getContainer(container).inspect()).Id;
    };
    expect(ahead.map(({ Id }) => Id)).toContain(await idOf("Win71"));
    expect(ahead.map(({ Id }) => Id)).not.toContain(await idOf("Win72"));
    await expect.poll(idsOf, { timeout: REAP_MS_MAX }).toHaveLength(2);
    second.makeNextAhead?.();
    await bed[Symbol.asyncDispose]();
    expect(await countOf(runIdOf(bed))).toBe(0);
  });

  test("whose start the engine refuses leave nothing, and may start again", async () => {
    await using hosts = await bed.boot("refused");
    const [network] = await docker.listNetworks({ filters: { label: [`${RUN_LABEL}=${runIdOf(bed)}`] } });
    const [image] = await scratch.imageTags("client");
    if (network === undefined || image === undefined) throw new Error("the bed made no network");
    await docker.getContainer(`howdy-lab-${runIdOf(bed)}-win72`).remove({ force: true });
    const squatter = await docker.createContainer({
      Image: image,
      OpenStdin: true,
      NetworkingConfig: { EndpointsConfig: { [network.Name]: { IPAMConfig: { IPv4Address: `${SHARED}.72` } } } },
    });
    try {
      await squatter.start();
      await expect(start(hosts, "Win72")).rejects.toThrow(
        /^Win72 cannot have \S+\.72: the container \S+ has it; .*docker rm -f/,
      );
      await expect.poll(() => countOf(runIdOf(bed)), { timeout: REAP_MS_MAX }).toBe(HOSTS - 1 + NETWORKS);
    } finally {
      await squatter.remove({ force: true });
    }
    await start(hosts, "Win72");
  });
});

describe("a host's network", () => {
  test("leads to the other hosts and nowhere else, the engine's machine not either, which reaches it", async () => {
    expect(bed.description).not.toContain("can reach");
    await using hosts = await bed.boot("closed");
    const program = await start(hosts, "Win72");
    await using machine = createServer((socket) => socket.end()).listen(0, "0.0.0.0");
    await once(machine, "listening");
    const { port } = machine.address() as AddressInfo;
    const gateway = `${SHARED}.1`;
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const elsewhere = own.filter(
      ({ address, internal, family }) => family === "IPv4" && !internal && address !== gateway,
    );
    for (const address of [gateway, ...elsewhere.map((each) => each.address)]) {
      expect((await answer(program, `dial ${address} ${port}`, "dial failed")).text).toMatch(
        /ECONNREFUSED|ENETUNREACH/,
      );
    }
    await answer(program, `listen ${PORT}`, "listening");
    const seen = lineWith(program, "connection from");
    const browser = connect({ host: hostOf(hosts, "Win72").address, port: PORT });
    expect((await seen).text).toContain(gateway);
    browser.destroy();
  });

  test("that cannot be closed is told at once", async () => {
    await using bed = await openBare();
    expect(bed.description).toContain(`its programs can reach the engine's machine at ${NETWORK}.1`);
  });
});

describe("a host", () => {
  /** A bed on which both roles' programs are these words in a container that may do what root may. */
  async function openOther(own: ScratchRepository, words: readonly string[]): Promise<TestBed> {
    for (const role of ["server", "client"]) {
      const entry = `USER 0\nENTRYPOINT ${JSON.stringify(words)}\n`;
      own.write(`Dockerfile.${role}`, `${own.dockerfile(role)}${role === "server" ? entry : ""}`);
    }
    return openBed({ topology: only(["Win71", "Win72"], own) }, own);
  }

  test("is at the topology's address for the whole run, as an engine's user sees it", async () => {
    const found = await docker.listContainers({ filters: { label: [`${HOST_LABEL}=${runIdOf(bed)}`] } });
    const before = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()));
    const places = before.map(({ Config, NetworkSettings }) => [
      Config.Hostname,
      Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress),
    ]);
    expect(places.sort()).toEqual([71, 72, 73, 74].map((n) => [`Win${n}`, [`${SHARED}.${n}`]]));
    for (const id of ["one", "two"]) {
      await using hosts = await bed.boot(id);
      await Promise.all([...hosts.byName.keys()].map((name) => start(hosts, name)));
    }
    const after = await docker.listContainers({ filters: { label: [`${HOST_LABEL}=${runIdOf(bed)}`] } });
    expect(after.map(({ Id }) => Id).sort()).toEqual(found.map(({ Id }) => Id).sort());
  });

  test("has no port in TIME_WAIT that an earlier program left, in the next case or in the same one", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    await using bed = await openOther(own, ["perl", "-e", NAIVE_SERVER]);
    await listenAgain(bed);
  });

  test("is made anew where its sockets cannot be ended", async () => {
    await using bed = await openBare();
    const idOf = async () => (await docker.getContainer(`howdy-lab-${bed.runId}-win72`).inspect()).Id;
    const ids: string[] = [];
    for (const id of ["one", "two"]) {
      await using hosts = await bed.boot(id);
      expect((await lineWith(await start(hosts, "Win72"), "{")).text).toContain(`${NETWORK}.72`);
      ids.push(await idOf());
    }
    expect(ids[1]).not.toBe(ids[0]);
  });

  test("has no file that an earlier program changed, even those that an engine shares", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    const script = "cat /etc/hosts; echo 192.0.2.99 changed >> /etc/hosts; echo read; sleep 60";
    await using bed = await openOther(own, ["sh", "-c", script]);
    for (const id of ["one", "two"]) {
      await using hosts = await bed.boot(id);
      const lines: string[] = [];
      const server = await start(hosts, "Win71");
      server.onLine(({ text }) => lines.push(text));
      await expect.poll(() => lines, { timeout: REAP_MS_MAX }).toContain("read");
      expect(lines).toContainEqual(expect.stringContaining("Win71"));
      expect(lines).not.toContainEqual(expect.stringContaining("changed"));
    }
  });
});

test("nothing is left when a bed has been disposed of", async () => {
  const names = ["Win71", "Win72"];
  const bed = await openBed({ topology: only(names) });
  const hosts = await bed.boot("left");
  await Promise.all(names.map((name) => start(hosts, name)));
  expect(await countOf(runIdOf(bed))).toBe(names.length + names.length + NETWORKS);
  await bed[Symbol.asyncDispose]();
  expect(await countOf(runIdOf(bed))).toBe(0);
});

describe("images", () => {
  test("are built once for what they hold, and again only when that changes, which is said", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    const have = async () => {
      const lines: string[] = [];
      await haveImages(engine, own.programs, (line) => lines.push(line));
      expect(lines.filter((line) => !/^(?:building|built) /.test(line))).toEqual([]);
      return lines.filter((line) => line.startsWith("built "));
    };
    expect(await have()).toHaveLength(2);
    expect(await have()).toEqual([]);
    own.write("nobody-copies-it", "");
    expect(await have()).toEqual([]);
    own.write("Dockerfile.server", `${own.dockerfile("server")}LABEL changed=1\n`);
    expect(await have()).toEqual([
      expect.stringMatching(/^built howdy-lab-test-.*\/server:[0-9a-f]{12} from Dockerfile\.server$/),
    ]);
  });

  test("are what the engine makes of a Dockerfile, in whatever form it copies", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    own.write("with blank.txt", "blank");
    own.write("left-out", "");
    own.write(".dockerignore", "left-out\n.dockerignore\nDockerfile.client\n");
    const copies = [
      "FROM node:24-bookworm-slim AS first",
      "ARG SOURCE=program.mjs",
      "WORKDIR /all",
      "COPY --chown=node:node . .",
      'COPY ["with blank.txt", "/json/"]',
      "COPY ./$SOURCE \\",
      "  /argument/",
      "FROM node:24-bookworm-slim",
      "COPY --from=first /all /all",
      "COPY --from=first /json /argument /some/",
      "RUN ls /all /some > /listing",
    ];
    own.write("Dockerfile.server", `${copies.join("\n")}\nLABEL repository=${own.directory}\n`);
    const tag = (await haveImages(await connectEngine(), own.programs, () => {})).get("server") ?? "";
    const container = await docker.createContainer({ Image: tag, Cmd: ["cat", "/listing"], AttachStdout: true });
    const output = await container.attach({ stream: true, stdout: true });
    const text = new PassThrough();
    docker.modem.demuxStream(output, text, text);
    output.once("end", () => text.end());
    await container.start();
    const listing = await textOf(text);
    await container.remove({ force: true });
    expect(listing).toBe(
      "/all:\nDockerfile.server\nprogram.mjs\nwith blank.txt\n\n/some:\nprogram.mjs\nwith blank.txt\n",
    );
  });

  test("are built again when the image that they begin from is another one", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    const base = own.programs.server.image?.name ?? "";
    const have = () => haveImages(connected, own.programs, () => {});
    const connected = await connectEngine();
    own.write("Dockerfile.server", `FROM ${base}:base\nLABEL is=this\n`);
    const tags: (string | undefined)[] = [];
    for (const image of ["node:24-bookworm-slim", "debian:bookworm-slim", "debian:bookworm-slim"]) {
      await docker.getImage(image).tag({ repo: base, tag: "base" });
      tags.push((await have()).get("server"));
    }
    expect(tags[1]).not.toBe(tags[0]);
    expect(tags[2]).toBe(tags[1]);
  });

  test("of earlier contents go, but for the last one", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    for (const version of [1, 2, 3]) {
      own.write("Dockerfile.server", `${own.dockerfile("server")}LABEL version=${version}\n`);
      await haveImages(engine, own.programs, () => {});
    }
    expect(await own.imageTags("server")).toHaveLength(2);
  });

  test("that cannot be built end the docker bed with the builder's last lines, and auto goes without it", async () => {
    await using own = new ScratchRepository(docker, await claimNetwork());
    own.write("Dockerfile.server", "FROM node:24-bookworm-slim\nRUN echo told $((40 + 2)) && exit 3\n");
    const { topology, programs, directory: repository } = own;
    const refusal = openBed({}, own);
    await expect(refusal).rejects.toThrow(BedUnavailableError);
    await expect(refusal).rejects.toThrow(/cannot be built from Dockerfile\.server: .*code: 3[\s\S]*told 42/);
    await using bed = await openTestBed({ kind: "auto", topology, repository, programs });
    expect(bed.description).toMatch(/^namespaces: .*, because the image .* cannot be built/);
  });
});

test("an image that is named is run as it is, and one that is not there is told with the way to get it", async () => {
  const tag = images.get("client") ?? "";
  const topology = only(["Win71"]);
  const there = { name: "scratch 1", image: { kind: "image", name: tag } } as const;
  const lines: string[] = [];
  const onProgress = (line: string) => lines.push(line);
  await using bed = await openBed({ topology, programs: { server: there, client: there }, onProgress });
  await using hosts = await bed.boot("named");
  await lineWith(await start(hosts, "Win71"), '"hostname":"Win71"');
  expect(lines).toEqual([]);
  const missing = { name: "my server 2", image: { kind: "image", name: "howdy-lab-test/missing:none" } } as const;
  for (const kind of ["docker", "auto"] as const) {
    const refusal = openBed({ topology, kind, programs: { server: missing, client: there } });
    await expect(refusal).rejects.toThrow(ProgramMissingError);
    await expect(refusal).rejects.toThrow(
      /^my server 2: the image howdy-lab-test\/missing:none is not there: `docker pull howdy-lab-test\/missing:none` gets it$/,
    );
  }
});

describe("a subnet that is taken", () => {
  test("by another run is told, with what hangs on it and where else to go", async () => {
    await using hosts = await bed.boot("holder");
    await start(hosts, "Win72");
    const refusal = openBed({ subnet: `${SHARED}.0/24` });
    await expect(refusal).rejects.toThrow(BedUnavailableError);
    await expect(refusal).rejects.toThrow(
      new RegExp(
        `^subnet ${SHARED}\\.0/24 is taken by the network howdy-lab-${runIdOf(bed)} \\(${SHARED}\\.0/24\\); ` +
          `${["win71", "win72", "win73", "win74"].map((service) => `howdy-lab-${runIdOf(bed)}-${service}`).join(", ")} hang on it; it is a run of the lab \\(process ${process.pid}\\).* --subnet 10\\.\\d+\\.0\\.0/24$`,
      ),
    );
  });

  test("by another run leaves room beside it", async () => {
    const other = await claimNetwork();
    await using beside = await openBed({ topology: only(["Win74"]), subnet: `${other}.0/24` });
    await using hosts = await beside.boot("beside");
    expect((await lineWith(await start(hosts, "Win74"), "{")).text).toContain(`${other}.74`);
    expect(bed.description).toContain(`${SHARED}.0/24`);
  });

  test.each([
    ["a compose room", { "com.docker.compose.project": "room" }, /docker compose -p room down/],
    [
      "a run that has ended",
      { ...labelsOf("test-gone"), [OWNER_LABEL]: `4194305 - ${hostname()}` },
      /npm run lab -- --clean/,
    ],
    ["somebody else", {}, /docker network rm howdy-holder/],
  ])("by %s is told with its remedy", async (_who, labels, remedy) => {
    await using _turn = await takeTurn();
    const name = `howdy-holder-${process.pid}`;
    const IPAM = { Driver: "default", Config: [{ Subnet: `${NETWORK}.128/25` }] };
    const network = await docker.createNetwork({ Name: name, IPAM, Labels: labels });
    try {
      await expect(openBed()).rejects.toThrow(remedy);
    } finally {
      await network.remove();
    }
  });
});

describe("a lab in a process of its own", () => {
  const USED = ["Win71", "Win72"];
  /** What the run has on the engine: a program on each of its hosts. */
  const OWN = USED.length + USED.length + NETWORKS;
  /** Opens a bed, starts two hosts, prints the run's id, and then does what it is told. */
  async function startLab(before: string, end: string, topology = only(USED)) {
    const choose = fileURLToPath(new URL("choose.ts", import.meta.url));
    const wish = JSON.stringify({ kind: "docker", topology, repository: REPOSITORY, programs, wire: "off" });
    const script = `
      import { openTestBed } from ${JSON.stringify(choose)};
      const bed = await openTestBed(${wish});
      ${before}
      const hosts = await bed.boot("apart", ${JSON.stringify(BREAKING)});
      const started = ${JSON.stringify(USED)}.map((name) => hosts.byName.get(name).start({ role: "client", args: [], env: {} }));
      const programs = await Promise.all(started);
      console.log(bed.runId);
      ${end}`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [runId] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return { child, runId };
  }
  const exitOf = (child: Awaited<ReturnType<typeof startLab>>["child"]) =>
    child.exitCode === null && child.signalCode === null ? once(child, "exit") : Promise.resolve();

  test("that is killed leaves nothing", async () => {
    const { child, runId } = await startLab("", "setInterval(() => {}, 1000);");
    expect(await countOf(runId)).toBe(OWN);
    child.kill("SIGKILL");
    await expect.poll(() => countOf(runId), { timeout: REAP_MS_MAX }).toBe(0);
  });

  test("that is killed while it does all that can be done to programs and links leaves nothing", async () => {
    const { child, runId } = await startLab("", `${BREAK_ALL} console.log("broken"); setInterval(() => {}, 1000);`);
    await once(createInterface({ input: child.stdout }), "line");
    const relays = USED.length;
    expect(await countOf(runId)).toBeGreaterThanOrEqual(OWN + relays);
    child.kill("SIGKILL");
    await expect.poll(() => countOf(runId), { timeout: REAP_MS_MAX }).toBe(0);
  });

  test("that is killed while it starts its hosts leaves nothing", async () => {
    const { child, runId } = await startLab(
      "console.log(bed.runId); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 60);",
      "",
    );
    await exitOf(child);
    await expect.poll(() => countOf(runId), { timeout: REAP_MS_MAX }).toBe(0);
  });

  test("that keeps its hosts ends and leaves them, until --clean", async () => {
    await using _turn = await takeTurn();
    const { child, runId } = await startLab(
      "bed.keep();",
      "await hosts.links.ready(); await hosts[Symbol.asyncDispose](); await bed[Symbol.asyncDispose]();",
      // A host that ran nothing is not kept.
      only([...USED, "Win73"]),
    );
    await exitOf(child);
    const filters = { label: [`${RUN_LABEL}=${runId}`] };
    const kept = await docker.listContainers({ all: true, filters });
    // Two programs, each with its host and the relay of its links, which goes on without the lab.
    expect(kept.map((container) => container.State)).toEqual(Array.from({ length: 6 }, () => "running"));
    const programs = (await programsOf(runId)).filter(({ Command }) => !Command.includes("relay-main.ts"));
    expect(programs).toHaveLength(2);
    for (const { Id } of programs) await expectEcho(docker.getContainer(Id));
    const { removed } = await cleanLeftovers();
    expect(removed.find((run) => run.runId === runId)?.containers).toHaveLength(6);
    expect(await countOf(runId)).toBe(0);
  });

  test("that lives is left alone by --clean, which says so", async () => {
    await using _turn = await takeTurn();
    const { child, runId } = await startLab("", "setInterval(() => {}, 1000);");
    try {
      const { removed, leftAlone } = await cleanLeftovers();
      expect(removed.map((run) => run.runId)).not.toContain(runId);
      expect(leftAlone).toContainEqual(expect.objectContaining({ runId, pid: child.pid, state: "live" }));
      expect(await countOf(runId)).toBe(OWN);
    } finally {
      child.kill("SIGKILL");
      await expect.poll(() => countOf(runId), { timeout: REAP_MS_MAX }).toBe(0);
    }
  });
});

test("a run of another machine is never removed by --clean", async () => {
  await using _turn = await takeTurn();
  const labels: Record<string, string> = {
    ...labelsOf(`test-foreign-${process.pid}`),
    [OWNER_LABEL]: `${process.pid} - elsewhere`,
  };
  const network = await docker.createNetwork({
    Name: `howdy-foreign-${process.pid}`,
    IPAM: { Driver: "default", Config: [{ Subnet: `${await claimNetwork()}.0/24` }] },
    Labels: labels,
  });
  try {
    const { leftAlone } = await cleanLeftovers();
    expect(leftAlone).toContainEqual(expect.objectContaining({ runId: labels[RUN_LABEL], state: "foreign" }));
    expect(await countOf(labels[RUN_LABEL] ?? "")).toBe(1);
  } finally {
    await unlessRefused(network.remove(), 404);
  }
});
