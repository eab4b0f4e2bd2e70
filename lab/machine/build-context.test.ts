import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { BedUnavailableError } from "./bed-unavailable.ts";
import { copySources, readBuildContext, readIgnorePatterns } from "./build-context.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const directories: string[] = [];

function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "howdy-context-"));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const files = {
  Dockerfile:
    "FROM scratch\nCOPY package*.json ./\nCOPY --chown=node:node \\\n  src/one src/two ./src/\nCOPY --from=other /bin/x /x\n",
  ".dockerignore": "**/*.test.ts\n",
  "package.json": "{}",
  "package-lock.json": "{}",
  "src/one/main.ts": "one",
  "src/one/deep/er.ts": "deeper",
  "src/one/main.test.ts": "test",
  "src/two/main.ts": "two",
  "src/three/main.ts": "three",
};

describe("an image's content", () => {
  test("is what its Dockerfile copies, less what .dockerignore leaves out", () => {
    expect(readBuildContext(directoryOf(files), "Dockerfile").files).toEqual([
      "package-lock.json",
      "package.json",
      "src/one/deep/er.ts",
      "src/one/main.ts",
      "src/two/main.ts",
    ]);
  });

  test("has the same hash wherever it lies", () => {
    const [here, there] = [directoryOf(files), directoryOf(files)].map(
      (each) => readBuildContext(each, "Dockerfile").hash,
    );
    expect(here).toMatch(/^[0-9a-f]{12}$/);
    expect(there).toBe(here);
  });

  test.each([
    ["a copied file", "src/one/deep/er.ts", true],
    ["the Dockerfile", "Dockerfile", true],
    ["a file that is not copied", "src/three/main.ts", false],
    ["a file that is left out", "src/one/main.test.ts", false],
  ])("has another hash when %s changes: %s, %s", (_what, file, changes) => {
    const before = readBuildContext(directoryOf(files), "Dockerfile").hash;
    const content = file === "Dockerfile" ? `${files.Dockerfile}\nUSER node\n` : "changed";
    const after = readBuildContext(directoryOf({ ...files, [file]: content }), "Dockerfile").hash;
    expect(after !== before).toBe(changes);
  });

  test("that is not there is named", () => {
    const directory = directoryOf({ Dockerfile: "FROM scratch\nCOPY nowhere /\n" });
    expect(() => readBuildContext(directory, "Dockerfile")).toThrow(BedUnavailableError);
    expect(() => readBuildContext(directory, "Dockerfile")).toThrow("Dockerfile copies nowhere");
  });
});

test.each(["server", "client"])("the %s's own image holds its sources and no test", (role) => {
  const { files: copied } = readBuildContext(repository, `Dockerfile.${role}`);
  expect(copied).toContain("package-lock.json");
  expect(copied).toContain("src/protocol/hcp1/message.ts");
  expect(copied.some((file) => file.startsWith(`src/${role}/`))).toBe(true);
  expect(copied.filter((file) => file.endsWith(".test.ts") || file.startsWith("lab/"))).toEqual([]);
});

test("COPY is read in both of its forms", () => {
  expect(copySources('COPY ["with", "brackets", "/to/"]\ncopy a b /to/\n# COPY not this\nRUN COPY')).toEqual([
    "with",
    "brackets",
    "a",
    "b",
  ]);
});

test.each([
  ["*\n!src\n**/*.test.ts", "src/a.ts", false],
  ["*\n!src\n**/*.test.ts", "src/deep/a.test.ts", true],
  ["*\n!src", "README.md", true],
  ["# a comment\n\n/lab/", "lab/cli.ts", true],
  ["lab", "collab/cli.ts", false],
  ["*.md", "docs/a.md", false],
  ["**/*.md", "a.md", true],
  ["node_modules", ".gitignore", false],
])("the patterns %j leave %s out: %s", (patterns, path, expected) => {
  expect(readIgnorePatterns(patterns)(path)).toBe(expected);
});
