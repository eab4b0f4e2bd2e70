// Owns `npm run report-picture`: README's picture of the report, docs/report.png and docs/report-dark.png, taken of the
// report of a fresh run: a whisper in its sequence diagram, and the bytes of the message.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser } from "../src/client/web/fixtures/browser.ts";
import { runForReport } from "./fresh-report.ts";

const DOCS = join(import.meta.dirname, "..", "docs");
const VIEW = { viewport: { width: 1120, height: 860 }, deviceScaleFactor: 1.5, reducedMotion: "reduce" } as const;
const CASE = "case-08";

await using report = await runForReport(process.argv.slice(2));
const browser = await launchBrowser();
try {
  for (const scheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ ...VIEW, colorScheme: scheme, offline: true });
    await page.goto(`${pathToFileURL(report.file)}#${CASE}`);
    const step = page.locator(`#${CASE}-step-1`);
    // The step at the top, below the heads of the lifelines.
    await step.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await page.locator(`#${CASE} .frame.chat .label`).first().click();
    await page.mouse.move(0, 0);
    const path = join(DOCS, scheme === "light" ? "report.png" : "report-dark.png");
    await page.screenshot({ path });
    console.log(`wrote ${path}`);
    await page.close();
  }
} finally {
  await browser.close();
}
