import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../hosts/program-limits.ts";
import { limitIn, unlimited } from "./limits.ts";

test("what a system cannot limit is said", () => {
  expect(unlimited({ memory: true, processes: true })).toBe("cores are not limited");
  expect(unlimited({ memory: true, processes: false })).toBe("processes and cores are not limited");
  expect(unlimited({ memory: false, processes: false })).toBe("memory, processes and cores are not limited");
});

test("a limit is told as on docker, but for folders, of which none can be added", () => {
  expect(limitIn("MemoryError", DEFAULT_LIMITS)).toBe("it reached its limit of memory, 512 MiB (limits.memory-mib)");
  expect(limitIn("Error: EROFS: read-only file system, open 'x'", DEFAULT_LIMITS)).toBe(
    "in namespaces it may write only in /tmp, /dev/shm and {folder}",
  );
});
