import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM_CLOCK } from "../../clock.ts";
import type { Entry } from "../../room/entry.ts";
import { describeRoomLog } from "../fixtures/log-contract.ts";
import { RoomLogError, type Standing } from "../room-log.ts";
import { parseBrokerAddress } from "./address.ts";
import { LONG_LEASE_MS, NatsServer } from "./fixtures/nats-server.ts";
import { NatsLog } from "./nats-log.ts";

let broker: NatsServer;

beforeAll(async () => {
  broker = await NatsServer.start();
});

afterAll(() => broker[Symbol.asyncDispose]());

async function openLog(room: string): Promise<NatsLog> {
  return NatsLog.open({
    address: broker.address(room),
    name: "a test's server",
    leaseMs: LONG_LEASE_MS,
    clock: SYSTEM_CLOCK,
    onFault: (fault) => expect(fault).toMatchObject({ message: "a follower's fault" }),
    report: () => undefined,
  });
}

/** A log that takes part, and what it gave. */
async function takePart(room: string, position?: string) {
  const log = await openLog(room);
  const given: { readonly entry: Entry; readonly sequence: number }[] = [];
  const standings: Standing[] = [];
  const waiters = new Set<() => void>();
  const note = () => {
    for (const look of [...waiters]) look();
  };
  log.follow((entry, { sequence }) => {
    given.push({ entry, sequence });
    note();
  });
  await log.start(position);
  log.watch((standing) => {
    standings.push(standing);
    note();
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`it did not come; there were ${JSON.stringify({ given, standings })}`));
      const deadline = setTimeout(fail, 20_000);
      const look = () => {
        if (!holds()) return;
        clearTimeout(deadline);
        waiters.delete(look);
        resolve();
      };
      waiters.add(look);
      look();
    });
  const texts = () => given.flatMap(({ entry }) => ("text" in entry ? [entry.text] : []));
  return { log, given, standings, until, texts, [Symbol.asyncDispose]: () => log.close() };
}

function announce(text: string): Entry {
  return { kind: "announce", text };
}

describeRoomLog("of a stream of NATS", async () => {
  const log = await openLog(broker.newRoom());
  await log.start();
  return { log, settled: () => log.settled(), [Symbol.asyncDispose]: () => log.close() };
});

describe("several servers", () => {
  test("have the same entries at the same places, and who comes later has them too", async () => {
    const room = broker.newRoom();
    await using one = await takePart(room);
    await using other = await takePart(room);
    for (let number = 0; number < 50; number += 1) {
      (number % 2 === 0 ? one : other).log.append(announce(String(number)));
      if (number % 10 === 0) await one.log.settled();
    }
    await one.until(() => one.texts().length === 50);
    await other.until(() => other.texts().length === 50);
    expect(one.given).toEqual(other.given);
    expect(one.texts().toSorted()).toEqual(Array.from({ length: 50 }, (_, number) => String(number)).toSorted());
    await using late = await takePart(room);
    expect(late.given).toEqual(one.given);
    expect(new Set([one, other, late].map(({ log }) => log.identity)).size).toBe(1);
    expect(new Set([one, other, late].map(({ log }) => log.node)).size).toBe(3);
  });

  test("know how far the others are", async () => {
    const room = broker.newRoom();
    await using one = await takePart(room);
    await using other = await takePart(room);
    for (const log of [one.log, other.log]) {
      await expect
        .poll(() => log.nodes, { timeout: 20_000 })
        .toMatchObject([
          { node: one.log.node, isOwn: log === one.log, leaseMs: LONG_LEASE_MS, behind: 0 },
          { node: other.log.node, isOwn: log === other.log, leaseMs: LONG_LEASE_MS, behind: 0 },
        ]);
    }
  });

  test("hear that one took leave", async () => {
    const room = broker.newRoom();
    await using one = await takePart(room);
    const other = await takePart(room);
    const { node } = other.log;
    other.log.append(announce("bye"));
    await other.log.close();
    await one.until(() => one.given.length === 2);
    expect(one.given.map(({ entry }) => entry)).toEqual([announce("bye"), { kind: "node-down", node }]);
  });

  test("make one stream of one room, though they begin at once", async () => {
    const room = broker.newRoom();
    const all = await Promise.all([takePart(room), takePart(room), takePart(room)]);
    expect(new Set(all.map(({ log }) => log.identity)).size).toBe(1);
    expect(new Set(all.map(({ log }) => Buffer.from(log.secret).toString("hex"))).size).toBe(1);
    expect(all[0]?.log.secret).toHaveLength(32);
    await Promise.all(all.map(({ log }) => log.close()));
  });
});

describe("a server that knows a position", () => {
  test("gets what came behind it, at the same places", async () => {
    const room = broker.newRoom();
    await using one = await takePart(room);
    for (const text of ["1", "2"]) one.log.append(announce(text));
    await one.log.settled();
    const { position } = one.log;
    for (const text of ["3", "4"]) one.log.append(announce(text));
    await one.log.settled();
    await using late = await takePart(room, position);
    expect(late.given).toEqual(one.given.slice(2));
    expect(late.log.nodes.map(({ node, isOwn }) => [node, isOwn])).toEqual([
      [one.log.node, false],
      [late.log.node, true],
    ]);
  });

  test("that the log has not reached, or has forgotten, is told so", async () => {
    const room = broker.newRoom();
    await using one = await takePart(room);
    one.log.append(announce("1"));
    await one.log.settled();
    const early = one.log.position;
    await one.log.snapshots.put(one.log.position, new Uint8Array(1));
    one.log.append(announce("2"));
    await one.log.settled();
    await one.log.snapshots.put(one.log.position, new Uint8Array(1));
    const log = await openLog(room);
    const at = (sequence: number) => JSON.stringify({ sequence, atMs: 0, nodes: [] });
    expect(await Promise.all([early, at(1000), at(0), undefined].map((each) => log.fit(each)))).toEqual([
      "fits",
      "ahead",
      "behind",
      "behind",
    ]);
    await expect(log.start()).rejects.toThrow(RoomLogError);
    await log.close();
  });
});

describe("a log that forgets what snapshots have", () => {
  test("keeps each node's last message, so that it can write and be let go, and one that is quiet renews it", async () => {
    const room = broker.newRoom();
    await using quiet = await takePart(room);
    await using loud = await takePart(room);
    for (let number = 0; number < 1100; number += 1) {
      loud.log.append(announce(String(number)));
      await loud.log.settled();
      if (number === 10 || number === 20) await loud.log.snapshots.put(loud.log.position, new Uint8Array(1));
    }
    // Both take the log's beginning along: so far the quiet node's first message is needed.
    await quiet.until(() => quiet.texts().length === 1100);
    await loud.log.snapshots.put(loud.log.position, new Uint8Array(1));
    loud.log.append(announce("last"));
    await loud.log.settled();
    await loud.log.snapshots.put(loud.log.position, new Uint8Array(1));
    const behind = JSON.stringify({ sequence: 1000, atMs: 0, nodes: [] });
    expect(await loud.log.fit(behind)).toBe("behind");
    quiet.log.append(announce("I am here"));
    await quiet.log.settled();
    await loud.until(() => loud.texts().at(-1) === "I am here");
    const { node } = quiet.log;
    await quiet.log.close();
    await loud.until(() => loud.given.at(-1)?.entry.kind === "node-down");
    expect(loud.given.at(-1)?.entry).toEqual({ kind: "node-down", node });
  });
});

describe("a message of a newer version", () => {
  test("ends every server's part in the room, and nobody begins, in one line", async () => {
    const room = broker.newRoom();
    await using one = await takePart(room);
    const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
    connection.publish(`hcp.${room}.newer`, JSON.stringify({ v: 99, kind: "dance" }));
    await connection.flush();
    await one.until(() => one.standings.length > 0);
    const why = "message 2 of the room's log is of version 99, and this server knows up to 2: start a newer one";
    expect(one.standings).toEqual([{ kind: "over", why }]);
    const log = await openLog(room);
    await expect(log.start()).rejects.toThrow(why);
    await log.close();
    await connection.close();
  });
});

describe("a broker that will not do is told in one line:", () => {
  const open = async (url: string): Promise<string> => {
    const address = parseBrokerAddress(url);
    if (address === undefined) throw new Error("no address");
    const options = {
      name: "x",
      leaseMs: 1000,
      clock: SYSTEM_CLOCK,
      onFault: () => undefined,
      report: () => undefined,
    };
    const error = await NatsLog.open({ address, ...options }).then(
      () => "none",
      (reason: unknown) => reason,
    );
    if (!(error instanceof RoomLogError)) throw error;
    return error.message;
  };

  test("nobody listens", async () => {
    expect(await open("nats://127.0.0.1:1")).toMatch(/^no broker can be reached at 127\.0\.0\.1:1: .*--room-log/);
  });

  test("it has no JetStream", async () => {
    await using plain = await NatsServer.start({ jetstream: false });
    expect(await open(plain.url("room"))).toContain("runs without JetStream");
  });

  test("it wants a password", async () => {
    await using locked = await NatsServer.start({ config: "authorization { user: zoe, password: secret }" });
    expect(await open(locked.url("room"))).toContain("refuses whoever has no credentials");
    const wrong = await open(`nats://zoe:wrong@127.0.0.1:${locked.port}`);
    expect(wrong).toContain("refuses these credentials");
    expect(wrong).not.toContain("wrong");
  });
});
