// What the command line says of images that are not there, cannot be built or hold a program that cannot be tested: a
// clear line, the right exit status, and nothing is left on the engine.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLab, withoutProgress } from "./fixtures/run-lab.ts";
import { RUN_LABEL } from "./machine/run-labels.ts";
import { BedLanes } from "./testbed/fixtures/bed-lanes.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const SUBNET = await claimSubnet();
const LANES = await BedLanes.claim();
/** What the project's own images are made of, so it is there. */
const NODE_IMAGE = "node:24-bookworm-slim";
const ABSENT_IMAGE = "howdy-lab-test-absent/server:1";
const TEST_MS_MAX = 90_000;

const FAULTS = {
  "ends at once": "console.error('no settings'); process.exit(3)",
  "prints garbage": "process.stdout.write('x\\u001b[2J\\n{garbage\\n'); setInterval(() => {}, 1000)",
  "never answers": "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)",
} as const;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-probe-docker-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each([
  ["docker", ["probe"]],
  ["auto", ["probe"]],
  ["docker", ["03", "--server"]],
] as const)(
  "with the %s bed, %j of an image that is not there is exit status 2, with the command that gets it",
  async (bed, words) => {
    const file = await writeServer("absent", `{ image: "${ABSENT_IMAGE}" }`);
    const end = await runLab([...words, file, "--testbed", bed, "--subnet", SUBNET]);
    const told = `faulty server 1: the image ${ABSENT_IMAGE} is not there: \`docker pull ${ABSENT_IMAGE}\` gets it\n`;
    expect(withoutProgress(end)).toEqual({ status: 2, stdout: "", stderr: told });
  },
);

test("a Dockerfile that is not there is the file's mistake, also where a command could run in its place", async () => {
  const file = await writeServer("undockered", "{ dockerfile: Dockerfile.absent, command: [sh] }");
  const end = await runLab(["probe", file, "--subnet", SUBNET]);
  const told = `faulty server 1: the Dockerfile ${join(folder, "Dockerfile.absent")} is not there\n`;
  expect(withoutProgress(end)).toEqual({ status: 2, stdout: "", stderr: told });
});

test("a Dockerfile that cannot be built is exit status 3, with the builder's last lines", {
  timeout: TEST_MS_MAX,
}, async () => {
  await writeFile(join(folder, "Dockerfile"), `FROM ${NODE_IMAGE}\nRUN echo went wrong && exit 5\n`);
  const file = await writeServer("unbuilt", "{ dockerfile: Dockerfile }");
  const { status, stderr } = await runLab(["probe", file, "--testbed", "docker", "--subnet", SUBNET]);
  expect(status).toBe(3);
  expect(stderr).toMatch(/^the image howdy-lab\/faulty-server cannot be built from Dockerfile: .*code: 5\n/);
  expect(stderr).toContain("\n  went wrong\n");
});

test("an image with a CMD in the place of an ENTRYPOINT is told so, by the probe and by a case", {
  timeout: TEST_MS_MAX,
}, async () => {
  await writeFile(join(folder, "Dockerfile.cmd"), `FROM ${NODE_IMAGE}\nENTRYPOINT []\nCMD ["node"]\n`);
  const file = await writeServer("cmd", '{ dockerfile: Dockerfile.cmd, arguments: ["--host", "{address}"] }');
  const bed = ["--testbed", "docker", "--subnet", SUBNET];
  const said = "its image has no ENTRYPOINT: the arguments of its file took the place of its CMD";
  const mend = 'write ENTRYPOINT ["…"] in the place of CMD in its Dockerfile';
  expect((await runLab(["probe", file, ...bed])).stdout).toContain(`Mend: ${said}: ${mend}`);
  const { stdout } = await runLab(["03", "--server", file, ...bed, "--bare", "--out", join(folder, "cmd")]);
  expect(stdout).toContain(`cause     ${said}\n      mend      ${mend}`);
});

test.concurrent.each([
  ["server", "ends at once", /got: ended by itself, exit status 3: "no settings"\./],
  ["server", "never answers", /within 15 s; got: no line at all\./],
  ["client", "ends at once", /got: ended before it answered anything, exit status 3: "no settings"\./],
  ["client", "prints garbage", /got: printed what is no event: /],
  ["client", "never answers", /within 15 s; got: nothing\./],
] as const)("a %s in a container that %s is told, and gone", { timeout: TEST_MS_MAX }, async (role, fault, said) => {
  const words = JSON.stringify(["node", "-e", FAULTS[fault]]);
  const file = await writeServer(`${role}-${fault}`, `{ image: "${NODE_IMAGE}", arguments: ${words} }`, role);
  const { status, stdout, stderr } = await LANES.run((subnet) =>
    runLab(["probe", file, "--testbed", "docker", "--subnet", subnet]),
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^✘ starts.*: expected .*${said.source}`, "m"));
  const [, run = ""] = /\(run (\w+)\)/.exec(stdout) ?? [];
  expect(run).not.toBe("");
  expect(await listLeftovers(run)).toBe("");
});

async function writeServer(name: string, run: string, role = "server"): Promise<string> {
  const file = join(folder, `${name.replaceAll(" ", "-")}.yaml`);
  await writeFile(file, `name: faulty ${role}\nversion: "1"\nrole: ${role}\nrun: ${run}\n`);
  return file;
}

/** What is on the engine with a run's label. */
async function listLeftovers(run: string): Promise<string> {
  const filter = ["--quiet", "--filter", `label=${RUN_LABEL}=${run}`];
  const ask = promisify(execFile);
  const ends = await Promise.all([
    ask("docker", ["ps", "--all", ...filter]),
    ask("docker", ["network", "ls", ...filter]),
  ]);
  return ends.map(({ stdout }) => stdout).join("");
}
