import { expect, test } from "vitest";
import { sampleCell, sampleMatrix, sampleMatrixCase } from "./fixtures/sample-matrix.ts";
import { renderMatrixMarkdown } from "./matrix-markdown.ts";

test("a matrix is its sum, a table, and lists of what does not pass and what passes unawares", () => {
  const markdown = renderMatrixMarkdown(sampleMatrix());
  expect(markdown).toMatch(
    /^## ✘ Howdy Lab matrix: 17 of 30 pass, 2 fail, .*, in 6 pairs\n\n- report: 9 of 10 pass, 1 fail\n/,
  );
  expect(markdown).toContain("\n| Server and client | howdy client 0.1.0 | window of the report 1.0 | minimal ");
  expect(markdown).toContain(
    "\n| server of the report 1.0 | ✘ report 2 pass; must 1 pass; strict 1 pass, 1 fail | ! report 2 pass; 3 not run | ! could not be run |\n",
  );
  expect(markdown).toContain(
    "\n### What does not pass\n\n- ≈ known failure: frames-merged Frames in one write (strict 8.2): ",
  );
  expect(markdown).toContain("\n### Passes although its file says it fails\n\n- 08 Whisper Message: ");
});

test("a matrix that passes is its sum and its table", () => {
  const markdown = renderMatrixMarkdown(sampleMatrix({ cells: [sampleCell()] }));
  expect(markdown).toMatch(/^## ✔ Howdy Lab matrix: 5 of 5 pass, in 1 pair\n/);
  expect(markdown).not.toContain("###");
});

test("no text of a file is markup, and the lists are bounded", () => {
  const markdown = renderMatrixMarkdown(sampleMatrix());
  expect(markdown).not.toMatch(/<img|https:|[^\P{Cc}\n]/u);
  expect(markdown.match(/^\|.*\|$/gm)).toHaveLength(4);
  const scenarios = Array.from({ length: 500 }, () =>
    sampleMatrixCase({ title: "a|b\n".repeat(500), verdict: "fail" }),
  );
  const many = renderMatrixMarkdown(sampleMatrix({ cells: [sampleCell({ scenarios })] }));
  expect(many.match(/^- ✘/gm)).toHaveLength(200);
  expect(many).toContain("- and 300 more, see result.json\n");
  expect(Buffer.byteLength(many)).toBeLessThan(900_000);
});
