// Holds that `docker compose up` runs the sources beside its compose.yaml, also where an image of the same name is there.
// Two folders have the project's own compose.yaml, and programs of one line in the place of the server.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { $ } from "zx";
import { claimNetwork } from "../lab/testbed/fixtures/own-subnet.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const folder = await mkdtemp(join(tmpdir(), "howdy-room-"));
/** Also the images' names: nobody's room is touched. */
const project = basename(folder).toLowerCase();
const network = await claimNetwork();

afterAll(async () => {
  await compose(["down", "--volumes", "--rmi", "all", "--timeout", "0"]);
  // The first image has lost its name to the second.
  await $({ quiet: true })`docker image prune --force --filter label=com.docker.compose.project=${project}`;
  await rm(folder, { recursive: true });
});

test("a room runs what its folder has, not what an image of the same name has", async () => {
  expect(await upWith("the first clone")).toBe("the first clone\n");
  expect(await upWith("another clone, or a changed source")).toBe("another clone, or a changed source\n");
  const unchanged = await imageId();
  await compose(["up", "--wait", "win71"]);
  expect(await imageId()).toBe(unchanged);
});

/** Starts the server with that source, and gives what it says. */
async function upWith(source: string): Promise<string> {
  const text = await readFile(join(ROOT, "compose.yaml"), "utf8");
  await writeFile(join(folder, "compose.yaml"), text.replaceAll("howdy-lab/", `${project}/`));
  await writeFile(
    join(folder, "own.yaml"),
    `services:
  win71: { ports: !reset [], networks: { howdy: { ipv4_address: ${network}.116 } } }
networks:
  howdy: { ipam: !override { config: [{ subnet: ${network}.0/24 }] } }
`,
  );
  await writeFile(join(folder, "source"), `${source}\n`);
  await writeFile(
    join(folder, "Dockerfile.server"),
    `FROM node:24-bookworm-slim
COPY source /source
HEALTHCHECK --interval=1s CMD true
CMD ["sleep", "infinity"]
`,
  );
  await compose(["up", "--wait", "win71"]);
  return compose(["exec", "--no-TTY", "win71", "cat", "/source"]);
}

function imageId(): Promise<string> {
  return compose(["images", "--quiet", "win71"]);
}

async function compose(args: readonly string[]): Promise<string> {
  const { stdout } = await $({
    cwd: folder,
    quiet: true,
  })`docker compose --project-name ${project} --file compose.yaml --file own.yaml ${args}`;
  return stdout;
}
