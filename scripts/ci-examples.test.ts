// Holds that action.yml and the workflows of examples/ci are what GitHub and GitLab take, by their schemas, and that the
// action gives the command that its inputs ask for.

import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { validateAction, validateWorkflow } from "@action-validator/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { $ } from "zx";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WORKFLOWS = ["examples/ci/github-judge.yml", "examples/ci/github-grade.yml"];

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly { readonly id?: string; readonly run?: string; readonly env?: Inputs }[] };
}
type Inputs = Readonly<Record<string, string>>;

const ACTION: Action = parse(read("action.yml"));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-ci-"));
});

afterAll(() => rm(folder, { recursive: true }));

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

test.each(WORKFLOWS)("GitHub takes %s, and the action has the inputs that it gives", (file) => {
  expect(validateWorkflow(read(file)).errors).toEqual([]);
  const { jobs }: { jobs: Record<string, { steps: { uses: string; with?: Inputs }[] }> } = parse(read(file));
  const given = Object.values(jobs).flatMap(({ steps }) =>
    steps.filter(({ uses }) => uses.includes("/howdy-lab@")).flatMap((step) => Object.keys(step.with ?? {})),
  );
  expect(given.length).toBeGreaterThan(3);
  expect(given.filter((name) => ACTION.inputs[name] === undefined)).toEqual([]);
});

test("GitHub takes action.yml, and not what is no action or no workflow", () => {
  expect(validateAction(read("action.yml")).errors).toEqual([]);
  expect(validateAction(read("action.yml").replace("using: composite", "using: lab")).errors).not.toEqual([]);
  expect(validateWorkflow(read(WORKFLOWS[0] ?? "").replace("runs-on:", "runs:")).errors).not.toEqual([]);
});

test("GitLab takes examples/ci/gitlab-ci.yml, and not what is none", async () => {
  await cp(join(ROOT, "examples/ci/gitlab-ci.yml"), join(folder, "ci.yml"));
  // Jobs are told with the variables of a commit.
  const git = $({ cwd: folder, quiet: true });
  await git`git init --quiet && git remote add origin https://gitlab.invalid/class/room.git`;
  await git`git -c user.name=Jon -c user.email=jon@example.invalid commit --quiet --allow-empty --message Howdy`;
  const list = (file: string, ...words: readonly string[]) =>
    $({
      cwd: folder,
      quiet: true,
      nothrow: true,
      preferLocal: ROOT,
    })`gitlab-ci-local --file ${file} --list-json ${words}`;
  const namesOf = (json: string) =>
    (JSON.parse(json) as { name: string; when: string }[]).flatMap(({ name, when }) =>
      when === "never" ? [] : [name],
    );
  expect(namesOf((await list("ci.yml")).stdout)).toEqual(["judge"]);
  const graded = await list("ci.yml", "--variable", "GRADE=1");
  expect(namesOf(graded.stdout)).toEqual(["grade: [1/4]", "grade: [2/4]", "grade: [3/4]", "grade: [4/4]", "merge"]);
  await writeFile(
    join(folder, "wrong.yml"),
    read("examples/ci/gitlab-ci.yml").replace("timeout: 2 hours", "timeout: [2]"),
  );
  expect((await list("wrong.yml")).stderr).toContain("json-schema-validation");
});

test.each([
  [{ server: "my-server.yaml" }, ["--server", "my-server.yaml", "--out", "howdy-lab-report"]],
  [{ cases: "08 people", arguments: "--repeat 2" }, ["08", "people", "--out", "howdy-lab-report", "--repeat", "2"]],
  [{ command: "probe", cases: "a.yaml" }, ["probe", "a.yaml"]],
  [
    { command: "matrix", server: "a.yaml b.yaml" },
    ["matrix", "--server", "a.yaml", "--server", "b.yaml", "--out", "howdy-lab-report"],
  ],
  [
    { command: "grade", cases: "hand-ins", rubric: "my rubric.yaml", shard: "2/4", report: "part" },
    ["grade", "hand-ins", "--rubric", "my rubric.yaml", "--shard", "2/4", "--out", "part"],
  ],
  [{ server: "$(touch x);*" }, ["--server", "$(touch", "--server", "x);*", "--out", "howdy-lab-report"]],
] as const)("of the inputs %j the action makes %j", async (inputs: Inputs, words) => {
  expect(await wordsFor(inputs)).toEqual(words);
});

/** What the action's script hands to the lab, in whose place stands a program that prints its words. */
async function wordsFor(inputs: Inputs): Promise<unknown> {
  const { env = {}, run = "" } = ACTION.runs.steps.find(({ id }) => id === "lab") ?? {};
  const inputOf = (text: string) => {
    const name = /^\$\{\{ inputs\.(?<name>\w+) \}\}$/.exec(text)?.groups?.name ?? "";
    return inputs[name] ?? ACTION.inputs[name]?.default;
  };
  const given = Object.fromEntries(Object.entries(env).map(([name, text]) => [name, inputOf(text)]));
  await $`mkdir -p ${join(folder, "lab")}`;
  await writeFile(join(folder, "lab/howdy-lab.mjs"), "console.log(JSON.stringify(process.argv.slice(2)))");
  await writeFile(join(folder, "step.sh"), run);
  const variables = { ...process.env, ...given, GITHUB_ACTION_PATH: folder, GITHUB_OUTPUT: join(folder, "output") };
  // As GitHub's runners call it.
  const { stdout } = await $({
    cwd: folder,
    quiet: true,
    env: variables,
  })`bash --noprofile --norc -eo pipefail step.sh`;
  expect(await readFile(join(folder, "output"), "utf8")).toContain(`report=${given.REPORT}\n`);
  return JSON.parse(stdout);
}
