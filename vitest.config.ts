// Owns which tests run where. A test file's name says what it needs: `x.docker.test.ts` a Docker engine,
// `x.netns.test.ts` network namespaces, `x.pty.test.ts` a pseudo-terminal, `x.browser.test.ts` a browser, anything else
// nothing. What a machine cannot run is left out aloud.

import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { LeftOutReporter } from "./scripts/left-out-reporter.ts";
import { CAPABILITIES, type Capability } from "./scripts/test-capabilities.ts";

const ROOTS = ["src", "lab", "scripts", "bench"] as const;

const testFiles = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: "utf8" }).map((file) => `${root}/${file}`),
).filter((file) => file.endsWith(".test.ts"));

const needing = (capability: Capability) => testFiles.filter((file) => file.endsWith(`.${capability.suffix}.test.ts`));
const everywhere = testFiles.filter((file) => !CAPABILITIES.some((capability) => needing(capability).includes(file)));

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

const project = (name: string, include: readonly string[], parallel: boolean) => ({
  test: {
    name,
    include: [...include],
    environment: "node" as const,
    fileParallelism: parallel,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: [],
  },
});

export default defineConfig({
  test: {
    projects: [
      project("everywhere", everywhere, true),
      ...probed
        .filter(({ files, missing }) => files.length > 0 && missing === undefined)
        .map(({ capability, files }) => project(capability.suffix, files, false)),
    ],
    reporters: [
      "default",
      new LeftOutReporter(
        probed.flatMap(({ capability, files, missing }) =>
          missing === undefined ? [] : files.map((file) => ({ file, why: `needs ${capability.name}, but ${missing}` })),
        ),
      ),
    ],
  },
});
