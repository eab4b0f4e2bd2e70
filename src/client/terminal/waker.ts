// Owns the program that lets a stopped client go on where nobody else would: `node waker.ts PID`. In a container, tini or a
// script may be all that is there in place of a shell; then the terminal still belongs to the stopped job, and no key does
// anything. It is outside the job. Invariant: it acts once, and is gone within STOP_MS_MAX + SHELL_MS.

import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** How long the client may take to stop, and a shell to take the terminal back, in milliseconds. */
const STOP_MS_MAX = 2000;
const SHELL_MS = 1000;
const LOOK_MS = 20;

interface Status {
  readonly isStopped: boolean;
  readonly group: number;
  /** The process group that the terminal belongs to. */
  readonly foreground: number;
}

const pid = Number(process.argv[2]);
for (let waited = 0; waited < STOP_MS_MAX && !look().isStopped; waited += LOOK_MS) await wait(LOOK_MS);
await wait(SHELL_MS);
const { isStopped, group, foreground } = look();
if (isStopped && group === foreground) process.kill(-group, "SIGCONT");

/** proc(5), stat: 3 the state, 5 the process group, 8 the terminal's foreground group. */
function look(): Status {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { isStopped: fields[0] === "T", group: Number(fields[2]), foreground: Number(fields[5]) };
}
