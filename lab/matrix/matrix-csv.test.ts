import { expect, test } from "vitest";
import { sampleCell, sampleMatrix, sampleMatrixCase } from "./fixtures/sample-matrix.ts";
import { renderMatrixCsv } from "./matrix-csv.ts";

test("a pair is a row and a case a column, with its verdict", () => {
  const [head, first, ...others] = renderMatrixCsv(sampleMatrix()).split("\r\n");
  expect(head).toMatch(
    /^server,server file,client,client file,pass,of,not run because,spoke,08 Whisper Message,09 Texting,leave-fin A leave by FIN,frames-merged Frames in one write,text-limit A text at its limit,"leave-fin A leave /,
  );
  expect(first).toMatch(
    /^howdy server 0\.1\.0,implementations\/howdy-server\.yaml,howdy client 0\.1\.0,implementations\/howdy-client\.yaml,5,5,,,pass,pass,pass,pass,pass,not run$/,
  );
  expect(others).toHaveLength(6);
});

test("a text that a spreadsheet would take for more than a text is one", () => {
  const servers = [{ name: "=cmd()", version: "1", file: "a,b.yaml" }];
  const clients = [{ name: 'a "b"\nc', version: "2", file: "-c.yaml" }];
  const cells = [sampleCell({ scenarios: [sampleMatrixCase({ title: "x" })], spoken: ["hcp", "hcp2"] })];
  expect(renderMatrixCsv(sampleMatrix({ servers, clients, cells }))).toBe(
    "server,server file,client,client file,pass,of,not run because,spoke,08 x\r\n" +
      `'=cmd() 1,"a,b.yaml","a ""b""\nc 2",'-c.yaml,1,1,,hcp hcp2,pass\r\n`,
  );
});
