import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listScenarioFiles, selectFiles } from "./catalog.ts";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "howdy-catalog-"));
  await mkdir(join(root, "report"));
  await mkdir(join(root, "faults"));
  for (const file of [
    "report/08-whisper-message.yaml",
    "report/10-single-user-offline.yaml",
    "report/11-multiple-users-offline.yaml",
  ]) {
    await writeFile(join(root, file), "");
  }
  await mkdir(join(root, "conformance/client"), { recursive: true });
  await writeFile(join(root, "conformance/client/nak.yaml"), "");
  await writeFile(join(root, "faults/whisper-to-nobody.yml"), "");
  await writeFile(join(root, "scenario.schema.json"), "");
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

test("scenario files are found in every folder, and nothing else is", () => {
  expect(listScenarioFiles(root).map((file) => file.slice(root.length + 1))).toEqual([
    "conformance/client/nak.yaml",
    "faults/whisper-to-nobody.yml",
    "report/08-whisper-message.yaml",
    "report/10-single-user-offline.yaml",
    "report/11-multiple-users-offline.yaml",
  ]);
});

test.each([
  [
    [],
    ["report/08-whisper-message.yaml", "report/10-single-user-offline.yaml", "report/11-multiple-users-offline.yaml"],
  ],
  [["8"], ["report/08-whisper-message.yaml"]],
  [["08"], ["report/08-whisper-message.yaml"]],
  [["Whisper Message"], ["report/08-whisper-message.yaml"]],
  [
    ["nobody", "10"],
    ["faults/whisper-to-nobody.yml", "report/10-single-user-offline.yaml"],
  ],
  [["8", "message", "08-whisper-message"], ["report/08-whisper-message.yaml"]],
  [["faults"], ["faults/whisper-to-nobody.yml"]],
  [["conformance"], ["conformance/client/nak.yaml", "faults/whisper-to-nobody.yml"]],
  [["conformance/client"], ["conformance/client/nak.yaml"]],
  [
    ["8", "faults/"],
    ["report/08-whisper-message.yaml", "faults/whisper-to-nobody.yml"],
  ],
])("%j means %j", (words, files) => {
  expect(selectFiles(words, root)).toEqual({ kind: "files", files: files.map((file) => join(root, file)) });
});

test("a folder may be named by its path, too", () => {
  const files = [join(root, "faults/whisper-to-nobody.yml")];
  expect(selectFiles([`${root}/./faults/`], root)).toEqual({ kind: "files", files });
});

test("a folder anywhere means the files in it, in their order, and nothing below it", async () => {
  const own = await mkdtemp(join(tmpdir(), "howdy-catalog-own-"));
  await mkdir(join(own, "below"));
  try {
    for (const file of ["b.yaml", "a.yml", "notes.txt", "below/c.yaml"]) await writeFile(join(own, file), "");
    expect(selectFiles([`${own}/`, "8"], root)).toEqual({
      kind: "files",
      files: [join(own, "a.yml"), join(own, "b.yaml"), join(root, "report/08-whisper-message.yaml")],
    });
    await rm(join(own, "below/c.yaml"));
    expect(selectFiles([join(own, "below")], root)).toEqual({
      kind: "wrong",
      message: `"${join(own, "below")}": expected a folder with cases in it (*.yaml); got none (folders in it are not searched)`,
    });
  } finally {
    await rm(own, { recursive: true });
  }
});

test("a path is taken as it is", () => {
  expect(selectFiles(["./x.yaml", "y.yml", "z/w"], root)).toEqual({
    kind: "files",
    files: ["./x.yaml", "y.yml", "z/w"],
  });
});

test.each([
  ["whisper", '"whisper" means more than one case: whisper-to-nobody, 08-whisper-message'],
  [
    "1",
    'no case is called "1"; there are 08-whisper-message, 10-single-user-offline, 11-multiple-users-offline, and those of the folder conformance, and those of the folder faults',
  ],
  ["", /^"" means more than one case/],
  ["fault", /^no case is called "fault"/],
])("%j is wrong, and told with what there is", (word, message) => {
  expect(selectFiles([word], root)).toEqual({
    kind: "wrong",
    message: typeof message === "string" ? message : expect.stringMatching(message),
  });
});
