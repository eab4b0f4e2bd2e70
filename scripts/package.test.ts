// Does what docs/anywhere.md tells: packs, installs into an empty folder, and judges a server there. Offline: the packages
// that package.json names as dependencies are there before npm comes, and no other, so that a missing one fails the install.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { $ } from "zx";
import { claimSubnet } from "../lab/testbed/fixtures/own-subnet.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TEST_MS_MAX = 120_000;
const SERVER = `name: my server
version: "1"
role: server
run:
  command: [node, node_modules/howdy-lab/dist/src/server/main.js]
  arguments: [--host, "{address}", --port, "{port}"]
`;
const PROGRAM_DOCKERFILES = ["Dockerfile.server", "Dockerfile.client", "lab/terminal-adapter/Dockerfile"];
/** What Node 24 has and Node 22 has not. */
const NEWER = /\b(?:RegExp\.escape|Promise\.try|Error\.isError|import\.meta\.main)\b/;

interface Packed {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

const PACKED: Packed = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** npm as a person gives it: what npm hands to its scripts would be the settings of the outer npm. */
const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.toLowerCase().startsWith("npm_")));

let folder: string;
let subnet: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-package-"));
  subnet = await claimSubnet();
  await mkdir(join(folder, "node_modules"));
  const names = [".bin", ...installedDependencies()];
  // Hard links where the system permits them: it is some 100 MB.
  const copy = $({ cwd: join(ROOT, "node_modules"), quiet: true });
  const target = join(folder, "node_modules");
  await copy`cp -al --parents ${names} ${target} 2> /dev/null || cp -a --parents ${names} ${target}`;
  await writeFile(join(folder, "my-server.yaml"), SERVER);
  const [packed = ""] = (
    await $({ cwd: ROOT, quiet: true, env })`npm pack --silent --pack-destination ${folder}`
  ).lines();
  await $({ cwd: folder, quiet: true, env })`npm install --offline --ignore-scripts --no-audit --no-fund ./${packed}`;
}, TEST_MS_MAX);

afterAll(() => rm(folder, { recursive: true }));

/** The names of all packages below `dependencies`, by the lock file, of which this system has something. */
function installedDependencies(): readonly string[] {
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    readFileSync(join(ROOT, "package-lock.json"), "utf8"),
  );
  return Object.entries(lock.packages).flatMap(([path, { dev }]) => {
    const name = /^node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)$/.exec(path)?.groups?.name;
    return name === undefined || dev === true || !existsSync(join(ROOT, path)) ? [] : [name];
  });
}

function howdyLab(...words: readonly string[]) {
  return $({ cwd: folder, quiet: true, nothrow: true, env })`npx --offline howdy-lab ${words}`;
}

test("an empty folder with the package in it has the lab's command", { timeout: TEST_MS_MAX }, async () => {
  const bed = ["--testbed", "local", "--subnet", subnet];
  const run = await howdyLab("08", ...bed, "--server", "my-server.yaml");
  expect(run.stderr).toBe("");
  expect(run.stdout).toContain("1 of 1 pass");
  expect(run.stdout).toContain("(npx howdy-lab conformance --level must --server my-server.yaml)");
  expect(await readFile(join(folder, "lab-report/latest/summary.md"), "utf8")).toContain("npx howdy-lab 08 --testbed");
  expect(await readFile(join(folder, "lab-report/latest/index.html"), "utf8")).toContain("my server");
  expect((await howdyLab("probe", "my-server.yaml", ...bed)).stdout).toContain("my server 1 keeps the contract");
  const matrix = await howdyLab("matrix", "08", ...bed, "--server", "my-server.yaml", "--out", "out");
  expect([matrix.exitCode, matrix.stderr]).toEqual([0, ""]);
  expect(readdirSync(join(folder, "out"))).toContain("index.html");
});

test("it says how it is called, and names no file by what it is in the repository", async () => {
  expect((await howdyLab("--help")).stdout).toMatch(/^Usage: npx howdy-lab \[CASES…\]/);
  const dist = join(folder, "node_modules/howdy-lab/dist");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => /\.tsx?$|\.test\.|fixtures/.test(file))).toEqual([]);
  const code = files
    .filter((file) => file.endsWith(".js"))
    .map((file) => [file, readFileSync(join(dist, file), "utf8")]);
  expect(code.length).toBeGreaterThan(300);
  expect(
    code.filter(([, text = ""]) => /["'`/]\S*\.tsx?["'`]/.test(text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, ""))),
  ).toEqual([]);
  expect(
    code.filter(([, text = ""]) => NEWER.test(text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, ""))).map(([file]) => file),
  ).toEqual([]);
});

test("an older Node is told in one line what is missing", async () => {
  const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.16.0' } })";
  const command = join(folder, "node_modules/howdy-lab/dist/lab/howdy-lab.mjs");
  const words = ["--import", `data:text/javascript,${encodeURIComponent(older)}`, command, "--help"];
  const { exitCode, stdout, stderr } = await $({ nothrow: true, quiet: true })`${process.execPath} ${words}`;
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^howdy-lab: expected Node 22\.17 or later; got \S+, \S+\n$/);
  expect(PACKED.engines.node).toBe(">=22.17");
});

test("images get the packages that programs import, and those alone", () => {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.|fixtures/.test(file),
  );
  const imported = sources.flatMap((file) => {
    const text = readFileSync(join(ROOT, "src", file), "utf8");
    return [
      ...text.matchAll(/(?:^(?:import|export) [^;]*?from |await import\()"(?<name>(?:@[^"/]*\/)?[^".][^"/]*)/gm),
    ].map(({ groups }) => groups?.name ?? "");
  });
  const packages = [...new Set(imported.filter((name) => !name.startsWith("node:")))].sort();
  for (const file of PROGRAM_DOCKERFILES) {
    const said = /'dependencies=(?<json>\{.*\})'/.exec(readFileSync(join(ROOT, file), "utf8"))?.groups?.json ?? "{}";
    expect(Object.keys(JSON.parse(said)).sort(), file).toEqual(packages);
  }
});
