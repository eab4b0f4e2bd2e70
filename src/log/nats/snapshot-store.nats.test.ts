import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NatsServer } from "./fixtures/nats-server.ts";
import { NatsSnapshots, PART_BYTES_MAX } from "./snapshot-store.ts";

let broker: NatsServer;
let connection: NatsConnection;

beforeAll(async () => {
  broker = await NatsServer.start();
  connection = await connect({ servers: `127.0.0.1:${broker.port}` });
});

afterAll(async () => {
  await connection.close();
  await broker[Symbol.asyncDispose]();
});

async function storeOf(room: string, log = "a log", client = jetstream(connection)): Promise<NatsSnapshots> {
  return new NatsSnapshots(client, await jetstreamManager(connection), room, log);
}

/** A snapshot of some parts, with another content for each number. */
function snapshot(sequence: number, bytes = 10) {
  return { sequence, bytes: Buffer.alloc(bytes, sequence) };
}

/** The subjects that hold anything, and how many messages. */
async function held(room: string): Promise<readonly (readonly [string, number])[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(`HOWDYSNAPSHOTS_${room}`, { subjects_filter: ">" });
  return Object.entries(state.subjects ?? {}).map(([subject, count]) => [subject.replace(/part\..*/, "part"), count]);
}

test("a room without a snapshot has none", async () => {
  const store = await storeOf(broker.newRoom());
  expect([await store.newest(), await store.reached()]).toEqual(["none", 0]);
});

test("the newest one is read as it was put, also of several parts, and nothing is left of those before", async () => {
  const room = broker.newRoom();
  const store = await storeOf(room);
  expect(await store.put(snapshot(5, 3 * PART_BYTES_MAX))).toBe(0);
  expect(await store.put(snapshot(9, 2 * PART_BYTES_MAX + 1))).toBe(5);
  const newest = await store.newest();
  expect(newest).toEqual(snapshot(9, 2 * PART_BYTES_MAX + 1));
  expect(await store.reached()).toBe(9);
  expect((await held(room)).toSorted()).toEqual([
    [`hcp-snapshot.${room}.head`, 2],
    [`hcp-snapshot.${room}.part`, 3],
  ]);
});

test("one that is older than the newest is not put", async () => {
  const store = await storeOf(broker.newRoom());
  await store.put(snapshot(9));
  expect(await store.put(snapshot(9))).toBeUndefined();
  expect(await store.put(snapshot(5))).toBeUndefined();
  expect(await store.newest()).toEqual(snapshot(9));
});

test("of two that are put at once one is the newest, and it is whole", async () => {
  const room = broker.newRoom();
  const stores = await Promise.all([storeOf(room), storeOf(room), storeOf(room)]);
  await stores[0]?.put(snapshot(1));
  const put = await Promise.all(stores.map((store, at) => store.put(snapshot(5 + at, 20 * PART_BYTES_MAX))));
  expect(put.filter((before) => before !== undefined)).toHaveLength(1);
  const winner = put.findIndex((before) => before !== undefined);
  const newest = await stores[0]?.newest();
  expect(newest).toMatchObject({ sequence: 5 + winner });
  expect((await held(room)).filter(([subject]) => subject.endsWith("part"))).toEqual([
    [`hcp-snapshot.${room}.part`, 20],
  ]);
});

test("one whose writer died before its head was there is none, and goes with the next one", async () => {
  const room = broker.newRoom();
  await (await storeOf(room)).put(snapshot(5));
  const client = jetstream(connection);
  const publish = client.publish.bind(client);
  let parts = 0;
  client.publish = (...args) => {
    parts += 1;
    if (parts === 3) throw new Error("the writer died");
    return publish(...args);
  };
  const dying = await storeOf(room, "a log", client);
  await expect(dying.put(snapshot(7, 4 * PART_BYTES_MAX))).rejects.toThrow("died");
  const store = await storeOf(room);
  expect(await store.newest()).toEqual(snapshot(5));
  await store.put(snapshot(8));
  expect((await held(room)).filter(([subject]) => subject.endsWith("part"))).toEqual([
    [`hcp-snapshot.${room}.part`, 1],
  ]);
});

describe("a snapshot that is none", () => {
  test("is of another log, and the next one takes its place", async () => {
    const room = broker.newRoom();
    await (await storeOf(room, "another log")).put(snapshot(50));
    const store = await storeOf(room);
    expect([await store.newest(), await store.reached()]).toEqual(["foreign", 0]);
    expect(await store.put(snapshot(5))).toBe(0);
    expect(await store.newest()).toEqual(snapshot(5));
  });

  test("lacks a part, or has another one", async () => {
    const room = broker.newRoom();
    const store = await storeOf(room);
    await store.put(snapshot(5, 2 * PART_BYTES_MAX));
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(`HOWDYSNAPSHOTS_${room}`, { subjects_filter: ">" });
    const [part = ""] = Object.keys(state.subjects ?? {}).filter((subject) => subject.includes(".part."));
    await manager.streams.deleteMessage(`HOWDYSNAPSHOTS_${room}`, 1);
    expect(await store.newest()).toBe("broken");
    await jetstream(connection).publish(part, Buffer.alloc(PART_BYTES_MAX));
    expect(await store.newest()).toBe("broken");
  });

  test("has a head that is no head", async () => {
    const room = broker.newRoom();
    const store = await storeOf(room);
    await store.put(snapshot(5));
    await jetstream(connection).publish(`hcp-snapshot.${room}.head`, '{"sequence":-1}');
    expect(await store.newest()).toBe("foreign");
    await store.put(snapshot(6));
    expect(await store.newest()).toEqual(snapshot(6));
  });
});
