// The matrix as a person has it: a file, opened from disk, with the network off.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../../src/client/web/fixtures/browser.ts";
import { sampleMatrix } from "./fixtures/sample-matrix.ts";
import { renderMatrixHtml } from "./matrix-html.ts";

const WIDE = { width: 1100, height: 800 };
const NARROW = { width: 360, height: 740 };

let browser: Browser;
let folder: string;
let url: string;
beforeAll(async () => {
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), "howdy-matrix-"));
  const file = join(folder, "index.html");
  await writeFile(file, await renderMatrixHtml(sampleMatrix()));
  url = pathToFileURL(file).href;
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

test("it is a table of servers and clients, each case a link to its evidence", async () => {
  await using matrix = await open();
  const { page } = matrix;
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(
    /^17 of 30 pass, 2 fail, .*, in 6 pairs$/,
  );
  const table = page.getByRole("table", { name: "Servers and clients" });
  expect(await table.getByRole("row").count()).toBe(3);
  expect(await table.getByRole("columnheader", { name: "window of the report 1.0" }).count()).toBe(1);
  const row = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "server of the report 1.0" }) });
  const failed = row.getByRole("link", { name: "fail 8.2 Frames in one write" });
  expect(await failed.getAttribute("href")).toBe("2-server--1-client/index.html#case-frames-merged");
  expect(await failed.getAttribute("title")).toBe("frames-merged Frames in one write: fail");
  expect(await row.getByRole("link", { name: "Report of this pair" }).count()).toBe(2);
  expect(await row.getByText("Could not be run").count()).toBe(1);
  expect(await row.getByText("3 of 5 not run").count()).toBe(1);
  expect(matrix.harm).toEqual([]);
});

test("it names what does not pass, and what passes although its file says it fails, with a link that gives nothing away", async () => {
  await using matrix = await open();
  const { page } = matrix;
  const unaware = page.getByRole("region", { name: "Passes although its file says it fails" });
  expect(await unaware.getByRole("listitem").count()).toBe(1);
  const more = unaware.getByRole("link", { name: "https://example.org/issues/7" });
  expect(await more.getAttribute("rel")).toBe("noopener noreferrer");
  const misses = page.getByRole("region", { name: "What does not pass" });
  expect(await misses.getByRole("heading", { level: 3 }).count()).toBe(5);
  expect(await misses.getByText("Known failure of window of the report 1.0").count()).toBe(1);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(matrix.harm).toEqual([]);
});

test.each(["light", "dark"] as const)("in %s, axe finds nothing, and nothing scrolls sideways", async (colorScheme) => {
  for (const viewport of [WIDE, NARROW]) {
    await using matrix = await open({ colorScheme, viewport });
    const { page } = matrix;
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>("axe.run(document)");
    const faults = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    expect(faults, `${viewport.width} pixels`).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(matrix.harm).toEqual([]);
  }
});

test("on a narrow page every cell says which client it is of", async () => {
  await using matrix = await open({ viewport: NARROW });
  const cells = matrix.page.getByRole("cell");
  expect(await cells.nth(1).getByText("window of the report 1.0").isVisible()).toBe(true);
  await matrix.page.setViewportSize(WIDE);
  expect(await cells.nth(1).getByText("window of the report 1.0").isVisible()).toBe(false);
});

test("on paper controls are gone", async () => {
  await using matrix = await open();
  const { page } = matrix;
  await page.emulateMedia({ media: "print" });
  for (const control of [".bar", ".copyable button"]) expect(await page.locator(control).isVisible()).toBe(false);
  expect(await page.getByRole("table").isVisible()).toBe(true);
});

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** A matrix in a page of its own. */
interface OpenMatrix extends AsyncDisposable {
  readonly page: Page;
  /** What must never happen. */
  readonly harm: readonly string[];
}

async function open(options: BrowserContextOptions = {}): Promise<OpenMatrix> {
  // axe is put into the page past its policy; what the page itself does is watched in `harm`.
  const context = await browser.newContext({ viewport: WIDE, offline: true, bypassCSP: true, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const harm: string[] = [];
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:image/")) harm.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    harm.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => harm.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") harm.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  return { page, harm, [Symbol.asyncDispose]: () => context.close() };
}
