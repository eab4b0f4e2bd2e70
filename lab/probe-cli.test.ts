// What the command line says of a file with a mistake and of a program that cannot be tested: a clear line, the right exit
// status, in bounded time, and nothing is left running.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULTS, type Fault, writeFaulty } from "./fixtures/faulty-programs.ts";
import { runLab } from "./fixtures/run-lab.ts";
import type { Role } from "./hosts/topology.ts";
import { OWN_FILES } from "./implementation/own.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

/** A program that says nothing is given 15 s to start; the rest is the lab's own, on a machine that has other work. */
const SILENT_MS_MAX = 25_000;
/** Less than that limit: it is not waited for. */
const PROMPT_MS_MAX = 12_000;
const TEST_MS_MAX = 60_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-probe-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("a file with a mistake is one line with its place and exit status 2, and nothing is started:", () => {
  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ["an unknown key", "adress: x", /:5:1: adress: expected name, version, role, run, .*; got "adress"$/],
    ["no YAML", "logs: [", /:\d:\d: expected /],
    [
      "a pattern that is none",
      'logs: [{ line: "(", means: x }]',
      /:5:16: logs\[0\]\.line: expected a regular expression/,
    ],
    [
      "a made-up case that it does not support",
      "unsupported: [{ case: howdy-made-up, why: x }]",
      /:5:23: unsupported\[0\]\.case: no case is called "howdy-made-up"; there are 01-client-gui, /,
    ],
    [
      "a made-up case that is known to fail",
      'known-failures: [{ case: "77", why: x }]',
      /:5:26: known-failures\[0\]\.case: no case is called "77"; there are 01-client-gui, /,
    ],
    [
      "a case by the path of a file that somebody made up",
      "unsupported: [{ case: scenarios/report/howdy-made-up.yaml, why: x }]",
      /:5:23: unsupported\[0\]\.case: expected a case by its number or name; got "scenarios\/report\/howdy-made-up\.yaml"$/,
    ],
    [
      "a folder in the place of a case",
      "known-failures: [{ case: report, why: x }]",
      /:5:26: known-failures\[0\]\.case: "report" means more than one case/,
    ],
  ];

  test.each(mistakes)("%s", async (what, line, problem) => {
    const file = join(folder, `${what.replaceAll(" ", "-")}.yaml`);
    await writeFile(file, `name: my server\nversion: "1"\nrole: server\nrun: { command: [./serve] }\n${line}\n`);
    for (const args of [
      ["probe", file],
      ["--server", file],
      ["matrix", "--server", file],
    ]) {
      const { status, stdout, stderr } = await runLab(args);
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: "" });
      expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(problem)]);
      expect(stderr.startsWith(file)).toBe(true);
    }
  });

  test("the other role's file", async () => {
    const { status, stderr } = await runLab(["--client", OWN_FILES.server]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `${OWN_FILES.server}:5:7: role: expected a client; got "server"\n`,
    });
  });

  test("every mistake of every file", async () => {
    const [server, client] = [join(folder, "s.yaml"), join(folder, "c.yaml")];
    await writeFile(server, "name: 5\nrole: server\n");
    await writeFile(client, "[]\n");
    const { status, stderr } = await runLab(["03", "--server", server, "--client", client]);
    expect(status).toBe(2);
    expect(stderr.match(/^.*\.yaml:\d+:\d+: \S/gm)).toHaveLength(4);
  });

  test("a bed that its file has nothing for", async () => {
    const file = join(folder, "image.yaml");
    await writeFile(file, 'name: my server\nversion: "1"\nrole: server\nrun: { image: my-server }\n');
    const { status, stderr } = await runLab(["probe", file, "--testbed", "local"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "my server 1 has no command for the local bed: give its file one under run, or use docker\n",
    });
  });
});

/** What a probe and a case's replay say of each. */
const SAID: Readonly<Record<Role, Readonly<Record<Fault, readonly [RegExp, RegExp]>>>> = {
  server: {
    "ends at once": [
      /^✘ starts and says .*: expected the line .* got: ended by itself, exit status 3: "no settings"\. Mend: see what/m,
      /seen {6}Win71 ended by itself, exit status 3: "no settings"$/m,
    ],
    "prints garbage": [
      /^✘ starts and says .* within 15 s; got: other lines, .*garbage" last\. Mend: print that line/m,
      /seen {6}Win71 did not within 15000 ms$/m,
    ],
    "never answers": [
      /^✘ starts and says .* within 15 s; got: no line at all\. Mend: print that line/m,
      /seen {6}Win71 did not within 15000 ms$/m,
    ],
  },
  client: {
    "ends at once": [
      /^✘ starts and answers .* got: ended before it answered anything, exit status 3: "no settings"\. Mend: see what/m,
      /seen {6}Win72 ended before it answered anything, exit status 3: "no settings"$/m,
    ],
    "prints garbage": [
      /^✘ starts and answers .* got: printed what is no event: .*\. Mend: print nothing but events/m,
      /seen {6}Win72 printed what is no event: /m,
    ],
    "never answers": [
      /^✘ starts and answers .* within 15 s; got: nothing\. Mend: read a JSON object a line/m,
      /seen {6}Win72 gave no answer within 15000 ms$/m,
    ],
  },
};

describe.concurrent.each(["server", "client"] as const)("a %s that", (role) => {
  test.each(Object.keys(FAULTS) as readonly Fault[])(
    "%s fails its probe and its cases, and is gone",
    async (fault) => {
      const [inProbe, inRun] = SAID[role][fault];
      const isWaitedFor = fault === "never answers" || (fault === "prints garbage" && role === "server");
      const msMax = isWaitedFor ? SILENT_MS_MAX : PROMPT_MS_MAX;
      const faulty = await writeFaulty(folder, role, FAULTS[fault]);
      const bed = async () => ["--testbed", "local", "--subnet", await claimSubnet(), "--timeout", "1"];
      const out = join(folder, `${role}-${fault}`);
      const startMs = Date.now();
      const [probed, run] = await Promise.all([
        runLab(["probe", faulty.file, ...(await bed())]),
        runLab(["03", `--${role}`, faulty.file, ...(await bed()), "--bare", "--out", out]),
      ]);
      expect(Date.now() - startMs).toBeLessThan(msMax);
      expect(await faulty.leftovers()).toEqual([]);
      expect(probed).toMatchObject({ status: 1, stdout: expect.stringMatching(inProbe), stderr: "" });
      expect(probed.stdout).toMatch(/^1 of 1 checks do not hold: docs\/contract\.md$/m);
      expect(run).toMatchObject({ status: 1, stdout: expect.stringMatching(inRun), stderr: "" });
      expect(run.stdout).toContain("0 of 1 pass, 1 fail");
    },
    TEST_MS_MAX,
  );

  test("is not there at all fails its probe and its cases", async () => {
    const file = join(folder, `${role}-missing.yaml`);
    await writeFile(file, `name: x\nversion: "1"\nrole: ${role}\nrun: { command: [./no-such-program] }\n`);
    const probed = await runLab(["probe", file, "--testbed", "local", "--subnet", await claimSubnet()]);
    expect(probed).toMatchObject({ status: 1, stderr: "" });
    expect(probed.stdout).toMatch(
      /^✘ starts.*: expected a program that starts; got: .*no-such-program cannot be started: /m,
    );
    const out = join(folder, `${role}-missing`);
    const run = await runLab([
      "03",
      `--${role}`,
      file,
      "--testbed",
      "local",
      "--subnet",
      await claimSubnet(),
      "--out",
      out,
    ]);
    expect(run).toMatchObject({ status: 1, stderr: "" });
    expect(run.stdout).toMatch(/seen {6}Win7[12] .*no-such-program cannot be started: there is nothing of that name/);
  });
});

test.each(["server", "client"] as const)("the project's own %s keeps the contract: exit status 0", async (role) => {
  const { status, stdout } = await runLab([
    "probe",
    OWN_FILES[role],
    "--testbed",
    "local",
    "--subnet",
    await claimSubnet(),
  ]);
  expect(stdout).toMatch(new RegExp(`^howdy ${role} \\S+ keeps the contract: \\d checks hold$`, "m"));
  expect(status).toBe(0);
});

test.each([
  ["while it asks for something", "✔ starts"],
  ["while it stops a program", "✘ accepts"],
])("a probe that is interrupted %s cleans up and gives exit status 130, without a stack", async (_when, line) => {
  const stubborn = "echo 'Server is started and listening.'; trap '' TERM; sleep MARK & sleep MARK";
  const faulty = await writeFaulty(folder, "server", stubborn);
  const running = Promise.withResolvers<readonly string[]>();
  let isTold = false;
  const args = ["probe", faulty.file, "--testbed", "local", "--subnet", await claimSubnet()];
  const end = await runLab(args, (kill, stdout) => {
    if (isTold || !stdout.includes(line)) return;
    isTold = true;
    running.resolve(faulty.leftovers().finally(() => kill("SIGINT")));
  });
  expect(await running.promise).not.toEqual([]);
  expect(end).toMatchObject({ status: 130, stderr: "" });
  expect(await faulty.leftovers()).toEqual([]);
});
