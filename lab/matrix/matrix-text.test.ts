import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../report/columns.ts";
import { sampleCell, sampleMatrix, sampleMatrixCase } from "./fixtures/sample-matrix.ts";
import type { MatrixResult } from "./matrix-result.ts";
import { renderMatrix, tellCell } from "./matrix-text.ts";

const ANY = { columns: undefined };

/** The table's lines: what stands before the first empty one. */
function tableOf(result: MatrixResult, columns: number | undefined): readonly string[] {
  const text = renderMatrix(result, { columns });
  return text.slice(0, text.indexOf("\n\n")).split("\n");
}

describe("the table", () => {
  test("has a line for each level of a pair, a mark for its gravest verdict, and names what does not pass", () => {
    expect(tableOf(sampleMatrix({ clients: sampleMatrix().clients.slice(0, 2) }), undefined)).toEqual([
      "                          howdy client 0.1.0             window of the report 1.0",
      "howdy server 0.1.0        ✔ report 2 pass                ✔ report 2 pass",
      "                          ✔ must   1 pass                ✔ must   1 pass",
      "                          ✔ strict 2 pass                – strict 0/2",
      "server of the report 1.0  ✔ report 2 pass                ✔ report 2 pass",
      "                          ✔ must   1 pass                ! 3 not run",
      "                          ✘ strict 1 pass, 1 fail (8.2)",
    ]);
  });

  test("has no levels where no case has one", () => {
    const cases = [sampleMatrixCase(), sampleMatrixCase({ id: "06", verdict: "fail" })];
    const [server, client] = [sampleMatrix().servers.slice(0, 1), sampleMatrix().clients.slice(0, 1)];
    const result = sampleMatrix({ servers: server, clients: client, cells: [sampleCell({ scenarios: cases })] });
    expect(tableOf(result, undefined)).toEqual([
      "                    howdy client 0.1.0",
      "howdy server 0.1.0  ✘ 1 pass, 1 fail (06)",
    ]);
  });

  test("of a terminal that is too narrow for its columns has clients below each other", () => {
    expect(tableOf(sampleMatrix(), 60).slice(0, 9)).toEqual([
      "howdy server 0.1.0",
      "  howdy client 0.1.0",
      "    ✔ report 2 pass",
      "    ✔ must   1 pass",
      "    ✔ strict 2 pass",
      "  window of the report 1.0",
      "    ✔ report 2 pass",
      "    ✔ must   1 pass",
      "    – strict 1 known failure, 1 unsupported (8.2 3.5)",
    ]);
  });

  test.each([1, 2, 10, 40, 60, 66, 67, 80, 100, 200])("is never wider than a terminal of %i columns", (columns) => {
    const wide = { name: "耳语".repeat(20), version: "1", file: "" };
    const many = sampleMatrix({ servers: [wide, wide], clients: [wide, wide, wide] });
    for (const result of [sampleMatrix(), many])
      for (const line of tableOf(result, columns)) expect(columnsOf(line)).toBeLessThan(Math.max(2, columns));
  });

  test.each([69, 80, 100])("at %i columns tells every count whole", (columns) => {
    const counts = tableOf(sampleMatrix(), columns).slice(1).join("\n");
    expect(counts.match(/\d+ pass|\d+\/\d+|\d+ error|not (be )?run/g)?.length).toBe(15);
    expect(counts.replaceAll(/^\S.*?…/gm, "")).not.toContain("…");
  });
});

describe("below it", () => {
  test("stands what does not pass, pair by pair, with the reason where one is known", () => {
    const text = renderMatrix(sampleMatrix(), ANY);
    expect(text).toContain(`
What does not pass:
  howdy server 0.1.0 × window of the report 1.0
    ≈ frames-merged  Frames in one write  known failure  strict 8.2  window of the report 1.0: It reads one message`);
    expect(text).toContain(
      "(https://example.org/issues/7?a=1&b=2)\n    – text-limit  A text at its limit     unsupported    strict 3.5  it has no such limit\n",
    );
    expect(text).toContain('strict 8.2  Win73 showed "Zoe says: </script>');
    expect(text).toContain("fail           19 of 20 runs pass, flake rate 5 %\n");
    expect(text).toContain("\n  server of the report 1.0 × window of the report 1.0\n    ! 3 of 5 cases not run\n");
    expect(text).toContain(": the image cannot be built\n");
  });

  test("stands what passes unawares, and last the sums", () => {
    const text = renderMatrix(sampleMatrix(), ANY);
    expect(text).toContain(`
Passes although its file says it fails:
  howdy server 0.1.0 × window of the report 1.0: 08 Whisper Message: window of the report 1.0: It reads`);
    expect(text).toMatch(
      /in 6 pairs {2}65\.4 s, on local\n {2}report 9 of 10 pass, 1 fail\n {2}must {3}3 of 4 pass, 1 error\n/,
    );
  });

  test("stands that no pair came to a bed", () => {
    expect(renderMatrix(sampleMatrix({ testbed: "" }), ANY)).toMatch(/in 6 pairs {2}65\.4 s, on no test bed\n/);
  });

  test("stands nothing but the sum where everything passes", () => {
    const result = sampleMatrix({ servers: [], clients: [], cells: [sampleCell()] });
    expect(renderMatrix(result, ANY)).not.toMatch(/does not pass|although/);
  });

  test("stand so many cases and no more, and how many there are besides", () => {
    const scenarios = Array.from({ length: 300 }, (_, index) => sampleMatrixCase({ id: `${index}`, verdict: "fail" }));
    const text = renderMatrix(
      sampleMatrix({ cells: [sampleCell({ scenarios }), sampleCell({ client: 1, scenarios })] }),
      {
        columns: 80,
      },
    );
    expect(text.match(/^ {4}✘ /gm)).toHaveLength(200);
    expect(text).toContain("    and 100 more, see the report\n");
    expect(text).toContain("    and 300 more, see the report\n");
  });
});

test("nothing of a file commands the terminal, and colours come only where they are wanted", () => {
  const plain = renderMatrix(sampleMatrix(), { columns: 100 });
  expect(plain.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
  const colored = renderMatrix(sampleMatrix(), { columns: 100, hasColors: true });
  expect(colored).toContain("\u001b[31m✘ report");
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

test("a pair that ended is one line", () => {
  const [, known, , failed, calledOff, fault] = sampleMatrix().cells;
  if (!known || !failed || !calledOff || !fault) throw new Error("a sample is missing");
  expect(tellCell("A with B", failed)).toBe("A with B: ✔ report 2 pass; ✔ must 1 pass; ✘ strict 1 pass, 1 fail (8.2)");
  expect(tellCell("A with B", calledOff)).toBe("A with B: ✔ 2 pass; ! 3 not run");
  expect(tellCell("A with \u001b[2J", fault)).toMatch(/^A with ‹U\+001B›\[2J: ! could not be run: .*cannot be built$/u);
});

test("why a pair could not be run may take lines, of which the first stands on the pair's own", () => {
  const matrix = sampleMatrix();
  const fault = "the image cannot be built: code 1\n  E: no such package";
  const cells = matrix.cells.map((cell) => (cell.fault === null ? cell : { ...cell, fault }));
  const [cell] = cells.filter((each) => each.fault !== null);
  if (cell === undefined) throw new Error("a sample is missing");
  expect(tellCell("A with B", cell)).toBe("A with B: ! could not be run: the image cannot be built: code 1");
  expect(renderMatrix({ ...matrix, cells }, { columns: 100 })).toContain(
    "    ! the image cannot be built: code 1\n        E: no such package\n",
  );
});
