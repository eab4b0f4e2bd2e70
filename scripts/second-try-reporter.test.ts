import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startVitest } from "vitest/node";
import { AGAIN_BESIDE_PROGRAMS, AGAIN_WHEN_LATE, SecondTryReporter } from "./second-try-reporter.ts";

/** Fails at its first run in each way, and passes from then on. */
const FILE = `
  import { expect, test } from "vitest";
  let late = 0;
  test("late once", () => { late += 1; if (late === 1) throw new Error("expected the list within 5000 ms"); });
  let wrong = 0;
  test("wrong once", () => { wrong += 1; expect(wrong).toBe(2); });
  test("wrong for ever", () => expect(1).toBe(2));
  test("right", () => expect(1).toBe(1));
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(fileURLToPath(new URL("../node_modules/.second-try-", import.meta.url)));
  await writeFile(join(folder, "once.test.ts"), FILE);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function run(retry: typeof AGAIN_BESIDE_PROGRAMS | typeof AGAIN_WHEN_LATE) {
  const said: string[] = [];
  const vitest = await startVitest("test", [], {
    root: folder,
    config: false,
    watch: false,
    retry,
    exclude: [],
    reporters: [new SecondTryReporter((text) => said.push(text))],
  });
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
  const failed = tests.filter((each) => each.result().state === "failed").map(({ name }) => name);
  await vitest.close();
  return { said: said.join(""), failed };
}

test("beside programs whatever failed once is tried again, and told with what it said", async () => {
  const { said, failed } = await run(AGAIN_BESIDE_PROGRAMS);
  expect(failed).toEqual(["wrong for ever"]);
  expect(said).toBe(
    "\nPassed only at the second try: 2 tests\n" +
      "  once.test.ts: late once\n    the first time: expected the list within 5000 ms\n" +
      "  once.test.ts: wrong once\n    the first time: expected 1 to be 2 // Object.is equality\n",
  );
});

test("elsewhere only what was late is tried again", async () => {
  const { said, failed } = await run(AGAIN_WHEN_LATE);
  expect(failed).toEqual(["wrong once", "wrong for ever"]);
  expect(said).toMatch(/second try: 1 tests\n {2}once\.test\.ts: late once\n/);
});
