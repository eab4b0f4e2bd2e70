// Owns `npm run bench -- soak`: rounds in which people come, go and speak on three servers while these, their broker and the ways
// between are broken, each round from a seed of its own; then everything that was heard and kept is judged. It fails when a
// promise was broken, and tells what nobody can know.

import { parseArgs } from "node:util";
import { UsageError, wholeNumber } from "./options.ts";
import { areListsEqual, type Balance, balance } from "./soak/books.ts";
import { Chance } from "./soak/chance.ts";
import { FAULT_NAMES, FAULTS, type FaultName, killServer, type Scene, untilAllBack } from "./soak/faults.ts";
import { Person } from "./soak/person.ts";
import { race } from "./soak/races.ts";
import { Record } from "./soak/record.ts";
import { DEFECTS, type Defect, Servers, type SoakServer } from "./soak/servers.ts";
import { World } from "./soak/world.ts";

const SERVERS = 3;
const ROUNDS = 1;
const ROUNDS_MAX = 10_000;
const USERS = 18;
const USERS_MAX = 600;
const LEASE_S = 1;
/** What a server takes (src/server/limits.ts). */
const LEASE_S_MAX = 15;
const KILLS_MAX = 1000;
const MINUTES_MAX = 600;
const SEED_MAX = 2 ** 31;
/** Faults of a round, drawn from all. */
const FAULTS_OF_ROUND = 2;
/** Lines to all that are said a second by everybody together, and how many come and go. */
const LINES_PER_S = 30;
const LEAVE_EVERY = 8;
/** Each race is news to everybody. */
const RACE_MS_PER_USER = 3;
const CALM_MS = 500;
/** Lists are equal everywhere by then. */
const REST_MS = 30_000;

const HELP = `Usage: npm run bench -- soak [options]

Breaks a room of three servers and a NATS server in all the ways of docs/cluster.md, and judges what everybody heard.

  --seed N      of the first round; each further one has the next (default: the clock)
  --rounds N    1 to ${ROUNDS_MAX} (default ${ROUNDS})
  --users N     half of each version, 6 to ${USERS_MAX} (default ${USERS})
  --faults NAME,...  instead of those that the seed draws: ${FAULT_NAMES.join(", ")}
  --kills N     kill a server so many times instead of ${FAULTS_OF_ROUND} faults drawn from all, spread over --minutes
  --minutes N   1 to ${MINUTES_MAX} (default 10), with --kills
  --lines N     lines a second of all together, 1 to 1000 (default ${LINES_PER_S})
  --lease-s N   of the servers, 1 to ${LEASE_S_MAX} (default ${LEASE_S})
  --defect NAME servers with it in place of the real ones: it should fail then. ${DEFECTS.join(", ")}
  --help
`;

export interface SoakOptions {
  readonly seed: number;
  readonly users: number;
  readonly leaseS: number;
  readonly linesPerS: number;
  readonly defect: Defect | undefined;
  readonly kills: number | undefined;
  readonly minutes: number;
  /** In place of those that the seed draws. */
  readonly faults: readonly FaultName[] | undefined;
}

export interface Round extends Balance {
  readonly faults: readonly string[];
  readonly joins: number;
  readonly unknownJoins: number;
  readonly races: number;
  readonly backMs: number;
  /** What this machine was too busy to prove, in words. */
  readonly unproved: readonly string[];
}

/** Runs, prints, and says whether no promise was broken. */
export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return true;
  }
  const number = (name: keyof typeof values, least: number, most: number, usual: number): number =>
    wholeNumber(`--${name}`, String(values[name] ?? usual), least, most);
  const rounds = number("rounds", 1, ROUNDS_MAX, ROUNDS);
  const seed = number("seed", 0, SEED_MAX, Date.now() % SEED_MAX);
  const options = {
    users: number("users", 6, USERS_MAX, USERS),
    leaseS: number("lease-s", 1, LEASE_S_MAX, LEASE_S),
    linesPerS: number("lines", 1, 1000, LINES_PER_S),
    kills: values.kills === undefined ? undefined : number("kills", 1, KILLS_MAX, 1),
    minutes: number("minutes", 1, MINUTES_MAX, 10),
    defect: values.defect === undefined ? undefined : oneOf("--defect", DEFECTS, values.defect),
    faults: values.faults?.split(",").map((each) => oneOf("--faults", FAULT_NAMES, each)),
  };
  const all: Round[] = [];
  for (let index = 0; index < rounds; index += 1) {
    const round = await soak({ ...options, seed: seed + index });
    all.push(round);
    tell(`seed ${seed + index}`, round);
    for (const each of round.broken) print(`    ${each}`);
    for (const each of round.unproved) print(`    unknown: ${each}`);
  }
  if (rounds > 1)
    tell(`${rounds} rounds, ${all.filter(({ broken }) => broken.length > 0).length} of them broken`, sumOf(all));
  return all.every(({ broken }) => broken.length === 0);
}

/** One round. */
export async function soak(options: SoakOptions): Promise<Round> {
  const { seed, users, leaseS, linesPerS, defect, kills, minutes } = options;
  const chance = new Chance(seed, "faults");
  const faults = options.faults ?? chance.shuffle(FAULT_NAMES).slice(0, FAULTS_OF_ROUND);
  await using servers = await Servers.start({ count: SERVERS, leaseS, defect, random: chance.random });
  using world = new World({ servers, record: new Record(), seed, leaseMs: 1000 * leaseS });
  const pace = { sayMs: (1000 * users) / linesPerS, leaveEvery: LEAVE_EVERY };
  const people = Array.from({ length: users }, (_, at) => new Person(`user ${at}`, at % 2 === 0 ? 1 : 2, world, pace));
  const lives = [...people.map((person) => person.live(people)), race(world, RACE_MS_PER_USER * users)];
  await untilAllBack(world, people);
  const scene = { world, people, chance };
  if (kills === undefined) await breakAll(scene, faults);
  else await kill(scene, kills, minutes);
  const result = await rest(world, people);
  world.end();
  await Promise.all(lives);
  const { joins, unknownJoins, races, backMs, unproved } = world;
  const told = kills === undefined ? faults : [`${kills} kills in ${minutes} minutes`];
  return { ...result, faults: told, joins, unknownJoins, races, backMs, unproved };
}

async function breakAll(scene: Scene, faults: readonly FaultName[]): Promise<void> {
  const { world, people } = scene;
  for (const fault of faults) {
    await world.pause(CALM_MS);
    await FAULTS[fault](scene);
    await untilAllBack(world, people);
  }
  await world.pause(CALM_MS);
}

async function kill(scene: Scene, kills: number, minutes: number): Promise<void> {
  const { world } = scene;
  const startMs = performance.now();
  for (let count = 1; count <= kills; count += 1) {
    const dueMs = startMs + (count * minutes * 60_000) / (kills + 1);
    await world.pause(Math.max(CALM_MS, dueMs - performance.now()));
    await killServer(scene);
  }
  await world.pause(Math.max(CALM_MS, startMs + minutes * 60_000 - performance.now()));
}

/** Nobody does anything any more: all lists are one, and then what every server keeps is compared with what was said. */
async function rest(world: World, people: readonly Person[]): Promise<Balance> {
  world.isQuiet = true;
  await untilAllBack(world, people);
  const names = new Set(people.map(({ name }) => name));
  const areEqual = () =>
    areListsEqual(
      people.flatMap(({ call }) => call ?? []),
      names,
    );
  if (!(await world.until(areEqual, REST_MS))) world.missed(`7: lists differ after ${REST_MS / 1000} s of rest`);
  const histories = await Promise.all(world.servers.all.map((server, at) => read(world, server, `reader ${at}`)));
  return balance(
    world,
    histories.filter((history) => history !== undefined),
  );
}

/** What a server keeps of what was said. It may have to take part again before anybody can ask it. */
async function read(world: World, server: SoakServer, name: string) {
  for (const endMs = performance.now() + REST_MS; performance.now() < endMs; await world.pause(CALM_MS)) {
    const reader = world.call(2, name, server);
    const history = (await reader.outcome) === "named" ? await reader.history() : undefined;
    reader.close();
    if (history !== undefined) return history;
  }
  world.missed(`6: nobody can come to ${server.name} after ${REST_MS / 1000} s of rest`);
  return undefined;
}

function oneOf<Name extends string>(option: string, names: readonly Name[], text: string): Name {
  const known = names.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UsageError(`${option}: expected one of ${names.join(", ")}; got ${JSON.stringify(text)}`);
}

function sumOf(all: readonly Round[]): Round {
  const sum = (of: (round: Round) => number): number => all.reduce((total, round) => total + of(round), 0);
  return {
    faults: [],
    said: sum(({ said }) => said),
    ghosts: sum(({ ghosts }) => ghosts),
    stored: sum(({ stored }) => stored),
    answered: sum(({ answered }) => answered),
    unknown: sum(({ unknown }) => unknown),
    unknownStored: sum(({ unknownStored }) => unknownStored),
    joins: sum(({ joins }) => joins),
    unknownJoins: sum(({ unknownJoins }) => unknownJoins),
    races: sum(({ races }) => races),
    backMs: Math.max(...all.map(({ backMs }) => backMs)),
    broken: all.flatMap(({ broken }) => broken),
    unproved: all.flatMap(({ unproved }) => unproved),
  };
}

function tell(what: string, round: Round): void {
  const { faults, said, ghosts, stored, answered, unknown, unknownStored, joins, unknownJoins, races, backMs, broken } =
    round;
  const old = ghosts > 0 ? `; ${ghosts} lines of an old epoch` : "";
  const back = backMs > 0 ? `; back after a kill within ${(backMs / 1000).toFixed(1)} s` : "";
  const lines = `${said} lines, ${stored} stored, ${answered} answered, ${unknown} unknown (${unknownStored} of them stored)`;
  const people = `${joins} joins, ${unknownJoins} unknown, ${races} races for a name`;
  print(`${broken.length === 0 ? "ok" : "BROKEN"}  ${what}: ${[...faults, lines, people].join("; ")}${old}${back}`);
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    seed: text,
    rounds: text,
    users: text,
    kills: text,
    minutes: text,
    lines: text,
    faults: text,
    defect: text,
  };
  try {
    return parseArgs({ args: [...args], options: { ...options, "lease-s": text, help: { type: "boolean" } } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replaceAll("\n", " "), { cause: error });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
