// The files that describe implementations, as they are in this repository and in its documentation, all of them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findCase } from "../commands/load-pair.ts";
import type { Implementation } from "./implementation.ts";
import { loadImplementation, parseImplementation } from "./load.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM_LINES_MAX = 200;

const FILES = ["implementations", "examples"]
  .flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.ya?ml$/.test(file) && basename(file) !== "rubric.yaml")
      .map((file) => join(folder, file)),
  )
  .filter((file) => /^role:/m.test(readFileSync(join(REPOSITORY, file), "utf8")));
const EXAMPLES = FILES.filter((file) => file.startsWith("examples"));

test("there are files of this project's own and of the examples, of each role", () => {
  expect(FILES.length - EXAMPLES.length).toBe(3);
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(2);
});

test.each(FILES)("%s loads, and what it runs is there on either bed", async (file) => {
  const { source } = await load(file);
  expect(source.command).toBeDefined();
  if (source.image?.kind !== "dockerfile") throw new Error(`${file} has no Dockerfile`);
  expect(existsSync(join(source.image.directory, source.image.dockerfile))).toBe(true);
  const { words = [], directory = "" } = source.command ?? {};
  const program = words.at(-1) ?? "";
  expect(existsSync(join(directory, program)), program).toBe(true);
});

test.each(FILES)("%s points an editor at the schema that there is", (file) => {
  const [first = ""] = readFileSync(join(REPOSITORY, file), "utf8").split("\n", 1);
  const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
  const path = join(dirname(file), schema);
  expect(path).toBe(join("implementations", "implementation.schema.json"));
});

test.each(FILES.filter((file) => file.startsWith("implementations")))("%s has this package's version", async (file) => {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
  expect((await load(file)).version).toBe(version);
});

test.each(EXAMPLES)(
  "the program of %s is one file of at most 200 lines, or several for both versions",
  async (file) => {
    const { source, speaks } = await load(file);
    const directory = source.command?.directory ?? "";
    const files = readdirSync(directory).filter(
      (each) => !/^Dockerfile|\.yaml$|^protocol\.ts$|^README\.md$|^__pycache__$/.test(each),
    );
    for (const each of files.map((name) => join(directory, name))) {
      const lines = readFileSync(each, "utf8").trimEnd().split("\n");
      expect(lines.length, relative(REPOSITORY, each)).toBeLessThanOrEqual(PROGRAM_LINES_MAX);
    }
    if (speaks.has("hcp2")) expect(files).toContain(source.command?.words.at(-1));
    else expect(files).toEqual([source.command?.words.at(-1)]);
  },
);

const CONTRACT = readFileSync(join(REPOSITORY, "docs/contract.md"), "utf8");
const BLOCKS = [...CONTRACT.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) => yaml);

/** What stands before a block that shows a part of a server's file. */
const HEAD = 'name: x\nversion: "1"\nrole: server\nrun: { command: [x] }\n';

test("the contract shows files and parts of files, and each loads as it is written there", () => {
  expect(BLOCKS.length).toBeGreaterThanOrEqual(2);
  for (const yaml of BLOCKS) {
    const file = /^name:/m.test(yaml) ? yaml : HEAD + yaml;
    expect(parseImplementation("docs/contract.md", file, { findCase })).toMatchObject({ kind: "implementation" });
  }
});

test("the contract names every key that a file may have, and quotes what an unknown one is told", () => {
  const schema = JSON.parse(readFileSync(join(REPOSITORY, "implementations/implementation.schema.json"), "utf8")) as {
    properties: Record<string, { properties?: Record<string, unknown> }>;
  };
  for (const [key, { properties = {} }] of Object.entries(schema.properties)) {
    expect(CONTRACT, key).toMatch(new RegExp(`^\\| .*\`${key}[\`.]`, "m"));
    if (key === "run") for (const inner of Object.keys(properties)) expect(CONTRACT).toContain(`| \`run.${inner}\` |`);
  }
});

async function load(file: string): Promise<Implementation> {
  const result = await loadImplementation(join(REPOSITORY, file), { findCase });
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  return result.implementation;
}
