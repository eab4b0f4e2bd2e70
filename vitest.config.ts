// Owns which tests run where. A test file's name says what it needs: `x.docker.test.ts` a Docker engine,
// `x.compose.test.ts` Docker Compose as well, `x.netns.test.ts` network namespaces, `x.namespaces.test.ts` the lab's hosts
// as namespaces, `x.cluster.test.ts` these and a NATS server, `x.pty.test.ts` a pseudo-terminal, `x.browser.test.ts` a browser, anything else nothing. What a machine
// cannot run is left out aloud. Invariant: any file may run beside any other.

import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LeftOutReporter } from "./scripts/left-out-reporter.ts";
import { OutlivedReporter } from "./scripts/outlived-reporter.ts";
import { AGAIN_BESIDE_PROGRAMS, AGAIN_WHEN_LATE, SecondTryReporter } from "./scripts/second-try-reporter.ts";
import { CAPABILITIES, type Capability } from "./scripts/test-capabilities.ts";
import { TurnSequencer } from "./scripts/turn-sequencer.ts";

const ROOTS = ["src", "lab", "scripts", "bench"] as const;

/** One more than cores: half of a file's time it waits for programs, an engine or a deadline. */
const FILES_AT_ONCE = 1 + availableParallelism();

/** Where the npm scripts keep compiled code: programs that tests start find it there, and start three times as fast. */
const COMPILE_CACHE = fileURLToPath(new URL("node_modules/.cache/howdy-lab", import.meta.url));

const testFiles = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: "utf8" }).map((file) => `${root}/${file}`),
).filter((file) => file.endsWith(".test.ts"));

const needing = (capability: Capability) => testFiles.filter((file) => file.endsWith(`.${capability.suffix}.test.ts`));
const everywhere = testFiles.filter((file) => !CAPABILITIES.some((capability) => needing(capability).includes(file)));
/** Files that put a module in another one's place, which nobody else may have loaded yet. */
const replacing = everywhere.filter((file) => readFileSync(file, "utf8").includes("vi.mock("));

const probed = await Promise.all(
  CAPABILITIES.map(async (capability) => ({
    capability,
    files: needing(capability),
    missing: await capability.missing(),
  })),
);
for (const { capability, missing } of probed) {
  if (missing !== undefined && process.env[capability.requiredBy] === "1") {
    throw new Error(`${capability.requiredBy}=1 asks for ${capability.name}, but ${missing}`);
  }
}

/** @param isolate - Whether each file has a process of its own, with every module loaded again. */
const project = (
  name: string,
  include: readonly string[],
  isolate: boolean,
  retry: typeof AGAIN_WHEN_LATE | typeof AGAIN_BESIDE_PROGRAMS,
) => ({
  test: {
    name,
    include: [...include],
    isolate,
    retry,
    environment: "node" as const,
    maxWorkers: FILES_AT_ONCE,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: [],
  },
});

export default defineConfig({
  test: {
    projects: [
      // Most of these are done sooner than a process is up: a third of their processor time was spent on that.
      project(
        "everywhere",
        everywhere.filter((file) => !replacing.includes(file)),
        false,
        AGAIN_WHEN_LATE,
      ),
      project("replacing", replacing, true, AGAIN_WHEN_LATE),
      ...probed
        .filter(({ files, missing }) => files.length > 0 && missing === undefined)
        .map(({ capability, files }) => project(capability.suffix, files, true, AGAIN_BESIDE_PROGRAMS)),
    ],
    globalSetup: ["scripts/bundle-programs.ts"],
    sequence: { sequencer: TurnSequencer },
    reporters: [
      "default",
      new OutlivedReporter(),
      new SecondTryReporter(),
      new LeftOutReporter(
        probed.flatMap(({ capability, files, missing }) =>
          missing === undefined ? [] : files.map((file) => ({ file, why: `needs ${capability.name}, but ${missing}` })),
        ),
      ),
    ],
  },
});
