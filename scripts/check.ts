// Owns `npm run check`: types, lint and dead code, side by side. Each says nothing when it is content.

import { $, type ProcessPromise } from "zx";

interface Check {
  readonly name: string;
  readonly run: () => ProcessPromise;
}

const quiet = $({ nothrow: true, quiet: true, env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" } });

const CHECKS: readonly Check[] = [
  { name: "types", run: () => quiet`tsc --project .` },
  { name: "types of the pure protocol", run: () => quiet`tsc --project src/protocol` },
  { name: "types of the page", run: () => quiet`tsc --project src/client/web/page` },
  { name: "types of the report's page", run: () => quiet`tsc --project lab/report/page` },
  { name: "types of the matrix's page", run: () => quiet`tsc --project lab/matrix/page` },
  { name: "types of the grades' pages", run: () => quiet`tsc --project lab/grade/feedback/page` },
  { name: "format and lint", run: () => quiet`biome check --error-on-warnings .` },
  { name: "dead code and dependencies", run: () => quiet`knip` },
];

const results = await Promise.all(CHECKS.map(async (check) => ({ check, output: await check.run() })));
for (const { check, output } of results) {
  console.log(`${output.exitCode === 0 ? "ok    " : "FAILED"} ${check.name} (${output.duration} ms)`);
  if (output.exitCode !== 0) console.log(output.text());
}
process.exitCode = results.every(({ output }) => output.exitCode === 0) ? 0 : 1;
