// The matrix as a person has it: a file, opened from disk, with the network off.

import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFaults } from "../../src/client/web/fixtures/find-faults.ts";
import {
  NARROW,
  OfflinePages,
  type OpenPage,
  scrollsSideways,
  unsaidRoles,
  WIDE,
} from "../report/fixtures/offline-page.ts";
import { sampleMatrix } from "./fixtures/sample-matrix.ts";
import { renderMatrixHtml } from "./matrix-html.ts";

let pages: OfflinePages;
let url: string;
beforeAll(async () => {
  pages = await OfflinePages.start();
  url = await pages.save(await renderMatrixHtml(sampleMatrix()));
});
afterAll(async () => {
  await pages?.[Symbol.asyncDispose]();
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
    expect(await findFaults(page), `${viewport.width} pixels`).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    expect(matrix.harm).toEqual([]);
  }
});

test("on a narrow page every part of the table says its role, and every cell which client it is of", async () => {
  await using matrix = await open({ viewport: NARROW });
  expect(await unsaidRoles(matrix.page, "table.matrix")).toBe(0);
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

function open(options: BrowserContextOptions = {}): Promise<OpenPage> {
  return pages.open(url, options);
}
