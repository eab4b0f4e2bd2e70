// Owns `npm run class-picture`: README's picture of a graded class, docs/class.png and docs/class-dark.png, taken of
// examples/class as it is graded now.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { $ } from "zx";
import { launchBrowser } from "../src/client/web/fixtures/browser.ts";

const ROOT = join(import.meta.dirname, "..");
const VIEW = { viewport: { width: 1040, height: 800 }, deviceScaleFactor: 1.5, reducedMotion: "reduce" } as const;
/** Around what is shown. */
const MARGIN = 24;
const CLASS = ["examples/class/submissions", "--rubric", "examples/class/rubric.yaml"] as const;

const out = await mkdtemp(join(tmpdir(), "howdy-class-"));
const browser = await launchBrowser();
try {
  const more = process.argv.slice(2);
  await $({ cwd: ROOT, stdio: "inherit" })`npm run --silent lab -- grade ${CLASS} --out ${out} ${more}`;
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ ...VIEW, colorScheme, offline: true });
    await page.goto(pathToFileURL(join(out, "index.html")).href);
    const head = await page.getByRole("heading", { name: "Hand-ins", exact: true }).boundingBox();
    const table = await page.getByRole("table").first().boundingBox();
    if (head === null || table === null) throw new Error("the page of the class has no table of hand-ins");
    // What is above it, where the class lies on this machine above all, is nothing to show.
    const top = head.y - MARGIN;
    const clip = { x: 0, y: top, width: VIEW.viewport.width, height: table.y + table.height + MARGIN - top };
    const path = join(ROOT, "docs", colorScheme === "light" ? "class.png" : "class-dark.png");
    await page.screenshot({ path, clip, fullPage: true });
    console.log(`wrote ${path}`);
    await page.close();
  }
} finally {
  await browser.close();
  await rm(out, { recursive: true, force: true });
}
