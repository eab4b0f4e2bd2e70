// The report as a person has it: a file, opened from disk, with the network off.

import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFaults } from "../../src/client/web/fixtures/find-faults.ts";
import { NARROW, OfflinePages, type OpenPage, scrollsSideways, unsaidRoles, WIDE } from "./fixtures/offline-page.ts";
import { sampleConformance } from "./fixtures/sample-conformance.ts";
import { FAULTS, sampleEvidence, sampleReport, sampleResult, sampleScenario } from "./fixtures/sample-run.ts";
import { renderHtml } from "./html.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

let pages: OfflinePages;
let reportUrl: string;
beforeAll(async () => {
  pages = await OfflinePages.start();
  reportUrl = await pages.save(await renderHtml(reportWithPicture()));
});
afterAll(async () => {
  await pages?.[Symbol.asyncDispose]();
});

test("it says what came of the run, asks for nothing and runs nothing of a peer", async () => {
  await using report = await open();
  const { page } = report;
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
    "1 of 4 cases pass; 2 fail, 1 is unsupported here",
  );
  await page.getByRole("button", { name: "Open all" }).click();
  expect(await page.getByText('</script><img src=x onerror="alert(1)"> & ‹U+001B›[2J').count()).toBeGreaterThan(3);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(report.harm).toEqual([]);
});

test("a case that failed is open and begins with what did not hold; one that passed is closed until it is wanted", async () => {
  await using report = await open();
  const failed = report.page.getByRole("region", { name: "Case 09" });
  expect(await failed.locator(".case-body > :first-child > .finding-head").textContent()).toContain("Step 2: Win73");
  expect(await failed.locator(".finding del").first().textContent()).toContain("whispers to you");
  const passed = report.page.getByRole("region", { name: "Case 08" });
  expect(await passed.getByRole("table").count()).toBe(0);
  await passed.getByRole("button", { name: "Whisper Message" }).click();
  expect(await passed.getByRole("table").count()).toBe(1);
});

test("a link leads to a step, to a message and to one of the lab's own, through whatever is closed and hidden", async () => {
  await using report = await open({}, "#case-08-message-5");
  const { page } = report;
  await inView(page, "case-08-message-5");
  expect(await page.locator("#case-08-message-5").getAttribute("data-here")).toBe("");
  await page.evaluate("location.hash = 'case-10-step-1'");
  await inView(page, "case-10-step-1");
  expect(await page.locator("#case-08-fence-1").count()).toBe(0);
  await page.evaluate("location.hash = 'case-08-fence-1'");
  await inView(page, "case-08-fence-1");
  expect(await page.getByRole("region", { name: "Case 08" }).getByLabel("The lab’s own").isChecked()).toBe(true);
});

test("what is hidden is gone from the diagram, and comes back", async () => {
  await using report = await open({}, "#case-08");
  const passed = report.page.getByRole("region", { name: "Case 08" });
  const arrows = passed.locator(".frame");
  expect(await arrows.count()).toBe(7);
  await passed.getByLabel("Wire").uncheck();
  expect(await arrows.count()).toBe(0);
  await passed.getByLabel("Wire").check();
  await passed.getByLabel("The lab’s own").check();
  expect(await arrows.count()).toBe(8);
});

test("a search steps through what it finds by Enter, n and p, and opens what is closed", async () => {
  await using report = await open();
  const { page } = report;
  const field = page.getByRole("searchbox", { name: "Search the report" });
  await page.keyboard.press("/");
  await field.pressSequentially("unknown-type");
  const count = page.locator(".hits");
  expect(await count.textContent()).toBe("3 found");
  expect(await page.getByRole("list", { name: "What was found" }).getByRole("link").count()).toBe(3);
  await field.press("Enter");
  expect(await count.textContent()).toBe("1 of 3");
  await inView(page, "case-08-message-7");
  expect(await page.locator("#case-08-message-7 mark").count()).toBe(0);
  await page.locator("#report").focus();
  await page.keyboard.press("n");
  await inView(page, "case-09-message-7");
  await page.keyboard.press("p");
  await page.keyboard.press("p");
  expect(await count.textContent()).toBe("3 of 3");
  await field.fill("never said by anybody");
  expect(await count.textContent()).toBe("nothing found");
});

test("hover shows a message's bytes field by field, a click keeps them, Escape lets them go", async () => {
  await using report = await open({}, "#case-08-message-5");
  const { page } = report;
  const bytes = page.getByRole("complementary", { name: "Bytes of a message" });
  await page.locator("#case-08-message-5 .label").hover();
  await bytes.getByRole("heading", { name: "Bytes of message 5: 5 message" }).waitFor();
  expect(
    await bytes
      .locator("tbody tr")
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent))),
  ).toEqual([
    ["0", "1", "type", "05", "5 message"],
    ["1", "11", "sender", "4a 6f 6e 20 53 74 65 77 61 72 74", "Jon Stewart"],
    ["12", "53", "padding", "00\u00a0×53", "53 zero bytes"],
    ["65", "15", "receiver", "53 74 65 70 68 65 6e 20 43 6f 6c 62 65 72 74", "Stephen Colbert"],
    ["80", "49", "padding", "00\u00a0×49", "49 zero bytes"],
    ["129", "2", "text", "48 69", "Hi"],
  ]);
  await page.locator("#case-08-message-5 .label").click();
  await page.locator("#case-08 .case-head").hover();
  await bytes.getByRole("button", { name: "Close" }).waitFor();
  await page.keyboard.press("Escape");
  await bytes.waitFor({ state: "hidden" });
});

test("by keyboard alone: focus shows the bytes, Enter goes to them, Escape comes back", async () => {
  await using report = await open({}, "#case-08-message-4");
  const { page } = report;
  const bytes = page.getByRole("complementary", { name: "Bytes of a message" });
  await page.locator("#case-08-message-4 a").focus();
  await page.keyboard.press("Tab");
  await bytes.getByRole("heading", { name: "Bytes of message 4: 3 nak" }).waitFor();
  await page.keyboard.press("Enter");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Bytes of message 4: 3 nak");
  await page.keyboard.press("Escape");
  await bytes.waitFor({ state: "hidden" });
  expect(await page.evaluate("document.activeElement.dataset.bytes")).toBe("case-08-message-4");
});

test("on paper everything is open, controls are gone, and the lab's own stays hidden", async () => {
  await using report = await open();
  const { page } = report;
  await page.emulateMedia({ media: "print" });
  await page.locator("#case-08 .rows").waitFor();
  expect(await page.locator(".case-body").count()).toBe(4);
  expect(await page.locator("details:not([open])").count()).toBe(0);
  expect(await page.locator(".frame.own").count()).toBe(0);
  expect(await page.getByText("Sender name is Jon Stewart").count()).toBe(0);
  for (const control of [".bar", ".layers", ".copyable button"]) {
    expect(await page.locator(control).first().isVisible(), control).toBe(false);
  }
  const pages = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0;
  expect(pages).toBeGreaterThanOrEqual(5);
  await page.emulateMedia({ media: "screen" });
  await expect.poll(() => page.locator(".case-body").count()).toBe(2);
});

test("conformance is told apart by level, with clauses, and a known failure with why and a link", async () => {
  const url = await pages.save(await renderHtml(sampleConformance()));
  for (const viewport of [WIDE, NARROW]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await using report = await pages.open(url, { viewport, colorScheme });
      const { page } = report;
      const strict = page.getByRole("table", { name: "Conformance: strict" });
      expect(await page.getByText("1 of 2 pass, 1 known failure").count()).toBe(1);
      // A head, and for each case a row and one with why it is known to fail.
      expect(await strict.getByRole("row").count()).toBe(5);
      expect(await strict.getByRole("cell", { name: "8.2", exact: true }).count()).toBe(2);
      expect(await strict.getByRole("columnheader", { name: "Requirements" }).count()).toBe(0);
      const more = strict.getByRole("link", { name: "https://example.org/issues/7?a=1&b=2" }).first();
      expect(await more.getAttribute("href")).toBe("https://example.org/issues/7?a=1&b=2");
      expect(await more.getAttribute("rel")).toBe("noopener noreferrer");
      await page.getByRole("button", { name: "Open all" }).click();
      const known = page.getByRole("region", { name: "Case frames-merged" });
      expect(await known.locator(".case-body > :first-child").textContent()).toMatch(/^Known failure of server of the/);
      expect(await page.locator("#case-leave-fin .head.peer").textContent()).toContain("the lab’s peer");
      expect(await findFaults(page)).toEqual([]);
      expect(await scrollsSideways(page)).toBe(false);
      expect(report.harm).toEqual([]);
    }
  }
});

test("without a script it says what is needed", async () => {
  await using report = await open({ javaScriptEnabled: false });
  expect(await report.page.locator(".no-script").isVisible()).toBe(true);
});

test("on a narrow page every part of a case's table says its role", async () => {
  await using report = await open({ viewport: NARROW });
  await report.page.getByRole("button", { name: "Open all" }).click();
  expect(await report.page.locator("table.steps").count()).toBeGreaterThan(0);
  expect(await unsaidRoles(report.page, "table.steps")).toBe(0);
});

describe.each(["light", "dark"] as const)("in %s, axe finds nothing", (colorScheme) => {
  test.each([WIDE, NARROW])("at $width pixels, with everything open, found and pointed at", async (viewport) => {
    await using report = await open({ colorScheme, viewport });
    const { page } = report;
    expect(await findFaults(page), "as it opens").toEqual([]);
    await page.getByRole("button", { name: "Open all" }).click();
    await page.getByLabel("The lab’s own").first().check();
    await page.locator("summary").evaluateAll((all) => {
      for (const summary of all) summary.click();
    });
    await page.getByRole("searchbox").fill("Stephen");
    expect(await findFaults(page), "everything open, and found").toEqual([]);
    await page.getByRole("searchbox").press("Escape");
    await page.getByRole("button", { name: "Close all" }).click();
    await page.evaluate("location.hash = 'case-08-message-7'");
    await page.locator("#case-08-message-7 button").press("Enter");
    expect(await findFaults(page), "bytes pinned").toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    expect(report.harm).toEqual([]);
  });
});

function open(options: BrowserContextOptions = {}, hash = ""): Promise<OpenPage> {
  return pages.open(reportUrl, options, hash);
}

async function inView(page: Page, id: string): Promise<void> {
  const isInView = `(() => {
    const place = document.getElementById("${id}")?.getBoundingClientRect();
    return place !== undefined && place.top >= 52 && place.bottom <= innerHeight;
  })()`;
  await expect.poll(() => page.evaluate(isInView), { timeout: 10_000 }).toBe(true);
}

test.each([
  ["wide and light", WIDE, "light"],
  ["narrow and dark", NARROW, "dark"],
] as const)("a fault is drawn where and while it holds, %s", async (_name, viewport, colorScheme) => {
  const scenario = sampleScenario({ faults: [...FAULTS] });
  const data = { ...sampleReport(), result: sampleResult([scenario]), evidence: [sampleEvidence()] };
  const url = await pages.save(await renderHtml(data));
  await using report = await pages.open(url, { viewport, colorScheme }, "#case-08-fault-1");
  const { page } = report;
  await inView(page, "case-08-fault-1");
  const [server, stephen] = await Promise.all(
    ["Win71", "Win73"].map((host) => page.locator(".head", { hasText: host }).boundingBox()),
  );
  const band = await page.locator("#case-08-fault-1 .held.link").boundingBox();
  const middleOf = (box: typeof band): number => (box?.x ?? 0) + (box?.width ?? 0) / 2;
  expect(band?.x).toBeCloseTo(middleOf(server ?? null), 0);
  expect((band?.x ?? 0) + (band?.width ?? 0)).toBeCloseTo(middleOf(stephen ?? null), 0);
  expect(await page.locator(".row:has(.held.link) .clock").allInnerTexts()).toEqual(
    await page
      .locator("#case-08-fault-1, #case-08-fault-1 ~ :not(.band):not(#case-08-fault-1-end ~ *)")
      .locator(".clock")
      .allInnerTexts(),
  );
  await page.getByRole("searchbox").fill("cut win71");
  expect(await page.locator(".fault mark").count()).toBe(2);
  expect(await findFaults(page)).toEqual([]);
  expect(await scrollsSideways(page)).toBe(false);
});

function reportWithPicture(): ReturnType<typeof sampleReport> {
  const data = sampleReport();
  const picture = { host: "Win72", step: 1, url: `data:image/png;base64,${PNG}` };
  return { ...data, evidence: data.evidence.map((evidence) => ({ ...evidence, pictures: [picture] })) };
}
