// Owns `npm run bench -- hcp2`: what the server delivers in version 2, with a data folder and without, how many lines it stores
// a second, and how soon all see all when a thousand people come at once.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hcp2People } from "./hcp2-people.ts";
import { HELP, readOptions } from "./options.ts";
import { startServer } from "./programs.ts";
import { compare, type Entrant, FLOOR, QUIET } from "./server.ts";

const SPEED_MIN = { one: 0.7, stream: 0.7 } as const;

/** Who writes lines that are stored, how many each has under way, and how many there are in all. */
const WRITERS = 4;
const UNDER_WAY = 512;
const STORED_LINES = 100_000;
const STORED_PER_S_MIN = 20_000;

const STORM_PEOPLE = 1000;
const STORM_MS_MAX = 300;

/** Measures, prints, and says whether every target was reached. */
export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), "howdy-bench-"));
  try {
    print(
      `Version 2, texts of 100 bytes, 8 senders, medians of ${options.rounds} rounds; in brackets: of the floor's.\n`,
    );
    const flags = [...QUIET, "--data", join(folder, "compared")];
    const entrants: readonly Entrant[] = [
      FLOOR,
      { name: "server", program: { folder: process.cwd(), flags: QUIET }, wire: "hcp2", speedMin: SPEED_MIN },
      { name: "server with its data", program: { folder: process.cwd(), flags }, wire: "hcp2", speedMin: {} },
    ];
    let ok = true;
    for (const clients of options.clients) {
      rmSync(join(folder, "compared"), { recursive: true, force: true });
      ok = (await compare(clients, options, entrants)) && ok;
    }
    ok = (await measureStored(join(folder, "stored"))) && ok;
    return (await measureStorm()) && ok;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines that were answered, which they are once they are on the disk. */
async function measureStored(data: string): Promise<boolean> {
  const program = { folder: process.cwd(), flags: [...QUIET, "--data", data] };
  await using server = await startServer(program, "pipe");
  await using people = await Hcp2People.connect(server.port, WRITERS);
  await people.joinAll();
  const ms = await people.sayAll(STORED_LINES, UNDER_WAY);
  const perS = (STORED_LINES * 1000) / ms;
  const told = `stored: ${Math.round(perS).toLocaleString("en")} lines/s, each answered behind the disk's sync`;
  print(`\n${told}; ${WRITERS} writers, ${UNDER_WAY} under way each`);
  return tellTarget(perS >= STORED_PER_S_MIN, `at least ${STORED_PER_S_MIN.toLocaleString("en")} lines/s`);
}

/** From the last greeting until everybody knows of everybody. */
async function measureStorm(): Promise<boolean> {
  await using server = await startServer({ folder: process.cwd(), flags: QUIET }, "pipe");
  await using people = await Hcp2People.connect(server.port, STORM_PEOPLE);
  const ms = await people.joinAll();
  print(`\njoin storm: ${STORM_PEOPLE} people; all see all ${Math.round(ms)} ms behind the last one's greeting`);
  return tellTarget(ms <= STORM_MS_MAX, `at most ${STORM_MS_MAX} ms`);
}

function tellTarget(isReached: boolean, target: string): boolean {
  print(`${isReached ? "ok" : "MISSED"}: ${target}`);
  return isReached;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
