// What a lab with windows leaves behind, whatever way it ends.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { isAlive, markProcess, type ProcessMark } from "../machine/process-mark.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));
const REAP_MS_MAX = 20_000;
const BROWSER_MS_MAX = 20_000;

interface FoundProcess {
  readonly mark: ProcessMark;
  /** The browser's folder for what it writes. */
  readonly folder: string;
}

test.runIf(process.platform === "linux").each([
  ["is killed", "SIGKILL", null],
  ["is interrupted", "SIGINT", 130],
  ["is asked to end", "SIGTERM", 143],
] as const)("no browser outlives a lab that %s, nor does what it wrote", async (_how, signal, expected) => {
  const out = await mkdtemp(join(tmpdir(), "howdy-browser-"));
  const args = ["--testbed", "local", "--subnet", await claimSubnet(), "--client", "web", "--out", out, "09"];
  const [node, ...words] = started(CLI);
  const child = spawn(node, [...words, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  try {
    // The bed is open by then, so that the lab has something to clear up.
    await once(child.stdout, "data");
    await expect.poll(() => browserOf(child.pid ?? 0), { timeout: BROWSER_MS_MAX }).toBeDefined();
    const { mark, folder } = browserOf(child.pid ?? 0) ?? { mark: markProcess(0), folder: "" };
    expect(existsSync(folder)).toBe(true);
    child.kill(signal);
    expect((await exited)[0]).toBe(expected);
    await expect
      .poll(() => ({ lives: isAlive(mark), wrote: existsSync(folder) }), { timeout: REAP_MS_MAX })
      .toEqual({ lives: false, wrote: false });
  } finally {
    child.kill("SIGKILL");
    await rm(out, { recursive: true });
  }
});

/** The browser among a process's children. */
function browserOf(parent: number): FoundProcess | undefined {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const line = read(`/proc/${pid}/cmdline`);
    const folder = /--user-data-dir=([^\0]+)/.exec(line)?.[1];
    const parentOf = /^\d+ \(.*\) \S (\d+) /s.exec(read(`/proc/${pid}/stat`))?.[1];
    if (folder !== undefined && Number(parentOf) === parent) return { mark: markProcess(Number(pid)), folder };
  }
  return undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // Ended since it was listed.
  }
}
