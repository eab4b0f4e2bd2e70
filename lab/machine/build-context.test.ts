import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { BedUnavailableError } from "./bed-unavailable.ts";
import { readBuildContext } from "./build-context.ts";

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

/** What is sent, sorted. */
function sent(files: Readonly<Record<string, string>>, dockerfile = "Dockerfile"): readonly string[] {
  return [...readBuildContext(directoryOf(files), dockerfile).names].sort();
}

/** What tar finds in the stream: a line an entry, with mode and size. */
async function listing(directory: string, dockerfile = "Dockerfile"): Promise<string> {
  const input = await buffer(readBuildContext(directory, dockerfile).open());
  return execFileSync("tar", ["-tvf", "-"], { input, encoding: "utf8" });
}

describe("what is sent to the builder", () => {
  test("is the whole folder, whatever the Dockerfile says", () => {
    expect(sent({ Dockerfile: "not even\nCOPY nowhere /", "src/deep/a b.ts": "", "README.md": "" })).toEqual([
      "Dockerfile",
      "README.md",
      "src",
      "src/deep",
      "src/deep/a b.ts",
    ]);
  });

  test.each([
    ["*\n!src\n**/*.test.ts", ["src", "src/a.ts", "src/deep"]],
    ["**\n!src/deep/*.ts", ["src", "src/deep", "src/deep/a.test.ts"]],
    ["src/deep", ["README.md", "lab", "lab/README.md", "src", "src/a.ts"]],
    ["# a comment\n\n/lab/", ["README.md", "src", "src/a.ts", "src/deep", "src/deep/a.test.ts"]],
    ["*.md", ["lab", "lab/README.md", "src", "src/a.ts", "src/deep", "src/deep/a.test.ts"]],
    ["**/*.md", ["lab", "src", "src/a.ts", "src/deep", "src/deep/a.test.ts"]],
    ["src\n!src/deep", ["README.md", "lab", "lab/README.md", "src", "src/deep", "src/deep/a.test.ts"]],
    ["src\n  !src/deep", ["README.md", "lab", "lab/README.md", "src", "src/deep", "src/deep/a.test.ts"]],
    ["src\n! ./src/deep/", ["README.md", "lab", "lab/README.md", "src", "src/deep", "src/deep/a.test.ts"]],
    ["*\n!*/deep", ["src", "src/deep", "src/deep/a.test.ts"]],
  ])("is less what .dockerignore leaves out: %j", (ignore, expected) => {
    const files = { "README.md": "", "lab/README.md": "", "src/a.ts": "", "src/deep/a.test.ts": "" };
    const names = sent({ Dockerfile: "", ".dockerignore": ignore, ...files });
    expect(names.filter((name) => name !== "Dockerfile" && name !== ".dockerignore")).toEqual(expected);
  });

  test("has the Dockerfile even where .dockerignore leaves it out, also in a folder of its own", async () => {
    expect(sent({ Dockerfile: "", ".dockerignore": "*" })).toEqual(["Dockerfile"]);
    const files = { "docker/Dockerfile.a": "", "docker/other": "", ".dockerignore": "docker" };
    expect(sent(files, "docker/Dockerfile.a")).toEqual([".dockerignore", "docker", "docker/Dockerfile.a"]);
    expect(await listing(directoryOf(files), "docker/Dockerfile.a")).toContain("docker/Dockerfile.a");
  });

  test("has the Dockerfile that lies outside of the folder", async () => {
    const directory = directoryOf({ Dockerfile: "FROM scratch\n", "app/main.ts": "" });
    const { dockerfile } = readBuildContext(join(directory, "app"), "../Dockerfile");
    const lines = await listing(join(directory, "app"), "../Dockerfile");
    expect(lines).toContain(dockerfile);
    expect(lines).toContain("main.ts");
  });

  test("is chosen by the Dockerfile's own .dockerignore, where it has one", () => {
    const files = { "Dockerfile.a": "", "Dockerfile.a.dockerignore": "b", ".dockerignore": "c", b: "", c: "" };
    expect(sent(files, "Dockerfile.a")).toEqual([".dockerignore", "Dockerfile.a", "Dockerfile.a.dockerignore", "c"]);
  });

  test("is sent as it is: modes, links and empty folders", async () => {
    const directory = directoryOf({ Dockerfile: "", "run.sh": "#!/bin/sh\n" });
    chmodSync(join(directory, "run.sh"), 0o755);
    symlinkSync("run.sh", join(directory, "link"));
    mkdirSync(join(directory, "empty"));
    await using server = createServer().listen(join(directory, "socket"));
    await once(server, "listening");
    const lines = await listing(directory);
    expect(lines).toMatch(/^-rwxr-xr-x .* run\.sh$/m);
    expect(lines).toMatch(/^l.* link -> run\.sh$/m);
    expect(lines).toMatch(/^d.* empty\/?$/m);
    expect(lines).not.toContain("socket");
  });

  test("is sent whole, whatever its size", async () => {
    const files = { Dockerfile: "FROM scratch\n", empty: "", small: "small", large: "0123456789".repeat(300_000) };
    const input = await buffer(readBuildContext(directoryOf(files), "Dockerfile").open());
    for (const [name, content] of Object.entries(files)) {
      const text = execFileSync("tar", ["-xOf", "-", name], { input, encoding: "utf8", maxBuffer: input.length });
      expect(text === content, name).toBe(true);
    }
  });

  test("fails as a stream where a file has gone meanwhile", async () => {
    const directory = directoryOf({ Dockerfile: "", gone: "" });
    const { open } = readBuildContext(directory, "Dockerfile");
    rmSync(join(directory, "gone"));
    await expect(buffer(open())).rejects.toThrow("ENOENT");
  });

  test("has a limit, which tells what to do", () => {
    const directory = directoryOf({ Dockerfile: "", large: "x".repeat(100) });
    const read = (bytesMax: number, filesMax: number) => () =>
      readBuildContext(directory, "Dockerfile", { bytesMax, filesMax });
    expect(read(100, 2)).not.toThrow();
    expect(read(99, 2)).toThrow(BedUnavailableError);
    expect(read(99, 2)).toThrow("list in its .dockerignore what the image does not need");
    expect(read(100, 1)).toThrow(BedUnavailableError);
  });

  test("cannot be found where there is no Dockerfile, which is said", () => {
    const directory = directoryOf({});
    expect(() => readBuildContext(directory, "Dockerfile")).toThrow(BedUnavailableError);
    expect(() => readBuildContext(directory, "Dockerfile")).toThrow(/^Dockerfile in .* cannot be built from: /);
  });
});

test.each(["server", "client"])("the %s's own image is sent its sources and no test", (role) => {
  const { names } = readBuildContext(repository, `Dockerfile.${role}`);
  expect(names).toContain("package-lock.json");
  expect(names).toContain("src/protocol/hcp1/message.ts");
  expect([...names].filter((name) => name.endsWith(".test.ts") || name.startsWith("node_modules/"))).toEqual([]);
});
