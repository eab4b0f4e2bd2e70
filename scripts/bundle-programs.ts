// Owns what is done once before any test: the programs that tests start, and the pages that these show, are bundled
// (src/bundle), so that each of a thousand starts takes half of its time. It must not know tests. Invariant: a test never runs
// an older program than its sources.

import { globSync } from "node:fs";
import { join } from "node:path";
import { OWN_PROGRAMS } from "../lab/testbed/own-programs.ts";
import { haveBundles } from "../src/bundle/make-bundles.ts";
import { bundlePage } from "../src/bundle/page-bundle.ts";

const REPOSITORY = join(import.meta.dirname, "..");
/** Beside the programs themselves: the lab's command, and programs that have defects. */
const OTHERS = ["lab/cli.ts", "lab/replay/fixtures/mutant-*.ts", "lab/probe/fixtures/odd-*.ts"] as const;

/** The window, and what the lab writes. */
export const PAGES = [
  { script: "src/client/web/page/view/main.tsx", style: "src/client/web/page/page.css" },
  { script: "lab/report/page/view/main.tsx", style: "lab/report/page/page.css" },
  { script: "lab/matrix/page/view/main.tsx", style: "lab/matrix/page/page.css" },
  { script: "lab/grade/feedback/page/view/class-main.tsx", style: "lab/grade/feedback/page/class.css" },
  { script: "lab/grade/feedback/page/view/student-main.tsx", style: "lab/grade/feedback/page/student.css" },
] as const;

export default async function setup(): Promise<void> {
  const others = globSync([...OTHERS], { cwd: REPOSITORY }).filter((file) => !file.endsWith("mutant-scene.ts"));
  await haveBundles(REPOSITORY, [...OWN_PROGRAMS, ...others]);
  // What cannot be bundled says what is wrong with it when it is shown.
  await Promise.allSettled(PAGES.map((page) => bundlePage(REPOSITORY, page)));
}
