import { expect, it } from "vitest";
import { HOSTILE_TEXT } from "../report/fixtures/sample-run.ts";
import { sampleMatrix } from "./fixtures/sample-matrix.ts";
import { renderMatrixHtml } from "./matrix-html.ts";

const DATA = /<script type="application\/json" id="data">(.*?)<\/script>/s;

it("the matrix page holds the whole matrix, nothing of it as markup, and little beside it", async () => {
  const html = await renderMatrixHtml(sampleMatrix());
  expect(JSON.parse(DATA.exec(html)?.[1] ?? "")).toEqual(sampleMatrix());
  expect(html).not.toContain(HOSTILE_TEXT);
  expect(html).toContain("Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-");
  expect(html.length).toBeLessThan(60_000);
});
