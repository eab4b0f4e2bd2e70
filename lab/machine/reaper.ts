// Owns the lab's line to its reaper: a detached process that outlives the lab and clears up after it, however the lab
// ends. It must not know what a bed does. Invariant: whatever may need clearing up is announced before it is made, and what
// one part of the lab has cleared up by itself is no other part's.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProcessMark } from "./process-mark.ts";

export type ReaperOrder =
  /** Remove this run's containers, networks and images at the end. */
  | { readonly containersOf: string }
  /** The newest layer of a build that is under way: remove it at the end, unless it is part of an image. Null: it ended. */
  | { readonly build: number; readonly layer: string | null }
  /** Kill this process at the end, if it still runs. */
  | { readonly watch: ProcessMark }
  /** Kill whatever bears this mark at the end (run-mark.ts). */
  | { readonly mark: string }
  /** This process has ended. */
  | { readonly unwatch: number }
  /** Remove this folder for temporary files at the end. */
  | { readonly remove: string }
  /** Leave hosts and networks as they are. */
  | { readonly keepContainers: true }
  /** This part has cleared up: do nothing for it at the end. */
  | { readonly leave: true };

/**
 * What the lab tells its reaper, a JSON object a line: for which of its parts, and what. The reaper acts at end of input.
 * Nobody else writes to it, so it checks nothing: a schema would take half of its start, which every run pays.
 */
export interface ReaperLine {
  readonly part: number;
  readonly order: ReaperOrder;
}

export interface Reaper {
  /** The reaper's own process id, for tests. */
  readonly pid: number | undefined;
  /** Removes every container, network and image labelled with this run, when the lab has gone. */
  watchContainers(runId: string): void;
  /** Removes what a build that was under way has made, when the lab has gone; null once it has ended. */
  watchBuild(build: number, layer: string | null): void;
  /** Ends whatever bears this mark, when the lab has gone. */
  watchMark(mark: string): void;
  watchProcess(mark: ProcessMark): void;
  forgetProcess(pid: number): void;
  /** Removes a folder of a process's own, when the lab has gone. */
  watchFolder(path: string): void;
  /** Hosts and networks stay when the lab has gone (--keep). */
  keepContainers(): void;
  /** The bed has cleared up by itself: the reaper just leaves. */
  dismiss(): void;
}

const MAIN = fileURLToPath(new URL("reaper-main.ts", import.meta.url));
/** Keeps what Node compiled, which is half of the reaper's start. */
const PRELOAD = fileURLToPath(new URL("../../compile-cache.mjs", import.meta.url));

/** Starting a process costs a bed a tenth of its time, so a lab has one reaper for each engine that it asks. */
const running = new Map<string | undefined, ReturnType<typeof startProcess>>();
let parts = 0;

/**
 * Has one part of this process watched.
 *
 * @param dockerHost - The engine as DOCKER_HOST names it; not needed where no containers are watched.
 */
export function startReaper(dockerHost?: string): Reaper {
  const child = running.get(dockerHost) ?? startProcess(dockerHost);
  running.set(dockerHost, child);
  const part = parts++;
  const tell = (order: ReaperOrder) => {
    const line: ReaperLine = { part, order };
    child.stdin.write(`${JSON.stringify(line)}\n`);
  };
  return {
    pid: child.pid,
    watchContainers: (runId) => tell({ containersOf: runId }),
    watchBuild: (build, layer) => tell({ build, layer }),
    watchMark: (mark) => tell({ mark }),
    watchProcess: (mark) => tell({ watch: mark }),
    forgetProcess: (pid) => tell({ unwatch: pid }),
    watchFolder: (path) => tell({ remove: path }),
    keepContainers: () => tell({ keepContainers: true }),
    dismiss: () => tell({ leave: true }),
  };
}

// It leaves when this process has gone.
function startProcess(dockerHost: string | undefined) {
  const child = spawn(process.execPath, ["--import", PRELOAD, MAIN], {
    // Its own session: a Ctrl-C at the terminal, or a kill of the lab's group, must not reach it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: dockerHost === undefined ? process.env : { ...process.env, DOCKER_HOST: dockerHost },
  });
  // A reaper that is gone is no reason to fail a run: the bed clears up by itself, and --clean finds the rest.
  const forget = () => running.delete(dockerHost);
  child.on("error", forget);
  child.on("exit", forget);
  child.stdin.on("error", forget);
  child.unref();
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  return child;
}
