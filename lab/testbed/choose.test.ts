import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Topology, TopologyError } from "../topology.ts";
import { openTestBed } from "./choose.ts";
import { BedUnavailableError } from "./testbed.ts";

const topology: Topology = {
  subnet: "10.9.3.0/24",
  hosts: [{ name: "One", service: "one", role: "server", address: "10.9.3.10", image: "none", dockerfile: "none" }],
};
const repository = "/nowhere";

describe("where DOCKER_HOST names an engine that does not answer", () => {
  beforeEach(() => vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock"));
  afterEach(() => vi.unstubAllEnvs());

  test("auto is local and says why, even if another engine is there", async () => {
    await using bed = await openTestBed({ kind: "auto", topology, repository });
    expect(bed.kind).toBe("local");
    expect(bed.description).toMatch(
      /because no Docker engine answers at unix:\/\/\/nowhere\/docker\.sock \(DOCKER_HOST\): .*ENOENT/,
    );
  });

  test("docker is not to be had", async () => {
    await expect(openTestBed({ kind: "docker", topology, repository })).rejects.toThrow(BedUnavailableError);
  });
});

test("local is local, and gives no reason", async () => {
  await using bed = await openTestBed({ kind: "local", topology, repository });
  expect(bed.description).not.toContain("because no");
});

test("programs of one's own run locally", async () => {
  await using bed = await openTestBed({ kind: "auto", topology, repository, programs: { server: ["true"] } });
  expect(bed.kind).toBe("local");
});

test("a subnet moves the hosts", async () => {
  await using bed = await openTestBed({ kind: "local", topology, repository, subnet: "10.9.4.0/24" });
  await using hosts = await bed.boot("moved");
  expect(["127.9.4.10", "127.0.0.1"]).toContain(hosts.byName.get("One")?.address);
});

test("a wrong subnet is a usage error, before anything is tried", async () => {
  await expect(openTestBed({ kind: "auto", topology, repository, subnet: "10.9.4.1/24" })).rejects.toThrow(
    TopologyError,
  );
});
