// Owns what the kernel counts of a container: limits that it met and lived on with, and what it leaves unread. An engine tells nobody. It is read where
// the kernel keeps it, which this machine sees of an engine of its own. It must not know programs. Invariant: what cannot be
// read is not told.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type MetLimit, type ProgramLimits, tellCpus, tellMemory, tellProcesses } from "../hosts/program-limits.ts";

const CONTROL_GROUPS = "/sys/fs/cgroup";
/** Where version 1 has a folder for each controller, and version 2 one folder for all. */
const UNIFIED = "";
const PROCESSES = "/proc";
/** A line of the kernel's table: its number, both ends, a state, what waits to be sent, and what to be read or accepted. */
const SOCKET = /^ *\d+: [\dA-F]+:[\dA-F]{4} [\dA-F]+:[\dA-F]{4} [\dA-F]{2} [\dA-F]{8}:([\dA-F]{8}) /gm;
const NS_PER_MS = 1_000_000;
const US_PER_MS = 1_000;
/** A start uses several threads, and is held for a moment: that is nobody's fault. */
const HELD_MS_MIN = 1_000;

/** The limits that a running container has reached so far. */
export function limitsReached(id: string, limits: ProgramLimits, root = CONTROL_GROUPS): readonly MetLimit[] {
  const read = (controllers: readonly string[], file: string): string =>
    controllers
      .flatMap((each) => placesOf(join(root, each), id))
      .map((place) => textOf(join(place, file)))
      .join("\n");
  const ended = read(["memory"], "memory.oom_control") + read([UNIFIED], "memory.events");
  const refused = read(["pids", UNIFIED], "pids.events");
  const heldMs = heldMsIn(read(["cpu", "cpu,cpuacct", UNIFIED], "cpu.stat"));
  const memory = { limit: "memory", says: `a process of it was ended: ${tellMemory(limits)}` } as const;
  const processes = { limit: "processes", says: tellProcesses(limits) } as const;
  const cpus = {
    limit: "cpus",
    says: `it was held for ${(heldMs / 1_000).toFixed(1)} s: ${tellCpus(limits)}`,
  } as const;
  return [
    ...(countIn(ended, "oom_kill") > 0 ? [memory] : []),
    ...(countIn(refused, "max") > 0 ? [processes] : []),
    ...(heldMs >= HELD_MS_MIN ? [cpus] : []),
  ];
}

/** Whether anything waits in a running container's network to be read, or accepted; undefined where that cannot be seen. */
export function hasUnread(id: string, root = CONTROL_GROUPS, processes = PROCESSES): boolean | undefined {
  const groups = ["pids", UNIFIED].flatMap((each) => placesOf(join(root, each), id));
  const [pid] = /^\d+$/m.exec(groups.map((place) => textOf(join(place, "cgroup.procs"))).join("\n")) ?? [];
  if (pid === undefined) return undefined;
  const tables = ["tcp", "tcp6"].map((name) => textOf(join(processes, pid, "net", name))).join("\n");
  const waiting = [...tables.matchAll(SOCKET)].map(([, queue = ""]) => Number.parseInt(queue, 16));
  return waiting.length === 0 ? undefined : waiting.some((count) => count > 0);
}

/** As an engine names a container's group by itself, and by way of systemd. */
function placesOf(controller: string, id: string): readonly string[] {
  return [join(controller, "docker", id), join(controller, "system.slice", `docker-${id}.scope`)];
}

function heldMsIn(stat: string): number {
  return countIn(stat, "throttled_time") / NS_PER_MS || countIn(stat, "throttled_usec") / US_PER_MS;
}

function countIn(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // The other version's, an engine on another machine, or a container that has ended.
    return "";
  }
}
