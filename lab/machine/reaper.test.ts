import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { claimNetwork } from "../testbed/fixtures/own-subnet.ts";
import { isAlive, markProcess, type ProcessMark } from "./process-mark.ts";

const NETWORK = await claimNetwork();
const REAP_MS_MAX = 20_000;
const bedModule = fileURLToPath(new URL("../testbed/loopback.ts", import.meta.url));

const STAYS = "console.log(process.pid); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
/** In a session of its own, and left to init when what started it has ended. */
const LEAVES =
  "const { spawn } = require('node:child_process');" +
  "const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });" +
  "sleeper.unref(); console.log(sleeper.pid)";

/** A lab in a process of its own: boots a local bed, starts two programs, prints their pids, then does what it is told. */
const lab = (end: string, script = STAYS) => `
  import { openLoopbackBed } from ${JSON.stringify(bedModule)};
  const script = ${JSON.stringify(script)};
  const program = { words: [process.execPath, "-e", script], directory: "/" };
  const host = (name, address) => ({ name, service: name, role: "client", address, image: "", dockerfile: "" });
  const topology = { subnet: "${NETWORK}.0/24", hosts: [host("One", "${NETWORK}.10"), host("Two", "${NETWORK}.11")] };
  const bed = await openLoopbackBed({ topology, repository: "/", programs: { server: program, client: program } });
  const hosts = await bed.boot("reaped");
  const pids = [];
  for (const one of hosts.byName.values()) {
    const program = await one.start({ role: "client", args: [], env: {} });
    await new Promise((resolve) => program.onLine((line) => { pids.push(Number(line.text)); resolve(); }));
  }
  console.log(JSON.stringify(pids));
  ${end}
`;

async function startLab(end: string, script = STAYS) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", lab(end, script)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const pids: number[] = JSON.parse(line);
  const marks: ProcessMark[] = pids.map(markProcess);
  return { child, marks };
}

test.each([
  ["is killed", "setInterval(() => {}, 1000);", (pid: number) => process.kill(pid, "SIGKILL")],
  ["exits without disposing of its bed", "process.exit(0);", () => {}],
  ["is interrupted", "setInterval(() => {}, 1000);", (pid: number) => process.kill(pid, "SIGINT")],
])("no program outlives a lab that %s", async (_how, end, finish) => {
  const { child, marks } = await startLab(end);
  expect(marks).toHaveLength(2);
  if (child.pid !== undefined) finish(child.pid);
  await expect.poll(() => marks.map(isAlive), { timeout: REAP_MS_MAX }).toEqual([false, false]);
});

test.runIf(process.platform === "linux")(
  "what a program left to init does not outlive a lab that is killed",
  async () => {
    const { child, marks } = await startLab("setInterval(() => {}, 1000);", LEAVES);
    expect(marks.map(isAlive)).toEqual([true, true]);
    child.kill("SIGKILL");
    await expect.poll(() => marks.map(isAlive), { timeout: REAP_MS_MAX }).toEqual([false, false]);
  },
);

test("a folder that what is dying makes anew is gone all the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "howdy-reaped-"));
  // It goes on for a moment when the lab has gone, as a browser of many processes does.
  const writer = `
    const write = () => require("node:fs").mkdirSync(process.argv[1] + "/anew", { recursive: true });
    setInterval(write, 5);
    console.log("writes");
    process.stdin.resume().on("end", () => setTimeout(() => process.exit(), 150));
  `;
  const script = `
    import { startReaper } from ${JSON.stringify(fileURLToPath(new URL("reaper.ts", import.meta.url)))};
    import { spawn } from "node:child_process";
    startReaper().watchFolder(process.argv[1]);
    const stdio = ["pipe", "inherit", "inherit"];
    spawn(process.execPath, ["-e", ${JSON.stringify(writer)}, process.argv[1]], { stdio, detached: true });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  // Its output is closed once the writer has ended, too.
  await closed;
  await expect.poll(() => existsSync(folder), { timeout: REAP_MS_MAX }).toBe(false);
});

test("what one part of a lab has cleared up is left alone, and another part's goes", async () => {
  const [kept, gone] = [mkdtempSync(join(tmpdir(), "howdy-kept-")), mkdtempSync(join(tmpdir(), "howdy-gone-"))];
  const script = `
    import { startReaper } from ${JSON.stringify(fileURLToPath(new URL("reaper.ts", import.meta.url)))};
    const [one, other] = [startReaper(), startReaper()];
    one.watchFolder(process.argv[1]);
    other.watchFolder(process.argv[2]);
    one.dismiss();
    console.log(one.pid === other.pid);
    process.exit();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, kept, gone], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout, "data");
  expect(String(said)).toBe("true\n");
  await expect.poll(() => existsSync(gone), { timeout: REAP_MS_MAX }).toBe(false);
  expect(existsSync(kept)).toBe(true);
  rmSync(kept, { recursive: true });
});

test("a lab that ends in good order leaves no reaper", async () => {
  const { child } = await startLab("await bed[Symbol.asyncDispose]();");
  const exited = child.exitCode === null ? once(child, "exit") : Promise.resolve([child.exitCode]);
  expect(await exited).toContain(0);
});

test("a process whose number was used again is not taken for the one that was marked", () => {
  const mark = markProcess(process.pid);
  expect(isAlive(mark)).toBe(true);
  if (mark.startTicks !== null) expect(isAlive({ ...mark, startTicks: "1" })).toBe(false);
});
