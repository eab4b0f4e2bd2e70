import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../hosts/program-limits.ts";
import { limitContainer, unlimited } from "./container-limits.ts";

const ABLE = { MemoryLimit: true, SwapLimit: true, PidsLimit: true, CpuCfsQuota: true, NCPU: 2 };

test("a container has every limit", () => {
  expect(limitContainer(DEFAULT_LIMITS, ABLE, "/own")).toMatchObject({
    Memory: 536_870_912,
    MemorySwap: 536_870_912,
    PidsLimit: 256,
    NanoCpus: 1_000_000_000,
    Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 1024 }],
    ReadonlyRootfs: true,
    Tmpfs: {
      "/own": expect.stringContaining("size=64m,nr_inodes=16384"),
      "/tmp": expect.anything(),
      "/var/tmp": expect.anything(),
    },
    ShmSize: 67_108_864,
    LogConfig: { Config: { "max-size": "8m" } },
  });
  expect(unlimited(ABLE)).toEqual([]);
});

test("a container may write in the folders that its file names, or everywhere", () => {
  const some = limitContainer({ ...DEFAULT_LIMITS, writable: ["/app/logs"] }, ABLE, "/own");
  expect(some).toMatchObject({ ReadonlyRootfs: true, Mounts: [{ Type: "volume", Target: "/app/logs" }] });
  const all = limitContainer({ ...DEFAULT_LIMITS, writable: ["/"] }, ABLE, "/own");
  expect(all.ReadonlyRootfs).toBe(false);
  expect(all.Mounts).toEqual([]);
});

test("what an engine cannot limit is not asked of it where it would refuse, and is said", () => {
  const unable = { MemoryLimit: true, SwapLimit: false, PidsLimit: true, CpuCfsQuota: false };
  expect(limitContainer(DEFAULT_LIMITS, unable, "/own")).not.toHaveProperty("NanoCpus");
  expect(unlimited(unable)).toEqual(["swap", "the processor's time"]);
  expect(limitContainer({ ...DEFAULT_LIMITS, cpus: 4 }, ABLE, "/own")).toHaveProperty("NanoCpus", 2_000_000_000);
});
