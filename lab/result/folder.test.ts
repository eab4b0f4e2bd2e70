import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MatrixResult } from "../matrix/matrix-result.ts";
import type { Evidence } from "../replay/outcome.ts";
import { ReportFolder, ReportFolderError } from "./folder.ts";

const TIME = new Date("2026-01-02T03:04:05.678Z");
const EVIDENCE: Evidence = {
  omitted: [],
  limits: [],
  logs: new Map([["Win71", ['{"msg":"a"}', "b"].map((raw) => ({ atMs: 5, raw, text: raw, isFence: false }))]]),
  pictures: new Map([["Win72-step-1.png", new Uint8Array([137, 80])]]),
  transcripts: new Map([
    [
      "Win72",
      [
        { atMs: 5, command: { send: {} } },
        { atMs: 6, event: { shown: { text: "x" } }, fence: true },
      ],
    ],
  ]),
};

const PCAP = new Uint8Array([0xd4, 0xc3, 0xb2, 0xa1]);

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "howdy-folder-"));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

test("a folder a case holds each server's raw log and each client's transcript", async () => {
  const folder = await ReportFolder.at(join(root, "deep", "out"));
  await folder.writeCase("08-whisper", EVIDENCE, PCAP);
  expect(await readFile(join(folder.path, "08-whisper", "Win71.log"), "utf8")).toBe('{"msg":"a"}\nb\n');
  expect(await readFile(join(folder.path, "08-whisper", "Win72.transcript.jsonl"), "utf8")).toBe(
    '{"atMs":5,"command":{"send":{}}}\n{"atMs":6,"event":{"shown":{"text":"x"}},"fence":true}\n',
  );
});

test("the packets lie beside what the hosts said, and the case's folder is told", async () => {
  const folder = await ReportFolder.at(root);
  expect(await folder.writeCase("08-whisper", EVIDENCE, PCAP)).toEqual({ folder: "08-whisper", hasPcap: true });
  expect([...(await readFile(join(root, "08-whisper", "wire.pcap")))]).toEqual([...PCAP]);
  expect(await folder.writeCase("09-none", EVIDENCE, null)).toEqual({ folder: "09-none", hasPcap: false });
  expect(await readdir(join(root, "09-none"))).not.toContain("wire.pcap");
});

test("windows have their pictures beside what their clients said", async () => {
  const folder = await ReportFolder.at(root);
  await folder.writeCase("08-whisper", EVIDENCE, PCAP);
  expect([...(await readFile(join(folder.path, "08-whisper", "Win72-step-1.png")))]).toEqual([137, 80]);
});

test("where the evidence of a run takes too much room, small files are written only, and what is left out is told", async () => {
  const folder = await ReportFolder.at(root, 30_000);
  const large = { ...EVIDENCE, pictures: new Map([["Win72-step-1.png", new Uint8Array(20_000)]]) };
  expect(await folder.writeCase("01", large, PCAP)).toMatchObject({ hasPcap: true });
  expect((await readdir(join(root, "01"))).toSorted()).toContain("Win72-step-1.png");
  expect(await folder.writeCase("02", large, new Uint8Array(40_000))).toMatchObject({ hasPcap: false });
  expect((await readdir(join(root, "02"))).toSorted()).toEqual(["Win71.log", "Win72.transcript.jsonl", "left-out.txt"]);
  expect(await readFile(join(root, "02", "left-out.txt"), "utf8")).toBe(
    "left out here, because the folder of a run keeps 30000 bytes: Win72-step-1.png (20000 bytes), wire.pcap (40000 bytes)\n",
  );
});

test("two files of one name get a folder each", async () => {
  const folder = await ReportFolder.at(root);
  await folder.writeCase("case", EVIDENCE, PCAP);
  await folder.writeCase("case", EVIDENCE, PCAP);
  expect((await readdir(root)).toSorted()).toEqual(["case", "case-2"]);
});

test("a folder is named after the time, has a name of its own, and latest points at the newest", async () => {
  const first = await ReportFolder.atTime(root, TIME);
  const second = await ReportFolder.atTime(root, TIME);
  expect([first.path, second.path]).toEqual([join(root, "2026-01-02T03-04-05"), join(root, "2026-01-02T03-04-05-2")]);
  expect(await readlink(join(root, "latest"))).toBe("2026-01-02T03-04-05-2");
});

test("a matrix's result lies beside what renders it, and is there whatever goes wrong with that", async () => {
  const folder = await ReportFolder.at(root);
  const result = { schema: 1, kind: "matrix", cells: [] } as unknown as MatrixResult;
  const page = { name: "index.html", render: async ({ kind }: MatrixResult) => `<p>${kind}` };
  await folder.writeMatrix(result, [page]);
  expect(await readFile(join(root, "index.html"), "utf8")).toBe("<p>matrix");
  const broken = { name: "junit.xml", render: () => Promise.reject(new Error("cannot draw it")) };
  await rm(join(root, "result.json"));
  await expect(folder.writeMatrix(result, [broken])).rejects.toThrow("cannot draw it");
  expect(JSON.parse(await readFile(join(root, "result.json"), "utf8"))).toEqual(result);
});

test("a place where no folder can be is told in one line", async () => {
  await writeFile(join(root, "file"), "");
  await expect(ReportFolder.at(join(root, "file", "out"))).rejects.toThrow(ReportFolderError);
  await expect(ReportFolder.at(join(root, "file", "out"))).rejects.toThrow(
    /^the report cannot be written to .*\/file\/out: a part of its path is no folder$/,
  );
});
