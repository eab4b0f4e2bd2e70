import { expect, test } from "vitest";
import { capLimits, DEFAULT_LIMITS, limitIn } from "./program-limits.ts";

test.each([
  ["Error: EROFS: read-only file system, open '/app/chat.log'", "limits.writable"],
  ["OSError: [Errno 30] Read-only file system: 'chat.log'", "limits.writable"],
  ["OSError: [Errno 28] No space left on device", "64 MiB or 16384 files (limits.folder-mib)"],
  ["Error: EMFILE: too many open files, open 'x'", "1024 (limits.open-files)"],
  ["RuntimeError: can't start new thread", "256 (limits.processes)"],
  ["sh: 1: Cannot fork: Resource temporarily unavailable", "256 (limits.processes)"],
  ["sh: 0: Cannot fork", "256 (limits.processes)"],
  ["Error: spawn sleep EAGAIN", "256 (limits.processes)"],
  ["BlockingIOError: [Errno 11] Resource temporarily unavailable", "256 (limits.processes)"],
  ["Error: connect ENETUNREACH 192.0.2.1:53", "nothing else"],
  ["socket.gaierror: [Errno -3] Temporary failure in name resolution", "nothing else"],
  ["terminate called: std::bad_alloc: Cannot allocate memory", "512 MiB (limits.memory-mib)"],
])("a program that ends with %j has reached a limit, whose name is told", (words, expected) => {
  expect(limitIn(words, DEFAULT_LIMITS)).toContain(expected);
});

test.each([
  "TypeError: x is not a function",
  "Error: EAGAIN: resource temporarily unavailable, write",
  "  errno: -11,\n  code: 'EAGAIN',\n  syscall: 'write'",
])("a program that ends with %j has reached none", (words) => {
  expect(limitIn(words, DEFAULT_LIMITS)).toBeUndefined();
});

test("of a program's limits none is above what is said for many, and none is raised to it", () => {
  const own = { ...DEFAULT_LIMITS, memoryMib: 1_024, processes: 16, writable: ["/", "/data"] };
  expect(capLimits(own, {})).toEqual(own);
  expect(capLimits(own, { memoryMib: 256, processes: 64 })).toEqual({ ...own, memoryMib: 256 });
  // Where folders have a size, none is left that has none.
  expect(capLimits(own, { folderMib: 8 })).toEqual({ ...own, folderMib: 8, writable: ["/data"] });
  expect(capLimits(own, { folderMib: 8, writable: ["/"] }).writable).toEqual(["/", "/data"]);
});
