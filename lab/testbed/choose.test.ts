import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_LIMITS } from "../hosts/program-limits.ts";
import { ProgramMissingError, type ProgramSource } from "../hosts/program-source.ts";
import { loopbackAddress, type Topology, TopologyError } from "../hosts/topology.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { openTestBed } from "./choose.ts";
import { claimNetwork } from "./fixtures/own-subnet.ts";
import type { NamespaceBedOptions } from "./namespaces/bed.ts";

/** Why this system permits no namespaces; null where it does. */
const system = vi.hoisted((): { obstacle: string | null; limits: unknown } => ({ obstacle: null, limits: null }));

vi.mock("./namespaces/bed.ts", async () => {
  const { BedUnavailableError: Unavailable } = await import("../machine/bed-unavailable.ts");
  return {
    openNamespaceBed: async ({ topology: { subnet }, limits, why = "asked for" }: NamespaceBedOptions) => {
      system.limits = limits;
      if (system.obstacle !== null) throw new Unavailable(`${system.obstacle}\nand more`);
      const description = `namespaces on ${subnet}, because ${why}`;
      return { kind: "namespaces", description, [Symbol.asyncDispose]: async () => {} };
    },
  };
});

afterEach(() => {
  system.obstacle = null;
});

const NETWORK = await claimNetwork();

const topology: Topology = {
  subnet: `${NETWORK}.0/24`,
  hosts: [{ name: "One", service: "one", role: "server", address: `${NETWORK}.10` }],
};

/** A program that either bed could have. */
const either: ProgramSource = {
  name: "either 1",
  image: { kind: "image", name: "none" },
  command: { words: ["true"], directory: "/" },
};
const imageless: ProgramSource = { name: "my server 2", command: { words: ["true"], directory: "/" } };
const commandless: ProgramSource = { name: "my client 3", image: { kind: "image", name: "none" } };

const wish = { topology, repository: "/nowhere", programs: { server: either, client: either } };

test("a bed in namespaces is told the limits that the programs' files name", async () => {
  const limits = { ...DEFAULT_LIMITS, memoryMib: 96 };
  const programs = { server: { ...either, limits }, client: either };
  await using _bed = await openTestBed({ ...wish, programs, kind: "namespaces" });
  expect(system.limits).toEqual({ server: limits, client: undefined });
});

describe("where DOCKER_HOST names an engine that does not answer", () => {
  beforeEach(() => vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock"));
  afterEach(() => vi.unstubAllEnvs());

  const NO_ENGINE =
    /because no Docker engine answers at unix:\/\/\/nowhere\/docker\.sock \(DOCKER_HOST\): there is nothing of that name/;

  test("auto takes namespaces and says why, even if another engine is there", async () => {
    await using bed = await openTestBed({ ...wish, kind: "auto" });
    expect(bed.kind).toBe("namespaces");
    expect(bed.description).toMatch(NO_ENGINE);
  });

  test("auto takes loopback where there are no namespaces either, and says why for both", async () => {
    system.obstacle = "ip is not installed: install iproute2";
    await using bed = await openTestBed({ ...wish, kind: "auto" });
    expect(bed.kind).toBe("loopback");
    expect(bed.description).toMatch(NO_ENGINE);
    expect(bed.description).toMatch(/of that name, and ip is not installed: install iproute2$/);
  });

  test("docker is not to be had", async () => {
    await expect(openTestBed({ ...wish, kind: "docker" })).rejects.toThrow(BedUnavailableError);
  });

  test("a program without an image is told before the engine is asked", async () => {
    const refusal = openTestBed({ ...wish, kind: "docker", programs: { server: either, client: imageless } });
    await expect(refusal).rejects.toThrow(ProgramMissingError);
    await expect(refusal).rejects.toThrow(
      /^my server 2 has no image for docker: give its file one under run, or --testbed local$/,
    );
  });

  test("a program without a command cannot be had from auto either", async () => {
    const refusal = openTestBed({ ...wish, kind: "auto", programs: { server: either, client: commandless } });
    await expect(refusal).rejects.toThrow(ProgramMissingError);
  });
});

test("local is namespaces, else loopback with the reason", async () => {
  {
    await using bed = await openTestBed({ ...wish, kind: "local" });
    expect([bed.kind, bed.description]).toEqual(["namespaces", `namespaces on ${NETWORK}.0/24, because asked for`]);
  }
  system.obstacle = "user namespaces are forbidden";
  await using bed = await openTestBed({ ...wish, kind: "local" });
  expect(bed.kind).toBe("loopback");
  expect(bed.description).toMatch(/, because user namespaces are forbidden$/);
});

test("namespaces are namespaces or nothing", async () => {
  system.obstacle = "user namespaces are forbidden";
  const refusal = openTestBed({ ...wish, kind: "namespaces" });
  await expect(refusal).rejects.toThrow(BedUnavailableError);
  await expect(refusal).rejects.toThrow(/^--testbed namespaces: user namespaces are forbidden/);
});

test("loopback is loopback, and gives no reason", async () => {
  await using bed = await openTestBed({ ...wish, kind: "loopback" });
  expect(bed.kind).toBe("loopback");
  expect(bed.description).not.toContain("because no");
});

test.each(["server", "client"] as const)(
  "a %s that has no image keeps auto from docker, which is told",
  async (role) => {
    const programs = { ...wish.programs, [role]: imageless };
    await using bed = await openTestBed({ ...wish, kind: "auto", programs });
    expect(bed.kind).toBe("namespaces");
    expect(bed.description).toMatch(/, because my server 2 has no image$/);
  },
);

test.each(["server", "client"] as const)("a %s that has no command is not to be had locally", async (role) => {
  const refusal = openTestBed({ ...wish, kind: "local", programs: { ...wish.programs, [role]: commandless } });
  await expect(refusal).rejects.toThrow(ProgramMissingError);
  await expect(refusal).rejects.toThrow(/^my client 3 has no command for the local bed: .* or use docker$/);
});

test("one that has only a command and one that has only an image share no bed", async () => {
  const programs = { server: imageless, client: commandless };
  for (const kind of ["auto", "local", "docker"] as const) {
    await expect(openTestBed({ ...wish, kind, programs })).rejects.toThrow(ProgramMissingError);
  }
});

test("a subnet moves the hosts", async () => {
  const other = await claimNetwork();
  await using bed = await openTestBed({ ...wish, kind: "loopback", subnet: `${other}.0/24` });
  await using hosts = await bed.boot("moved");
  expect([`${loopbackAddress(other)}.10`, "127.0.0.1"]).toContain(hosts.byName.get("One")?.address);
});

test("a wrong subnet is a usage error, before anything is tried", async () => {
  await expect(openTestBed({ ...wish, kind: "auto", subnet: "10.9.4.1/24" })).rejects.toThrow(TopologyError);
});
