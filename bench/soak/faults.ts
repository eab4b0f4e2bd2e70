// Owns what is done to a soak's room: the faults of the design, a function each, which settles when everything is as it was.
// What it promises while one lasts is looked at here; what people heard is judged elsewhere.

import type { Chance } from "./chance.ts";
import type { Person } from "./person.ts";
import type { Direction, SoakServer } from "./servers.ts";
import type { World } from "./world.ts";

/** A dead server's users are back within a lease and so much. */
const BACK_MS = 2000;
/** After any fault all are back by then, or never. */
const NEVER_MS = 60_000;
/** People who speak right before something happens. */
const BURST = 3;

/** What a fault is done to. */
export interface Scene {
  readonly world: World;
  readonly people: readonly Person[];
  readonly chance: Chance;
}

type Fault = (scene: Scene) => Promise<void>;

export const FAULTS = {
  "server-killed": killServer,
  "server-stopped": stopServer,
  "cut-to-broker": (scene) => cut(scene, "to-broker"),
  "cut-to-server": (scene) => cut(scene, "to-server"),
  "cut-both-ways": (scene) => cut(scene, "both"),
  "acks-lost": loseAcks,
  "acks-late": delayAcks,
  "broker-killed": (scene) => restartBroker(scene, "SIGKILL"),
  "broker-restarted": (scene) => restartBroker(scene, "SIGTERM"),
  "broker-paused": pauseBroker,
  "servers-restarted": restartServers,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** Everybody has a name and a connection. */
export async function untilAllBack(world: World, people: readonly Person[]): Promise<void> {
  world.stalledMs = 0;
  if (await world.until(() => people.every(({ call }) => call !== undefined), NEVER_MS)) return;
  const missing = people.filter(({ call }) => call === undefined).map(({ name }) => name);
  world.missed(`6: not back after ${NEVER_MS / 1000} s: ${missing.slice(0, BURST).join(", ")} (${missing.length})`);
}

/** In the middle of a burst, and its users are back elsewhere, soon. */
export async function killServer(scene: Scene): Promise<void> {
  const { world, people, chance } = scene;
  const server = pickUsed(scene);
  const users = people.filter((person) => person.isAt(server));
  for (let line = 0; line < BURST; line += 1) for (const user of users) user.speak();
  await world.pause(chance.between(0, 5));
  const deadMs = performance.now();
  await server.end("SIGKILL");
  await untilAllBack(world, users);
  const backMs = users.map(({ call }) => (call?.namedAtMs ?? performance.now()) - deadMs);
  const slowestMs = Math.max(0, ...backMs);
  world.backMs = Math.max(world.backMs, slowestMs);
  if (slowestMs > world.leaseMs + BACK_MS) {
    world.missed(`6: back after ${Math.round(slowestMs)} ms, with a lease of ${world.leaseMs} ms`);
  }
  await server.start();
}

/** Its users go elsewhere, and speak on both connections; when it goes on, it ends those that it had. */
async function stopServer(scene: Scene): Promise<void> {
  const { world, people } = scene;
  const server = pickUsed(scene);
  const users = people.filter((person) => person.isAt(server));
  const old = users.flatMap(({ call }) => call ?? []);
  for (const user of users) user.speak();
  server.freeze(true);
  for (const user of users) user.forsake(server);
  await world.pause(3 * world.leaseMs);
  await untilAllBack(world, users);
  const haveSpoken = () => {
    const ghosts = new Set([...world.said.values()].flatMap(({ isGhost, call }) => (isGhost ? [call] : [])));
    return old.every((call) => ghosts.has(call));
  };
  await world.until(haveSpoken, world.leaseMs);
  server.freeze(false);
  world.stalledMs = 0;
  if (await world.until(() => old.every(({ isOpen }) => !isOpen), world.leaseMs + BACK_MS)) return;
  world.missed(`6: ${server.name} goes on with users whom the others let go`);
}

/** A server that people are at. */
function pickUsed({ world, people, chance }: Scene): SoakServer {
  const used = world.servers.up.filter((server) => people.some((person) => person.isAt(server)));
  return chance.pick(used.length > 0 ? used : world.servers.up);
}

async function cut({ world, chance }: Scene, direction: Direction): Promise<void> {
  const server = chance.pick(world.servers.up);
  server.fault({ kind: "cut" }, direction);
  await world.pause(chance.between(0.2, 2.5) * world.leaseMs);
  if (chance.below(2) === 0) server.fault({ kind: "reset" });
  server.fault({ kind: "heal" });
}

/** What the broker says is held, and the connection breaks: again and again. */
async function loseAcks({ world, chance }: Scene): Promise<void> {
  const server = chance.pick(world.servers.up);
  for (let times = 0; times < BURST; times += 1) {
    server.fault({ kind: "cut" }, "to-server");
    await world.pause(chance.between(5, world.leaseMs / 4));
    server.fault({ kind: "reset" });
    server.fault({ kind: "heal" });
    await world.pause(chance.between(5, world.leaseMs / 2));
  }
}

async function delayAcks({ world, chance }: Scene): Promise<void> {
  const server = chance.pick(world.servers.up);
  const ms = chance.between(0, world.leaseMs / 2);
  server.fault({ kind: "delay", ms, jitter: ms / 2 }, "to-server");
  await world.pause(2 * world.leaseMs);
  server.fault({ kind: "heal" });
}

async function restartBroker({ world, chance }: Scene, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  await world.servers.broker.stop(signal);
  await world.pause(chance.between(0, 2) * world.leaseMs);
  await world.servers.broker.start();
}

async function pauseBroker({ world, chance }: Scene): Promise<void> {
  world.servers.broker.signal("SIGSTOP");
  await world.pause(chance.between(0.2, 2.5) * world.leaseMs);
  world.servers.broker.signal("SIGCONT");
}

async function restartServers({ world, people }: Scene): Promise<void> {
  for (const server of world.servers.all) {
    await server.end("SIGTERM");
    await server.start();
    await untilAllBack(world, people);
  }
}
