import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findMarked, MARKS_VARIABLE, makeMark, marksWith } from "../lab/machine/run-mark.ts";

const REPORTER = fileURLToPath(new URL("outlived-reporter.ts", import.meta.url));
const RUN_MARK = fileURLToPath(new URL("../lab/machine/run-mark.ts", import.meta.url));
const DEADLINE = { timeout: 20_000 } as const;

/** A run of which a worker leaves a process to init, in a session of its own. */
const RUN = `
  import { spawn } from "node:child_process";
  import { once } from "node:events";
  import { setTimeout as wait } from "node:timers/promises";
  import { findMarked } from ${JSON.stringify(RUN_MARK)};
  import { OutlivedReporter } from ${JSON.stringify(REPORTER)};
  const reporter = new OutlivedReporter(200);
  const [what, how, mark] = process.argv.slice(1);
  const words = what === "leaves" ? "setsid sleep 314 & exit 0" : "exit 0";
  await once(spawn("sh", ["-c", words], { stdio: "ignore" }), "exit");
  // A process that has just been forked still has its parent's command.
  const isThere = () => findMarked(mark).some(({ command }) => command === "sleep 314");
  while (what === "leaves" && !isThere()) await wait(10);
  console.log("ran");
  if (how === "stays") setInterval(() => {}, 1000);
  else await reporter.onTestRunEnd();
`;

function start(mark: string, ...args: readonly string[]) {
  return spawn(process.execPath, ["--input-type=module", "-e", RUN, ...args, mark], {
    env: { ...process.env, [MARKS_VARIABLE]: marksWith(mark) },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

const onLinux = test.runIf(process.platform === "linux");

onLinux("what outlives its test fails the run, is told, and is ended", async () => {
  const mark = makeMark();
  const child = start(mark, "leaves", "ends");
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(output).toMatch(/^ran\n\nOutlived its test: 1 processes, which are ended now\n {2}\d+ "sleep 314"\n$/);
  expect(status).toBe(1);
  await expect.poll(() => findMarked(mark), DEADLINE).toEqual([]);
});

test("a run of which nothing is left says nothing", async () => {
  const child = start(makeMark(), "ends", "ends");
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect({ output, status }).toEqual({ output: "ran\n", status: 0 });
});

onLinux("what is left by a run that is killed is ended all the same", async () => {
  const mark = makeMark();
  const child = start(mark, "leaves", "stays");
  await once(child.stdout, "data");
  expect(findMarked(mark).map(({ command }) => command)).toContain("sleep 314");
  child.kill("SIGKILL");
  await expect.poll(() => findMarked(mark), DEADLINE).toEqual([]);
});
