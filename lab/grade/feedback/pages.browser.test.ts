// The pages as a person has them: files, opened from disk, with the network off.

import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFaults } from "../../../src/client/web/fixtures/find-faults.ts";
import {
  NARROW,
  OfflinePages,
  type OpenPage,
  scrollsSideways,
  unsaidRoles,
  WIDE,
} from "../../report/fixtures/offline-page.ts";
import { sampleReport } from "../../report/fixtures/sample-run.ts";
import type { Submission } from "../class-result.ts";
import { largeClass, leakySubmission, sampleRubric, sampleRubricTest } from "../fixtures/sample-class.ts";
import { renderClassPage, renderStudentPage } from "./pages.ts";

const RUBRIC = sampleRubric([
  sampleRubricTest({ hint: "Look at the receiver's name." }),
  sampleRubricTest({ id: "secret", title: "SECRET", visibility: "hidden", cases: ["09-texting"] }),
]);

const REACHED = "Win71 met a limit and went on: it reached its limit of processes";

let pages: OfflinePages;
const urls = { class: "", student: "", unbuilt: "" };

beforeAll(async () => {
  pages = await OfflinePages.start();
  const large = largeClass();
  urls.class = await pages.save(await renderClassPage({ ...large, submissions: large.submissions.map(withReached) }));
  const submission = withReached(leakySubmission());
  urls.student = await pages.save(await renderStudentPage({ rubric: RUBRIC, submission, report: sampleReport() }));
  const first = {
    says: "the build failed",
    mend: null,
    clause: null,
    test: null,
    case: null,
    details: ["make: no rule"],
  };
  const unbuilt = leakySubmission({ verdict: "does-not-build", first, cases: [], tests: [], report: null });
  urls.unbuilt = await pages.save(await renderStudentPage({ rubric: RUBRIC, submission: unbuilt, report: null }));
});
afterAll(async () => {
  await pages?.[Symbol.asyncDispose]();
});

test("a class is one look: who passed which test, what is missed most, and what failures have in common", async () => {
  await using open = await pages.open(urls.class);
  const { page } = open;
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("1 of 6 hand-ins pass everything");
  const table = page.getByRole("table", { name: "Hand-ins" });
  const row = table.getByRole("row").filter({ has: page.getByRole("link", { name: "bob" }) });
  expect(await row.getByRole("cell").allTextContents()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^failed a whisper reached somebody else \(PROTOCOL\.md 5\.3\)/)]),
  );
  expect(await row.getByRole("link").getAttribute("href")).toBe("bob/index.html");
  const alike = page.getByRole("region", { name: "What failures have in common" });
  expect(await alike.getByText("2 hand-ins").count()).toBe(1);
  expect(await page.getByRole("table", { name: "Tests by how many miss them" }).getByText("5 of 6").count()).toBe(1);
  expect(open.harm).toEqual([]);
});

test("a student finds what to look at first, what was expected and seen, and the wire of the cases that may be seen", async () => {
  await using open = await pages.open(urls.student);
  const { page } = open;
  expect(await page.getByRole("heading", { level: 1 }).first().textContent()).toBe("bob: 0 of 4 points");
  const grade = page.getByRole("region", { name: "bob: 0 of 4 points" });
  expect(await grade.getByText("a whisper reached somebody else (PROTOCOL.md 5.3)").first().isVisible()).toBe(true);
  expect(await grade.getByText("Hint: Look at the receiver's name.").count()).toBe(1);
  expect(await grade.getByText('Win73 showed "Jon whispers: Hi"').isVisible()).toBe(true);
  const cases = page.getByRole("table", { name: "Cases" });
  expect(await cases.getByRole("rowheader").allTextContents()).toEqual(["Whisper Message"]);
  expect(await page.content()).not.toContain("SECRET");
  expect(await page.title()).toBe("bob: 0 of 4 · Howdy Lab");
  expect(open.harm).toEqual([]);
});

test("a limit that was reached is told to the class's staff and to its student, whatever the case came to", async () => {
  await using open = await pages.open(urls.class);
  const row = open.page.getByRole("row").filter({ has: open.page.getByRole("link", { name: "ann" }) });
  expect(await row.getByRole("cell").allTextContents()).toContain(`nothing ${REACHED}`);
  await using student = await pages.open(urls.student);
  const grade = student.page.getByRole("region", { name: "bob: 0 of 4 points" });
  expect(await grade.getByRole("listitem").allTextContents()).toContain(REACHED);
});

test("a student whose hand-in does not build is told so, and by what words", async () => {
  await using open = await pages.open(urls.unbuilt);
  expect(await open.page.getByText("make: no rule").isVisible()).toBe(true);
  expect(open.harm).toEqual([]);
});

test.each(["light", "dark"] as const)("in %s, axe finds nothing, and nothing scrolls sideways", async (colorScheme) => {
  for (const viewport of [WIDE, NARROW]) {
    for (const url of Object.values(urls)) {
      await using open = await pages.open(url, { colorScheme, viewport } satisfies BrowserContextOptions);
      expect(await findFaults(open.page), `${viewport.width} pixels`).toEqual([]);
      expect(await scrollsSideways(open.page)).toBe(false);
    }
  }
});

test("on a narrow page every part of the table says its role", async () => {
  await using open: OpenPage = await pages.open(urls.class, { viewport: NARROW });
  expect(await unsaidRoles(open.page, "table.class")).toBe(0);
});

function withReached(submission: Submission): Submission {
  return { ...submission, cases: submission.cases.map((each) => ({ ...each, reached: [REACHED] })) };
}
