import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isAlive, markProcess } from "./process-mark.ts";
import { endMarked, findMarked, MARKS_VARIABLE, makeMark, marksWith } from "./run-mark.ts";

const SLEEPER = "setInterval(() => {}, 1000)";

/** Starts a sleeper in a session of its own and ends, so that init has it; prints its number. */
const DAEMON = `
  const { spawn } = require("node:child_process");
  const options = { detached: true, stdio: "ignore", env: JSON.parse(process.argv[1]) };
  console.log(spawn(process.execPath, ["-e", ${JSON.stringify(SLEEPER)}], options).pid);
  process.argv[2] === "stay" ? ${SLEEPER} : process.exit();
`;

/** Where there is no /proc, marks find nothing. */
const onLinux = test.runIf(process.platform === "linux");

async function startDaemon(mark: string, env: object | undefined, stays: boolean) {
  const marked = { ...process.env, [MARKS_VARIABLE]: marksWith(mark) };
  const child = spawn(process.execPath, ["-e", DAEMON, JSON.stringify(env ?? marked), stays ? "stay" : "go"], {
    env: marked,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  if (!stays) await once(child, "exit");
  return markProcess(Number(line));
}

onLinux("what was left to init in a session of its own is found by its mark, and ended", async () => {
  const [mark, other] = [makeMark(), makeMark()];
  const [mine, others] = [await startDaemon(mark, undefined, false), await startDaemon(other, undefined, false)];
  expect(findMarked(mark).map(({ pid }) => pid)).toEqual([mine.pid]);
  expect(findMarked(mark)[0]?.command).toContain("setInterval");
  await endMarked(mark);
  expect([isAlive(mine), isAlive(others)]).toEqual([false, true]);
  await endMarked(other);
  expect(isAlive(others)).toBe(false);
});

onLinux("what has no mark is found as long as one that started it lives", async () => {
  const mark = makeMark();
  const daemon = await startDaemon(mark, {}, true);
  expect(findMarked(mark)).toHaveLength(2);
  await endMarked(mark);
  expect(isAlive(daemon)).toBe(false);
});

test("a run within a run bears both marks, and nobody bears one that was not given", () => {
  const before = process.env[MARKS_VARIABLE];
  process.env[MARKS_VARIABLE] = "outer";
  try {
    expect(marksWith("inner")).toBe("outer,inner");
  } finally {
    if (before === undefined) delete process.env[MARKS_VARIABLE];
    else process.env[MARKS_VARIABLE] = before;
  }
  expect(findMarked(makeMark())).toEqual([]);
});
