import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, type MetLimit } from "../hosts/program-limits.ts";
import { hasUnread, limitsReached } from "./container-counts.ts";

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

test("what waits to be read, or to be accepted, is seen in the kernel's table of the container's own network", () => {
  const row = (state: string, unread: string): string =>
    `   0: 7401060A:4E22 4801060A:A2B4 ${state} 00000000:${unread} 00:00000000 00000000     0        0 1 1 0 20 4 30 10 -1\n`;
  const look = (table: string | null): boolean | undefined => {
    const root = mkdtempSync(join(tmpdir(), "howdy-counts-"));
    try {
      mkdirSync(join(root, "pids/docker/c0ffee"), { recursive: true });
      mkdirSync(join(root, "42/net"), { recursive: true });
      writeFileSync(join(root, "pids/docker/c0ffee/cgroup.procs"), "42\n43\n");
      if (table !== null) writeFileSync(join(root, "42/net/tcp"), `  sl  local_address rem_address   st\n${table}`);
      return hasUnread("c0ffee", root, root);
    } finally {
      rmSync(root, { recursive: true });
    }
  };
  expect(look(row("0A", "00000000") + row("01", "00000000"))).toBe(false);
  expect(look(row("0A", "00000000") + row("01", "0000004C"))).toBe(true);
  expect(look(row("0A", "00000002"))).toBe(true);
  expect(look(null)).toBeUndefined();
  expect(hasUnread("c0ffee", "/nowhere", "/nowhere")).toBeUndefined();
});
