// Owns `npm run bench -- server`: what the server delivers, and what a delivery costs it, against the floor in the same
// minute. Every server and its load are processes of their own; CPU is what the kernel accounts to them.

import { measureMemory } from "./memory.ts";
import { HELP, LOADS, type LoadName, type Options, readOptions } from "./options.ts";
import { cpuMs, type Load, type Program, type RunningServer, startLoad, startServer } from "./programs.ts";
import type { WireName } from "./wire.ts";

/** No gap, and a log of warnings. */
export const QUIET = ["--message-gap-ms", "0", "--log-level", "warn"] as const;

const ROUND_MS = 400;
/** A server that has just started is not yet compiled for what it does most. */
const WARM_UP_MS = 1500;
const LATENCY_MS = 2000;
/** How many clients there are when latency is measured, and which part of the server's throughput the load is. */
const LATENCY_CLIENTS = 60;
const LATENCY_SHARE = 0.1;
/** Above this part of a core the load, not the server, is what is measured. */
const LOAD_BUSY_MAX = 0.9;

/** The part of the floor's throughput that a load must reach at least. */
type SpeedMin = Partial<Readonly<Record<LoadName, number>>>;

/** What is measured beside others. */
export interface Entrant {
  readonly name: string;
  readonly program: Program;
  readonly wire: WireName;
  readonly speedMin: SpeedMin;
}

const FLOOR_NAME = "floor";
export const FLOOR: Entrant = { name: FLOOR_NAME, program: "floor", wire: "bare", speedMin: {} };
const SERVER = "server";
const LOGGING = "server with its log";
/**
 * The least part of the floor's throughput. Loads that wait for the end of a burst have none: version 1 has no lengths, so
 * the end of a burst's last message is known by 10 ms of silence only (PROTOCOL.md, "Reading"), and that wait is what
 * they measure.
 */
const SPEED_MIN: SpeedMin = { one: 0.85, stream: 0.7 };
const LOGGING_SPEED_MIN: SpeedMin = { one: 0.65, stream: 0.4 };

/** A server and the load beside it, both there from the first round to the last. */
interface Contender extends Entrant {
  readonly server: RunningServer;
  readonly load: Load;
}

interface Measurement {
  readonly deliveriesPerS: number;
  readonly cpuUsPerDelivery: number;
  /** Parts of a core. */
  readonly serverBusy: number;
  readonly loadBusy: number;
  readonly wrong: number;
}

/** Measures, prints, and says whether every target was reached. */
export async function run(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return true;
  }
  print(`Texts of 100 bytes, gap 0, 8 senders, medians of ${options.rounds} rounds; in brackets: of the floor's.`);
  print(`"${SERVER}" logs from warn on; "${LOGGING}" logs from info on, into a pipe that is read.`);
  print(`A core's part is of one core; with "!" the load was too busy, and it is what was measured.\n`);
  let ok = true;
  for (const clients of options.clients) ok = (await compare(clients, options, entrants(options.against))) && ok;
  return (await measureMemory()) && ok;
}

/** Measures all of them round by round with so many clients, prints, and says whether each reached its part. */
export async function compare(
  clients: number,
  { loads, rounds }: Pick<Options, "loads" | "rounds">,
  entrants: readonly Entrant[],
): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const entrant of entrants) {
    const server = stack.use(await startServer(entrant.program, "pipe"));
    const load = stack.use(await startLoad([server.port], clients, entrant.wire));
    contenders.push({ ...entrant, server, load });
  }
  let ok = true;
  print(row([`${clients} clients`, "", "deliveries/s", "CPU µs/delivery", "server's core", "load's core", "wrong"]));
  for (const load of loads) {
    const measured = await measureInTurn(contenders, load, rounds);
    ok = tell(load, measured, entrants) && ok;
    if (load === "one" && clients === LATENCY_CLIENTS) {
      const perS = median(measured.get(SERVER) ?? [], (one) => one.deliveriesPerS) / (clients - 1);
      await tellLatency(contenders, perS * LATENCY_SHARE, rounds);
    }
  }
  return ok;
}

function entrants(against: string | undefined): readonly Entrant[] {
  const pair = (folder: string, suffix: string): readonly Entrant[] => [
    { name: SERVER + suffix, program: { folder, flags: QUIET }, wire: "hcp1", speedMin: suffix ? {} : SPEED_MIN },
    {
      name: LOGGING + suffix,
      program: { folder, flags: ["--message-gap-ms", "0"] },
      wire: "hcp1",
      speedMin: suffix ? {} : LOGGING_SPEED_MIN,
    },
  ];
  return [FLOOR, ...pair(process.cwd(), ""), ...(against === undefined ? [] : pair(against, ", other"))];
}

type Measured = ReadonlyMap<string, readonly Measurement[]>;

async function measureInTurn(contenders: readonly Contender[], load: LoadName, rounds: number): Promise<Measured> {
  const measured = new Map<string, Measurement[]>(contenders.map(({ name }) => [name, []]));
  for (const one of contenders) await one.load.run({ kind: "closed", ...LOADS[load], durationMs: WARM_UP_MS });
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) measured.get(contender.name)?.push(await measure(contender, load));
  }
  return measured;
}

async function measure({ server, load }: Contender, name: LoadName): Promise<Measurement> {
  const before = cpuMs(server.child);
  const result = await load.run({ kind: "closed", ...LOADS[name], durationMs: ROUND_MS });
  const spentMs = cpuMs(server.child) - before;
  return {
    deliveriesPerS: (result.deliveries * 1000) / result.durationMs,
    cpuUsPerDelivery: (spentMs * 1000) / result.deliveries,
    serverBusy: spentMs / result.durationMs,
    loadBusy: result.cpuMs / result.durationMs,
    wrong: result.wrong,
  };
}

function tell(load: LoadName, measured: Measured, entrants: readonly Entrant[]): boolean {
  const floor = measured.get(FLOOR_NAME) ?? [];
  let ok = true;
  for (const { name, speedMin } of entrants) {
    const rounds = measured.get(name) ?? [];
    const each = (value: (one: Measurement) => number): number => median(rounds, value);
    // Each round is compared with the floor's own, so that what else the machine does weighs on both.
    const part = (value: (one: Measurement, floor: Measurement) => number): number =>
      median(rounds, (one, round) => value(one, floor[round] ?? one));
    const speed = part((one, bare) => one.deliveriesPerS / bare.deliveriesPerS);
    const cpu = part((one, bare) => bare.cpuUsPerDelivery / one.cpuUsPerDelivery);
    const wrong = rounds.reduce((sum, one) => sum + one.wrong, 0);
    const least = speedMin[load] ?? 0;
    const loadBusy = each((one) => one.loadBusy);
    const cells = [
      `${Math.round(each((one) => one.deliveriesPerS)).toLocaleString("en")} (${speed.toFixed(2)})`,
      `${each((one) => one.cpuUsPerDelivery).toFixed(2)} (${cpu.toFixed(2)})`,
      each((one) => one.serverBusy).toFixed(2),
      `${loadBusy.toFixed(2)}${loadBusy > LOAD_BUSY_MAX ? " !" : ""}`,
      String(wrong),
    ];
    print(row([load, name, ...cells, verdict(speed, least, wrong)]));
    ok &&= speed >= least && wrong === 0;
  }
  return ok;
}

function verdict(speed: number, least: number, wrong: number): string {
  if (wrong > 0) return "FAILED: messages lost, doubled or out of order";
  if (least === 0) return "";
  return `${speed >= least ? "ok" : "MISSED"}: at least ${least}`;
}

async function tellLatency(contenders: readonly Contender[], messagesPerS: number, rounds: number): Promise<void> {
  print(`latency at ${Math.round(messagesPerS).toLocaleString("en")} messages/s, a tenth of what "${SERVER}" carried:`);
  const order = { kind: "paced", messagesPerS, durationMs: LATENCY_MS / rounds } as const;
  const measured = new Map<string, { readonly p50: number; readonly p99: number }[]>();
  for (const { name } of contenders) measured.set(name, []);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, load } of contenders) measured.get(name)?.push((await load.run(order)).latencyMs);
  }
  for (const [name, latencies] of measured) {
    const p50 = median(latencies, (one) => one.p50).toFixed(2);
    const p99 = median(latencies, (one) => one.p99).toFixed(2);
    print(row(["", name, `p50 ${p50} ms`, `p99 ${p99} ms`]));
  }
}

function median<Value>(values: readonly Value[], numberOf: (value: Value, index: number) => number): number {
  const sorted = values.map(numberOf).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function row(cells: readonly string[]): string {
  const widths = [12, 26, 18, 16, 14, 12, 6];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(" ")
    .trimEnd();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
