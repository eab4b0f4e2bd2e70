// Owns `npm run bench -- cluster`: what a room's log over NATS carries with one, two and three servers, beside a bare publisher
// on the same broker, in the same run, and how soon a server is there. The broker syncs every message to the disk. Every log is in
// this one process; what people have of a room is in cluster-rooms.ts.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { SYSTEM_CLOCK } from "../src/clock.ts";
import { NatsServer } from "../src/log/nats/fixtures/nats-server.ts";
import { NatsLog } from "../src/log/nats/nats-log.ts";
import { writeEntries, writeEntry } from "../src/log/nats/wire.ts";
import { pack } from "../src/server/data/snapshot.ts";
import { Member, type MemberOptions } from "../src/server/fixtures/member.ts";
import { deliveriesPerS, waysBack } from "./cluster-rooms.ts";
import { snapshotPause } from "./snapshot-pause.ts";

const ENTRIES_PER_S_MIN = 10_000;
/** What the log may add to the wait of a bare publisher. */
const ADDED_P50_MS_MAX = 1;
/** What everybody may wait while a snapshot of a very large room is taken. */
const PAUSE_MS_MAX = 50;
const RUN_MS = 5000;
const LATENCIES = 1000;
/** Entries that each server has under way: some people who all speak at once. */
const UNDER_WAY = 1000;
const REPLAYED = 100_000;
const ENTRY = {
  kind: "say",
  session: "0123456789ab.1",
  text: "x".repeat(100),
  original: { door: "hcp1", value: new Uint8Array(230) },
} as const;

/** Measures, prints, and says whether the targets were reached. */
export async function run(): Promise<boolean> {
  await using broker = await NatsServer.start({ syncs: true });
  print("a bare publisher, messages of one entry");
  const bare = await publish(broker, 1);
  print(`  one under way:  ${bare.perS.toFixed(0).padStart(7)} a second; waits ${waits(bare.waitsMs)}`);
  const many = await publish(broker, 500);
  print(`  500 under way:  ${many.perS.toFixed(0).padStart(7)} a second; waits ${waits(many.waitsMs)}`);

  print(`the room's log, ${UNDER_WAY} entries of each server under way`);
  const rates: number[] = [];
  for (const servers of [1, 2, 3]) {
    const perS = await carry(broker, servers);
    rates.push(perS);
    print(
      `  ${servers} ${servers === 1 ? "server: " : "servers:"}      ${perS.toFixed(0).padStart(7)} entries a second`,
    );
  }
  const lone = await echo(broker);
  print(`the room's log, one entry under way, from one server to another: waits ${waits(lone)}`);
  print("a room of 60 people, 8 of whom speak, deliveries");
  for (const servers of [0, 1, 2, 3]) {
    const what = servers === 0 ? "1 server, no log" : `${servers} server${servers === 1 ? "" : "s"}`;
    print(`  ${`${what}:`.padEnd(18)} ${(await deliveriesPerS(broker, servers)).toFixed(0).padStart(7)} a second`);
  }
  const { waitsMs, inTime } = await waysBack(broker);
  print(`${waitsMs.length} users of a server that was killed are back after ${spread(waitsMs)}; its lease is 5 s`);
  print(`a start with ${REPLAYED} entries in the log: ${(await replay(broker)).toFixed(0)} ms`);
  for (const [what, tookMs] of await starts(broker)) print(`  of a whole server, ${what}: ${tookMs.toFixed(0)} ms`);
  const { allMs, longestMs } = snapshotPause();
  const pieces = `${allMs.toFixed(0)} ms in pieces, the longest ${longestMs.toFixed(0)} ms`;
  print(`a snapshot of 50,000 accounts and 64 MB of mail: ${pieces}`);

  const slowest = Math.min(...rates);
  const addedMs = quantile(lone, 0.5) - quantile(bare.waitsMs, 0.5);
  const isFast = slowest >= ENTRIES_PER_S_MIN;
  const isSoon = addedMs <= ADDED_P50_MS_MAX;
  print(`${isFast ? "ok" : "MISSED"}: ${slowest.toFixed(0)} entries a second, at least ${ENTRIES_PER_S_MIN}`);
  print(`${isSoon ? "ok" : "MISSED"}: the log adds ${addedMs.toFixed(2)} ms (p50), at most ${ADDED_P50_MS_MAX}`);
  const isSmooth = longestMs <= PAUSE_MS_MAX;
  print(
    `${isSmooth ? "ok" : "MISSED"}: a snapshot's longest pause ${longestMs.toFixed(0)} ms, at most ${PAUSE_MS_MAX}`,
  );
  print(`${inTime ? "ok" : "MISSED"}: all are back within the lease and 2 s`);
  return isFast && isSoon && isSmooth && inTime;
}

/** What the broker acknowledges to whoever does nothing but publish. */
async function publish(broker: NatsServer, underWay: number) {
  const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
  const room = `bare-${underWay}`;
  const log = await openLog(broker, room);
  const client = jetstream(connection);
  const text = writeEntries(1, [writeEntry(ENTRY)]);
  const waitsMs: number[] = [];
  const endMs = performance.now() + RUN_MS;
  const lane = async () => {
    for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
      await client.publish(`hcp.${room}.bench`, text);
      waitsMs.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: underWay }, lane));
  await connection.close();
  await log.close();
  return { perS: (1000 * waitsMs.length) / RUN_MS, waitsMs };
}

/** Entries that came back a second: each server keeps so many under way, and every server applies all. */
async function carry(broker: NatsServer, servers: number): Promise<number> {
  const logs: NatsLog[] = [];
  const counts: number[] = [];
  for (let at = 0; at < servers; at += 1) {
    const log = await openLog(broker, `carry-${servers}`);
    log.follow(() => (counts[at] = (counts[at] ?? 0) + 1));
    await log.start();
    logs.push(log);
  }
  const startMs = performance.now();
  const lane = async (log: NatsLog) => {
    while (performance.now() - startMs < RUN_MS) {
      while (log.unreturned < UNDER_WAY) log.append(ENTRY);
      await nextTurn();
    }
    await log.settled();
  };
  await Promise.all(logs.map(lane));
  const tookMs = performance.now() - startMs;
  const least = Math.min(...counts);
  for (const log of logs) await log.close();
  return (1000 * least) / tookMs;
}

/** Milliseconds from an append on one server until another one has applied it, one after the other. */
async function echo(broker: NatsServer): Promise<readonly number[]> {
  const [from, to] = [await openLog(broker, "echo"), await openLog(broker, "echo")];
  let came = () => {};
  await from.start();
  to.follow(() => came());
  await to.start();
  const waitsMs: number[] = [];
  for (let count = 0; count < LATENCIES; count += 1) {
    const sentMs = performance.now();
    await new Promise<void>((resolve) => {
      came = resolve;
      from.append(ENTRY);
    });
    waitsMs.push(performance.now() - sentMs);
  }
  for (const log of [from, to]) await log.close();
  return waitsMs;
}

/** Milliseconds that a server takes to take part in a room that has had so many entries. */
async function replay(broker: NatsServer): Promise<number> {
  const first = await openLog(broker, "replay");
  await first.start();
  for (let count = 0; count < REPLAYED; count += 1) {
    first.append(ENTRY);
    if (first.unreturned >= UNDER_WAY) await first.settled();
  }
  await first.settled();
  const late = await openLog(broker, "replay");
  let count = 0;
  late.follow(() => (count += 1));
  const startMs = performance.now();
  await late.start();
  const tookMs = performance.now() - startMs;
  if (count !== REPLAYED) throw new Error(`expected ${REPLAYED} entries; got ${count}`);
  for (const log of [first, late]) await log.close();
  return tookMs;
}

/** Milliseconds that a server takes to be there in a room where so many lines were said, by what it begins with. */
async function starts(broker: NatsServer): Promise<ReadonlyMap<string, number>> {
  const room = "starts";
  const folder = mkdtempSync(join(tmpdir(), "howdy-bench-"));
  const tookMs = new Map<string, number>();
  const start = async (what: string, options: MemberOptions = {}) => {
    const startMs = performance.now();
    await using _member = await Member.open(broker, room, options);
    tookMs.set(what, performance.now() - startMs);
  };
  {
    await using first = await Member.open(broker, room);
    first.log.append({ kind: "join", session: ENTRY.session, name: "Jon" });
    for (let count = 0; count < REPLAYED; count += 1) {
      first.log.append(ENTRY);
      if (first.log.unreturned >= UNDER_WAY) await first.log.settled();
    }
    await first.log.settled();
    await start("from the log's beginning, in memory");
    await start("from the log's beginning, into a folder", { folder });
    await start("from its folder", { folder });
    using snapshot = first.data.snapshot();
    if (snapshot === undefined) throw new Error("no snapshot");
    const bytes = await pack(snapshot.lines());
    await first.log.snapshots.put(snapshot.position, bytes);
    await start(`from a snapshot of ${(bytes.length / 1000).toFixed(0)} kB`);
  }
  rmSync(folder, { recursive: true });
  return tookMs;
}

function openLog(broker: NatsServer, room: string): Promise<NatsLog> {
  return NatsLog.open({
    address: broker.address(room),
    name: "a bench's server",
    leaseMs: 60_000,
    clock: SYSTEM_CLOCK,
    onFault: (fault) => {
      throw fault;
    },
    report: print,
  });
}

function spread(waitsMs: readonly number[]): string {
  const [first, last] = [Math.min(...waitsMs), Math.max(...waitsMs)].map((ms) => (ms / 1000).toFixed(1));
  return `${first} to ${last} s`;
}

function waits(waitsMs: readonly number[]): string {
  return `p50 ${quantile(waitsMs, 0.5).toFixed(2)} ms, p99 ${quantile(waitsMs, 0.99).toFixed(2)} ms`;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
