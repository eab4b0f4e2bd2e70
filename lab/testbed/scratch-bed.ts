// Owns a small repository for tests of the docker bed: a topology, and two Dockerfiles around one scripted program.
// It must not know a test. Invariant: its image names are its own, and gone with it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type Dockerode from "dockerode";
import { parseTopology, type Role, type Topology } from "../topology.ts";
import { unlessRefused } from "./engine.ts";
import type { ProgramSource, ProgramSources } from "./program-source.ts";

/** A host that tests can talk to: it says its name and addresses, gives back its input, and ends on command. */
const PROGRAM = `
import { networkInterfaces, hostname } from "node:os";
import { createInterface } from "node:readline";
const addresses = Object.values(networkInterfaces()).flat().filter((each) => !each.internal).map((each) => each.address);
console.error("on stderr");
console.log(JSON.stringify({ hostname: hostname(), addresses, args: process.argv.slice(2), test: process.env.HOWDY_TEST, uid: process.getuid() }));
process.on("SIGTERM", () => { console.log("flushed"); process.exit(0); });
const hold = setInterval(() => {}, 1000);
const input = createInterface({ input: process.stdin });
input.on("line", (line) => line.startsWith("exit ") ? process.exit(Number(line.slice(5))) : console.log(line));
input.on("close", () => { console.log("input ended"); clearInterval(hold); });
`;

export class ScratchRepository implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), "howdy-bed-"));
  readonly topology: Topology;
  /** The scripted program in both roles, for either bed. */
  readonly programs: ProgramSources;
  readonly #docker: Dockerode;
  readonly #imageBase = `howdy-lab-test-${basename(this.directory).slice(-6).toLowerCase()}`;

  /** @param network - The first three numbers of a /24 that nobody else uses, "10.9.30". */
  constructor(docker: Dockerode, network: string) {
    this.#docker = docker;
    this.write("program.mjs", PROGRAM);
    for (const role of ["server", "client"] as const) this.write(`Dockerfile.${role}`, this.dockerfile(role));
    const hosts = [71, 72, 73, 74].map((number) => this.#service(number, network)).join("");
    const compose = `services:\n${hosts}networks: { howdy: { ipam: { config: [{ subnet: ${network}.0/24 }] } } }\n`;
    this.topology = parseTopology(compose, "compose.yaml");
    this.programs = { server: this.#source("server"), client: this.#source("client") };
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  dockerfile(role: string): string {
    return (
      `FROM node:24-bookworm-slim\nLABEL role=${role} repository=${this.#imageBase}\n` +
      'COPY program.mjs /program.mjs\nUSER node\nENTRYPOINT ["node", "/program.mjs"]\n'
    );
  }

  async imageTags(role: string): Promise<readonly string[]> {
    const filters = { reference: [`${this.#imageBase}/${role}`] };
    return (await this.#docker.listImages({ filters })).flatMap((image) => image.RepoTags ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const tags = [...(await this.imageTags("server")), ...(await this.imageTags("client"))];
    for (const tag of tags) await unlessRefused(this.#docker.getImage(tag).remove({ force: true }), 404, 409);
    rmSync(this.directory, { recursive: true });
  }

  #source(role: Role): ProgramSource {
    const { directory } = this;
    const name = `${this.#imageBase}/${role}`;
    return {
      name: `scratch ${role} 1`,
      image: { kind: "dockerfile", name, dockerfile: `Dockerfile.${role}`, directory },
      command: { words: [process.execPath, "program.mjs"], directory },
    };
  }

  #service(number: number, network: string): string {
    const role = number === 71 ? "server" : "client";
    return (
      `  win${number}: { hostname: Win${number}, image: "${this.#imageBase}/${role}:local", ` +
      `build: { dockerfile: Dockerfile.${role} }, labels: { howdy.role: ${role} }, ` +
      `networks: { howdy: { ipv4_address: ${network}.${number} } } }\n`
    );
  }
}
