// The examples in other languages, put under test as anybody's programs are: by their files, from the command line. What
// they show is that the contract is not shaped around one implementation.

import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLab } from "./fixtures/run-lab.ts";
import { resultSchema } from "./result/result-schema.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const SERVER = fileURLToPath(new URL("../examples/python-server/server.yaml", import.meta.url));
/** Of both versions, written from PROTOCOL.md alone. */
const SERVER_2 = fileURLToPath(new URL("../examples/python-server-2/server.yaml", import.meta.url));
const CLIENT = fileURLToPath(new URL("../examples/perl-client/client.yaml", import.meta.url));
/** Case 01 is about the window, which the client's file says it has not. */
const CASES = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"] as const;
/** The cases of accounts, search and read marks, which the server of both versions does not name in its hello. */
const NOT_OFFERED = [
  "hellos-differ",
  "history-of-an-owner",
  "read-marks",
  "read-marks-welcome",
  "registered-names",
  "registered-names-alike",
  "search",
  "search-pages",
  "sign-in",
  "sign-in-owner",
  "unregister",
] as const;
const TEST_MS_MAX = 120_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-languages-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("the Python server with the Perl client passes the report's cases, and has no window to show", {
  timeout: TEST_MS_MAX,
}, async () => {
  const result = await run("report", "--server", SERVER, "--client", CLIENT);
  expect(result.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["01", "unsupported"],
    ...CASES.map((id) => [id, "pass"]),
  ]);
  expect(result).toMatchObject({ server: "minimal Python server 1", client: "minimal Perl client 1, headless" });
});

test.each([
  ["server", SERVER],
  ["client", CLIENT],
] as const)(
  "the %s passes every conformance case that the report itself asks for",
  { timeout: TEST_MS_MAX },
  async (role, file) => {
    const result = await run(`must-${role}`, "conformance", "--level", "must", `--${role}`, file);
    expect(result.scenarios.filter(({ verdict }) => verdict !== "pass").map(({ id }) => id)).toEqual([]);
  },
);

test("the server of both versions passes every case of version 2, and is not asked for what it does not offer", {
  timeout: TEST_MS_MAX,
}, async () => {
  const cases = fileURLToPath(new URL("../scenarios/hcp2/", import.meta.url));
  const files = (await readdir(cases)).filter((file) => file.endsWith(".yaml")).map((file) => join(cases, file));
  const result = await run("version-2", ...files, "--server", SERVER_2);
  const others = result.scenarios.filter(({ verdict }) => verdict !== "pass");
  expect(others.map(({ id, verdict }) => `${id} ${verdict}`).sort()).toEqual(
    NOT_OFFERED.map((id) => `${id} unsupported`),
  );
});

test("the server of both versions passes the report's cases, and has no console to ask on", {
  timeout: TEST_MS_MAX,
}, async () => {
  const result = await run("version-1", ...CASES, "--server", SERVER_2);
  expect(result.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual(
    CASES.map((id) => [id, id === "02" ? "unsupported" : "pass"]),
  );
});

test.each([SERVER, SERVER_2, CLIENT])("%s keeps the contract", { timeout: TEST_MS_MAX }, async (file) => {
  const { status, stdout } = await runLab(["probe", file, "--testbed", "local", "--subnet", await claimSubnet()]);
  expect(stdout).toContain("keeps the contract");
  expect(status).toBe(0);
});

test("the contract's script for a server that only asks keeps the contract", { timeout: TEST_MS_MAX }, async () => {
  const contract = await readFile(new URL("../docs/contract.md", import.meta.url), "utf8");
  const [, script = ""] = /^```sh\n(.*?)^```$/ms.exec(contract) ?? [];
  const [, yaml = ""] = /^```yaml\n(name: the report's server\n.*?)^```$/ms.exec(contract) ?? [];
  await writeFile(join(folder, "serve.sh"), script, { mode: 0o755 });
  await writeFile(join(folder, "serve.yaml"), yaml);
  await copyFile(new URL("../examples/python-server/server.py", import.meta.url), join(folder, "HowdyServer.py"));
  const { status, stdout } = await runLab([
    "probe",
    join(folder, "serve.yaml"),
    "--testbed",
    "local",
    "--subnet",
    await claimSubnet(),
  ]);
  expect(stdout).toContain("the report's server 1 keeps the contract");
  expect(status).toBe(0);
});

async function run(name: string, ...args: readonly string[]) {
  const out = join(folder, name);
  const { stdout } = await runLab([...args, "--testbed", "local", "--subnet", await claimSubnet(), "--out", out]);
  const text = await readFile(join(out, "result.json"), "utf8").catch(() => {
    throw new Error(stdout);
  });
  return resultSchema.parse(JSON.parse(text));
}
