import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, type MetLimit } from "../hosts/program-limits.ts";
import { limitsReached } from "./container-counts.ts";

/** What is told of a container whose control groups say this. */
function told(files: Readonly<Record<string, string>>): readonly MetLimit[] {
  const root = mkdtempSync(join(tmpdir(), "howdy-counts-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return limitsReached("c0ffee", DEFAULT_LIMITS, root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const ALL = [
  {
    limit: "memory",
    says: "a process of it was ended: it reached its limit of memory, 512 MiB (limits.memory-mib)",
  },
  { limit: "processes", says: "it reached its limit of processes and threads, 256 (limits.processes)" },
  {
    limit: "cpus",
    says: "it was held for 2.5 s: it reached its limit of the processor's time, 1 core (limits.cpus)",
  },
];

test("each limit that was reached is told, from control groups of version 1", () => {
  const files = {
    "memory/docker/c0ffee/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "pids/docker/c0ffee/pids.events": "max 3\n",
    "cpu/docker/c0ffee/cpu.stat": "nr_periods 80\nnr_throttled 40\nthrottled_time 2500000000\n",
  };
  expect(told(files)).toEqual(ALL);
});

test("and of version 2, also where systemd names them", () => {
  const folder = "system.slice/docker-c0ffee.scope";
  const files = {
    [`${folder}/memory.events`]: "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\noom_group_kill 0\n",
    [`${folder}/pids.events`]: "max 1\n",
    [`${folder}/cpu.stat`]: "usage_usec 9\nnr_throttled 40\nthrottled_usec 2500000\n",
  };
  expect(told(files)).toEqual(ALL);
});

test("none is told where none was reached, a start was held for a moment, or nothing can be read", () => {
  const files = {
    "memory/docker/c0ffee/memory.oom_control": "oom_kill 0\n",
    "pids/docker/c0ffee/pids.events": "max 0\n",
    "cpu/docker/c0ffee/cpu.stat": "nr_throttled 2\nthrottled_time 90000000\n",
  };
  expect(told(files)).toEqual([]);
  expect(told({})).toEqual([]);
});
