// Owns `npm run report-picture`: the pictures of the report, in light and in dark colours, taken of fresh runs. README's,
// docs/report.png, is a whisper in its sequence diagram and the bytes of the message. That of docs/protocols.md,
// docs/four-kinds.png, is a text that reaches people of four protocols.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser } from "../src/client/web/fixtures/browser.ts";
import { runForReport } from "./fresh-report.ts";

const DOCS = join(import.meta.dirname, "..", "docs");
const VIEW = { deviceScaleFactor: 1.5, reducedMotion: "reduce", offline: true } as const;

/** `cases` are those of the run, the report's where there are none. */
const PICTURES = [
  { name: "report", cases: [], anchor: "case-08", step: 1, height: 860, showsBytes: true },
  { name: "four-kinds", cases: ["doors"], anchor: "case-doors-one-room", step: 4, height: 750, showsBytes: false },
] as const;

const browser = await launchBrowser();
try {
  for (const { name, cases, anchor, step, height, showsBytes } of PICTURES) {
    await using report = await runForReport([...cases, ...process.argv.slice(2)]);
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ ...VIEW, viewport: { width: 1120, height }, colorScheme });
      await page.goto(`${pathToFileURL(report.file)}#${anchor}`);
      // The step at the top, below the heads of the lifelines.
      await page.locator(`#${anchor}-step-${step}`).evaluate((element) => element.scrollIntoView({ block: "start" }));
      if (showsBytes) await page.locator(`#${anchor} .frame.chat .label`).first().click();
      await page.mouse.move(0, 0);
      const path = join(DOCS, colorScheme === "light" ? `${name}.png` : `${name}-dark.png`);
      await page.screenshot({ path });
      console.log(`wrote ${path}`);
      await page.close();
    }
  }
} finally {
  await browser.close();
}
