import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OWN_PROGRAMS } from "../../lab/testbed/own-programs.ts";
import { findBundle } from "./found-bundle.ts";
import { haveBundles } from "./make-bundles.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = "program/main.ts";
const SOURCES = {
  "package.json": '{ "type": "module", "dependencies": {} }',
  "program/main.ts": `import { readFileSync } from "node:fs";
import { said, fail } from "./part.ts";
const beside: string = readFileSync(new URL("beside.txt", import.meta.url), "utf8");
if (process.argv[2] === "late") console.log((await import("./late.ts")).LATE);
else if (process.argv[2] === "fails") fail();
else console.log(said, beside, process.argv.slice(1).join());
`,
  "program/part.ts": `
export const said = "said";
interface Why { readonly why: string }
export function fail(): never {
  throw new Error(({ why: "asked to" } satisfies Why).why);
}
`,
  "program/late.ts": 'export const LATE = "late";\n',
  "program/beside.txt": "beside",
} as const;

let repository: string;

beforeEach(() => {
  repository = realpathSync(mkdtempSync(join(tmpdir(), "howdy-bundle-")));
  for (const path of ["compile-cache.mjs", "src/bundle"]) {
    cpSync(join(ROOT, path), join(repository, path), { recursive: true });
  }
  mkdirSync(join(repository, "program"));
  for (const [path, text] of Object.entries(SOURCES)) writeFileSync(join(repository, path), text);
});
afterEach(() => rmSync(repository, { recursive: true }));

function run(...args: readonly string[]) {
  const preload = join(repository, "compile-cache.mjs");
  const words = ["--import", preload, join(repository, PROGRAM), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", cwd: tmpdir() });
  return { status, stdout, stderr };
}

/** Makes the bundle, and a mark in it by which it is told from its sources. */
async function bundle(): Promise<string> {
  await haveBundles(repository, [PROGRAM]);
  const file = findBundle(repository, PROGRAM) ?? "";
  appendFileSync(file, 'console.log("from the bundle");\n');
  return file;
}

test("a program runs from its bundle as it does from its sources", async () => {
  const before = [run("a"), run("late")];
  await bundle();
  const after = [run("a"), run("late")];
  expect(before[0]?.stdout).toBe(`said beside ${join(repository, PROGRAM)},a\n`);
  expect(before[1]?.stdout).toBe("late\n");
  expect(after).toEqual(before.map((end) => ({ ...end, stdout: `${end.stdout}from the bundle\n` })));
});

test.each(["program/main.ts", "program/part.ts", "program/late.ts"] as const)(
  "when %s has changed, the sources run, however old the file claims to be",
  async (path) => {
    await bundle();
    const file = join(repository, path);
    const { atime, mtime } = statSync(file);
    // As long as it was.
    writeFileSync(file, SOURCES[path].replace(/\n$/, " "));
    utimesSync(file, atime, mtime);
    expect(findBundle(repository, PROGRAM)).toBeUndefined();
    expect(run("a").stdout).not.toContain("from the bundle");
    await bundle();
    expect(run("a").stdout).toContain("from the bundle");
  },
);

test("when a source has gone, the program says what it would say without a bundle", async () => {
  await bundle();
  rmSync(join(repository, "program/part.ts"));
  expect(run("a")).toMatchObject({ status: 1, stderr: expect.stringContaining("ERR_MODULE_NOT_FOUND") });
});

test("a source that is written to while it is bundled makes that bundle none", async () => {
  const making = haveBundles(repository, [PROGRAM]);
  const written = setInterval(() => appendFileSync(join(repository, "program/part.ts"), "// more\n"));
  await making;
  appendFileSync(join(repository, "program/part.ts"), "// last\n");
  clearInterval(written);
  expect(findBundle(repository, PROGRAM)).toBeUndefined();
});

test("a stack names the sources, with their lines and columns", async () => {
  const before = run("fails");
  await bundle();
  const after = run("fails");
  const framesOf = (text: string) => text.match(/^ +at .*program\/.*$/gm);
  expect(framesOf(before.stderr)).toEqual([
    expect.stringMatching(/at fail \(.*program\/part\.ts:5:9\)$/),
    expect.stringMatching(/at .*program\/main\.ts:5:39$/),
  ]);
  expect(framesOf(after.stderr)).toEqual(framesOf(before.stderr));
  expect(after).toMatchObject({ status: 1, stdout: "" });
});

test("what cannot be bundled, or kept, runs from its sources", async () => {
  writeFileSync(join(repository, "program/late.ts"), "export const LATE = import.meta.dirname;\n");
  await haveBundles(repository, [PROGRAM, "program/nothing.ts"]);
  expect(findBundle(repository, PROGRAM)).toBeUndefined();
  expect(run("late").stdout).toBe(`${join(repository, "program")}\n`);
  rmSync(join(repository, "node_modules"), { recursive: true, force: true });
  writeFileSync(join(repository, "node_modules"), "no folder");
  writeFileSync(join(repository, "program/late.ts"), SOURCES["program/late.ts"]);
  await haveBundles(repository, [PROGRAM]);
  expect(run("late").stdout).toBe("late\n");
});

test("a few former bundles stay for programs that run, and no more", async () => {
  const folders = [];
  for (let round = 0; round < 7; round += 1) {
    appendFileSync(join(repository, "program/late.ts"), `console.log(${round});\n`);
    await haveBundles(repository, [PROGRAM]);
    folders.push(dirname(findBundle(repository, PROGRAM) ?? ""));
  }
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, false, true, true, true, true, true]);
});

test("each of the project's programs can be bundled, and its bundle names its sources", async () => {
  await haveBundles(ROOT, OWN_PROGRAMS);
  for (const program of OWN_PROGRAMS) {
    const file = findBundle(ROOT, program);
    expect([program, file]).toEqual([program, expect.stringMatching(/\.mjs$/)]);
    expect(readFileSync(`${file}.map`, "utf8")).toContain(`"../../../../../${program}"`);
  }
});

/** `import { z }` is zod's whole, `import * as z` what is used of it. */
test("no program loads zod's messages in sixty languages", async () => {
  const programs = [...OWN_PROGRAMS, "lab/cli.ts"];
  await haveBundles(ROOT, programs);
  for (const program of programs) {
    const parts = globSync(join(dirname(findBundle(ROOT, program) ?? ""), "*.mjs"));
    const languages = parts.flatMap((part) => readFileSync(part, "utf8").match(/zod\/v4\/locales\/(?!en\.).*/g) ?? []);
    expect([program, languages]).toEqual([program, []]);
  }
});
