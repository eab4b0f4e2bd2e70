// docs/protocols.md, "A protocol of one's own", followed to the letter: its files, written anew, and its command.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runLab } from "./fixtures/run-lab.ts";
import { resultSchema } from "./result/result-schema.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = "examples/own-protocol";
const TEST_MS_MAX = 60_000;

const PAGE = await readFile(join(REPOSITORY, "docs/protocols.md"), "utf8");
const FILES = new Map(
  [...PAGE.matchAll(/^`examples\/own-protocol\/(\S+)`:\n\n```\w+\n(.*?)^```$/gms)].map(([, name = "", text = ""]) => [
    name,
    text,
  ]),
);
const [, COMMAND = ""] = /^npm run lab -- (--protocol .*)$/m.exec(PAGE) ?? [];

test("the page shows the example's files as they are", async () => {
  expect([...FILES.keys()]).toEqual(["protocol.ts", "server.py", "server.yaml", "hello.yaml"]);
  for (const [name, text] of FILES) expect(await readFile(join(REPOSITORY, FOLDER, name), "utf8"), name).toBe(text);
});

test("its files and its command are enough for a case that passes", { timeout: TEST_MS_MAX }, async () => {
  const { verdict, steps } = await follow((text) => text);
  expect(verdict).toBe("pass");
  expect(steps[1]?.seen).toContain('received TOLD "TOLD zoe Hello');
});

test.each([
  ["tells everybody what is for one", 'tell([to], f"TOLD', 'tell(users, f"TOLD', "TOLD zoe Hello"],
  ["tells nobody who goes", 'tell(users, f"WENT', 'tell([], f"WENT', "received nothing"],
])("a server that %s fails it", { timeout: TEST_MS_MAX }, async (_what, good, bad, seen) => {
  const { steps } = await follow((text) => text.replace(good, bad));
  expect(steps.find(({ verdict }) => verdict === "fail")?.seen).toContain(seen);
});

/** Writes the page's files into a folder of their own in this checkout, and gives the page's command for it. */
async function follow(change: (text: string) => string) {
  await mkdir(join(REPOSITORY, "lab-report"), { recursive: true });
  const folder = await mkdtemp(join(REPOSITORY, "lab-report/own-protocol-"));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(folder, { recursive: true }));
  for (const [name, text] of FILES) await writeFile(join(folder, name), change(text));
  const words = COMMAND.replaceAll(FOLDER, relative(process.cwd(), folder)).split(" ");
  const bed = ["--testbed", "local", "--wire", "off", "--timeout", "3", "--subnet", await claimSubnet()];
  const { stdout, stderr } = await runLab([...words, ...bed, "--out", join(folder, "report")]);
  const text = await readFile(join(folder, "report/result.json"), "utf8").catch(() => {
    throw new Error(`${stdout}${stderr}`);
  });
  const [scenario] = resultSchema.parse(JSON.parse(text)).scenarios;
  if (scenario === undefined) throw new Error("the case was not run");
  return scenario;
}
