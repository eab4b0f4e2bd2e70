// The command line as a person meets it: a process, its exit status and its two streams.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLab } from "./fixtures/run-lab.ts";
import { resultSchema } from "./result/result-schema.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const SUBNET = await claimSubnet();
const OWN_PROTOCOL = "examples/own-protocol/protocol.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-cli-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each([
  [["--bogus"], /^howdy-lab: there is no option --bogus\. Try --help\.\n$/],
  [
    ["nobody"],
    /^howdy-lab: no case is called "nobody"; there are 01-client-gui, 02-server-configuration, .*, and those of the folder chatroom, .*, and those of the folder people\n$/,
  ],
  [["offline"], /^howdy-lab: "offline" means more than one case: 10-single-user-offline, 11-multiple-users-offline\n$/],
  [["--testbed", "local", "--subnet", "10.8.0.0/31", "08"], /^--subnet "10\.8\.0\.0\/31": .*\n$/],
  [["report/08", "--level", "weak"], /^howdy-lab: --level: expected one of must, strict; got "weak"\. Try --help\.\n$/],
  [["probe"], /^howdy-lab: probe: expected one file: probe FILE\. Try --help\.\n$/],
  [
    ["--protocol", "missing.ts", "03"],
    /^howdy-lab: --protocol missing\.ts: cannot be loaded: Cannot find module .*\n$/,
  ],
  [
    ["--protocol", "lab/cs513/cs513.ts", "03"],
    /^howdy-lab: --protocol lab\/cs513\/cs513\.ts: expected a file that exports a const protocol, .*\n$/,
  ],
  [
    ["--protocol", OWN_PROTOCOL, "--protocol", OWN_PROTOCOL, "03"],
    /^howdy-lab: --protocol .*: expected a name and a port of its own; Shout has 7007\n$/,
  ],
  [
    ["probe", "examples/own-protocol/server.yaml"],
    /^howdy-lab: probe: expected a program of HCP; examples\/own-protocol\/server\.yaml speaks shout\n$/,
  ],
  [["probe", "missing.yaml"], /^missing\.yaml:1:1: expected a file that can be read; there is nothing of that name\n$/],
  [
    ["--server", "missing.yaml"],
    /^missing\.yaml:1:1: expected a file that can be read; there is nothing of that name\n$/,
  ],
  [
    ["matrix", "--client", "missing.yaml"],
    /^missing\.yaml:1:1: expected a file that can be read; there is nothing of that name\n$/,
  ],
  [["matrix", "--testbed", "local", "--subnet", "10.8.0.0/31"], /^--subnet "10\.8\.0\.0\/31": .*\n$/],
  [["missing.yaml"], /^missing\.yaml:1:1: expected a file that can be read; there is nothing of that name\n$/],
])("%j is the user's fault: one line on standard error, exit status 2", async (args, message) => {
  expect(await lab(...args)).toEqual({ status: 2, stdout: "", stderr: expect.stringMatching(message) });
});

test("every problem of every file is told before anything starts", async () => {
  const [one, two] = [join(folder, "one.yaml"), join(folder, "two.yaml")];
  await writeFile(one, "title: 5\nrequirements: []\ngiven: {}\nsteps: [{ title: x, Win72: [{ wiat: 1 }] }]\n");
  await writeFile(two, "[]\n");
  expect(await lab("--testbed", "local", one, two)).toEqual({
    status: 2,
    stdout: "",
    stderr: [
      `${one}:1:8: title: expected a text (in quotes if it looks like a number); got 5`,
      `${one}:4:29: steps[0].Win72[0]: expected one of start, connect, select, type, send, history, signIn, close, kill, restart, pause, resume; got "wiat"`,
      `${two}:1:1: expected a map; got a list`,
      "",
    ].join("\n"),
  });
});

test("the cases are listed without a bed", async () => {
  const { status, stdout } = await lab("--list", "8", "02");
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: "08  Whisper Message       requirements 1, 2, 4, 8, 10\n02  Server Configuration  requirements 4\n",
  });
});

test("a folder's cases are listed with their level and their clause, those of one level if that is asked for", async () => {
  const all = (await lab("--list", "conformance")).stdout.trimEnd().split("\n");
  const must = (await lab("--list", "conformance", "--level", "must")).stdout.trimEnd().split("\n");
  expect(all.length).toBeGreaterThan(must.length);
  expect(must.every((line) => / {2}must, PROTOCOL\.md \d/.test(line))).toBe(true);
});

test("a case that passes gives exit status 0, and a result that its schema takes", async () => {
  const out = join(folder, "pass");
  const { status, stdout } = await lab("--testbed", "local", "--subnet", SUBNET, "--out", out, "02", "03");
  expect(stdout).toMatch(/^Bed: (namespaces|loopback): /m);
  expect(stdout).toContain(`2 of 2 pass`);
  expect(stdout).toContain(`Report: ${out}\n`);
  expect(status).toBe(0);
  const result = resultSchema.parse(JSON.parse(await readFile(join(out, "result.json"), "utf8")));
  expect(result.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["02", "pass"],
    ["03", "pass"],
  ]);
  expect(await readFile(join(out, "03-single-client-connection", "Win71.log"), "utf8")).toContain(
    "A new client is connected",
  );
  expect(await readFile(join(out, "03-single-client-connection", "Win72.transcript.jsonl"), "utf8")).toContain(
    '"connect"',
  );
});

test("without a browser a case about a window is unsupported, which is told aloud and fails no run", async () => {
  const { status, stdout } = await lab(
    "--testbed",
    "local",
    "--subnet",
    SUBNET,
    "--out",
    join(folder, "none"),
    "01",
    "02",
  );
  expect(stdout).toContain("1 of 2 pass, 1 unsupported");
  expect(stdout).toContain(
    "expected  Win72 starts\n      seen      Win72 cannot open its window: HOWDY_BROWSER is /nowhere, ",
  );
  expect(stdout).toMatch(
    /^Unsupported: 01 Client GUI: Win72 cannot open its window: HOWDY_BROWSER is \/nowhere, which is no program: install Chrome .*$/m,
  );
  expect(status).toBe(0);
  const result = resultSchema.parse(JSON.parse(await readFile(join(folder, "none", "result.json"), "utf8")));
  expect(result.scenarios.map(({ verdict }) => verdict)).toEqual(["unsupported", "pass"]);
  expect(result.client).toMatch(/^howdy client .*, headless$/);
});

test("a run in which nothing passes is no success, even if nothing fails", async () => {
  const { status, stdout } = await lab("--testbed", "local", "--subnet", SUBNET, "--out", join(folder, "only"), "01");
  expect({ status, tally: /^\d+ of .*unsupported/m.exec(stdout)?.[0] }).toEqual({
    status: 1,
    tally: "0 of 1 pass, 1 unsupported",
  });
});

test("windows that were asked for by name and cannot be had are exit status 3, as a test bed is", async () => {
  const { status, stderr } = await lab("--testbed", "local", "--subnet", SUBNET, "--client", "web", "02");
  expect(status).toBe(3);
  expect(stderr).toMatch(/^--client web: HOWDY_BROWSER is \/nowhere, .*\n$/);
});

test("a case that fails gives exit status 1, and tells what was expected and seen", async () => {
  const file = join(folder, "fails.yaml");
  await writeFile(
    file,
    `title: Fails
requirements: []
given: { Win71: { server: {} }, Win72: { client: {} } }
steps:
  - title: A bad address is taken
    Win72: [{ connect: { address: nowhere, port: 20002 } }]
    expect: { Win72: { shows: You are going to connect … } }
`,
  );
  const { status, stdout } = await lab("--testbed", "local", "--subnet", SUBNET, "--out", join(folder, "fail"), file);
  expect(status).toBe(1);
  expect(stdout).toContain('expected  Win72 shows "You are going to connect …"');
  expect(stdout).toContain('seen      Win72 showed "The IP address or port number is not valid, please try again."');
  expect(stdout).toContain("last lines of Win72");
  expect(stdout).toContain("0 of 1 pass, 1 fail");
});

test("an interrupted run cleans up, writes what there is and gives exit status 130", async () => {
  const out = join(folder, "interrupted");
  let isTold = false;
  const { status, stdout } = await runLab(["--testbed", "local", "--subnet", SUBNET, "--out", out], (kill, told) => {
    // The first case has passed: most are still to come.
    if (isTold || !/^✔ /m.test(told)) return;
    isTold = true;
    kill("SIGINT");
  });
  expect(status).toBe(130);
  const result = resultSchema.parse(JSON.parse(await readFile(join(out, "result.json"), "utf8")));
  expect(result.scenarios.length).toBeLessThan(11);
  expect(stdout).toContain("not run");
});

function lab(...args: readonly string[]) {
  return runLab(args);
}

test("a run whose lines nobody reads any more ends without a stack, as after a signal", async () => {
  const { status, stderr } = await runLab(
    ["03", "04", "--testbed", "loopback", "--subnet", SUBNET, "--out", join(folder, "unread")],
    (_kill, _stdout, readNoMore) => readNoMore(),
  );
  expect({ status, stderr }).toEqual({ status: 143, stderr: "" });
});
