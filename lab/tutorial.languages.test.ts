// Does what docs/scenarios.md tells a reader to do, in the page's order: files are saved, commands are given to a shell, and
// what the page shows must come. `…` on a line of its own stands for any lines. Times, beds and folders may be others.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { started } from "../src/fixtures/started.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TEST_MS_MAX = 120_000;

interface Block {
  readonly kind: "yaml" | "sh" | "console";
  readonly text: string;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-tutorial-"));
  await symlink(join(ROOT, "examples"), join(folder, "examples"));
  // `npm run lab -- ARGS` from a folder that is no checkout: on a bed that every machine has, beside other tests.
  await mkdir(join(folder, "bin"));
  const npm = join(folder, "bin", "npm");
  const lab = `exec ${started(join(ROOT, "lab/cli.ts"))
    .map((word) => `'${word}'`)
    .join(" ")} "$@"`;
  const own = `--testbed local --subnet ${await claimSubnet()} --out '${join(folder, "report")}'`;
  await writeFile(npm, `#!/bin/sh\nshift 3\ncase "$1" in --list) ${lab};; *) ${lab} ${own};; esac\n`);
  await chmod(npm, 0o755);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("a reader of docs/scenarios.md who does what it says sees what it shows", { timeout: TEST_MS_MAX }, async () => {
  const page = await readFile(join(ROOT, "docs/scenarios.md"), "utf8");
  const blocks = blocksOf(page);
  expect(blocks.filter(({ kind }) => kind === "console").length).toBeGreaterThan(4);
  for (const { kind, text } of blocks) {
    if (kind === "yaml") await save(text);
    else if (kind === "sh") expect(await shell(text)).toBe("");
    else for (const { command, shown } of commandsOf(text)) expectShown(command, await shell(command), shown);
  }
  expect(await shell("npm run lab -- my-cases")).toContain("5 of 5 pass");
});

test.each([
  ["a\n…\nc", "a\nb\nb\nc", true],
  ["a\n…", "a", true],
  ["…\nc", "a\nc\nd", false],
  ["a\nc", "a\nb\nc", false],
  ["x  pass  0.5 s", "x  pass   12.1 s", true],
  ["x  pass  0.5 s", "x  fail   12.1 s", false],
])("%j shows %j: %s", (shown, output, expected) => {
  expect(isShown(shown, output)).toBe(expected);
});

/** The page's blocks of code, in their order. */
function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(yaml|sh|console)\n(.*?)^```$/gms)].map(([, kind, text = ""]) => ({
    kind: kind as Block["kind"],
    text,
  }));
}

/** A file says in its first line where it is to be. */
async function save(text: string): Promise<void> {
  const path = /^# (?<path>my-\S+)$/m.exec(text)?.groups?.path;
  if (path === undefined) throw new Error(`expected a file's path as the first line of ${text}`);
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), text);
}

function commandsOf(text: string): readonly { readonly command: string; readonly shown: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...shown] = part.split("\n");
      return { command, shown: shown.join("\n") };
    });
}

/** What a shell prints that is given a command in the reader's folder; the two streams as one, as on a terminal. */
async function shell(command: string): Promise<string> {
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, HOWDY_BROWSER: "/nowhere" };
  const child = spawn("sh", ["-c", `{ ${command.trimEnd()}\n} 2>&1`], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, "close");
  return output;
}

function expectShown(command: string, output: string, shown: string): void {
  if (!isShown(shown, output)) expect(`$ ${command}\n${normal(output)}`).toBe(`$ ${command}\n${normal(shown)}`);
}

/** Without what differs from run to run: how long, on which bed, where the report is, and how wide that makes a column. */
function normal(text: string): string {
  return text
    .replace(/^… .* \(\d+ s\)\n/gm, "")
    .replace(/ +\d+\.\d s/g, " 0.0 s")
    .replace(/, on (docker|namespaces|loopback)$/gm, ", on a bed")
    .replace(/^Report: .*$/gm, "Report: a folder")
    .replace(/[ \t]+$/gm, "")
    .trim();
}

/** Whether an output is what is shown of it. */
function isShown(shown: string, output: string): boolean {
  const lines = normal(shown)
    .split("\n")
    .map((line) => (line === "…" ? "(?:.*\n)*?" : `${RegExp.escape(line)}\n`));
  return new RegExp(`^${lines.join("")}$`).test(`${normal(output)}\n`);
}
