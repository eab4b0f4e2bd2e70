import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import type { WireEvent } from "../wire/wire.ts";
import type { CaseWire, StandIn } from "./recorder.ts";
import { placeBehind, RELAYED_BYTES_MAX, RelayRecorder } from "./relay-recorder.ts";

const SERVER = "127.35.1.1";
const PLACE = "127.163.1.1";
const CLIENT = "127.35.1.2";
const HOSTS = new Map([
  [SERVER, "Win71"],
  [CLIENT, "Win72"],
]);
const PROPOSAL = encodeMessage({ kind: "proposal", name: "Jon Stewart" });

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server where it listens while a relay is at its own address. */
async function listen(onConnection: (socket: Socket) => void = () => {}, port = 0): Promise<Server> {
  const server = createServer(onConnection).listen(port, PLACE);
  closers.push(() => server.close());
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function begin(onWire?: (event: WireEvent) => void): CaseWire {
  const wire = new RelayRecorder({ hosts: HOSTS, servers: [SERVER], protocol: HCP_WIRE, onWire }).begin();
  closers.push(() => wire.close());
  return wire;
}

async function standIn(wire: CaseWire): Promise<StandIn> {
  const found = await wire.standIn(SERVER);
  if (found === undefined) throw new Error("nothing stands in for the server");
  return found;
}

/** Connects to the server's own address; rejects where it is refused. */
async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: SERVER, port, localAddress: CLIENT });
  closers.push(() => socket.destroy());
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}

test("a server behind a relay is half of the loopback net away, which is its own way back", () => {
  expect(placeBehind("127.6.1.116")).toBe("127.134.1.116");
  expect(placeBehind(placeBehind("127.6.1.116"))).toBe("127.6.1.116");
});

describe.runIf(process.platform === "linux")("a server's address", () => {
  test("is its relay's while the server listens elsewhere", async () => {
    const wire = begin();
    const { place, follow } = await standIn(wire);
    expect(place).toBe(PLACE);
    const port = portOf(await listen());
    await Promise.all([follow(), follow()]);
    await dial(port);
  });

  test("is looked for no oftener than a look takes, however many ask", async () => {
    const { follow } = await standIn(begin());
    const asked = Array.from({ length: 1000 }, () => follow());
    expect(new Set(asked).size).toBeLessThanOrEqual(2);
    await Promise.all(asked);
  });

  test("is nobody's where nothing listens, so that the system refuses", async () => {
    const { follow } = await standIn(begin());
    const server = await listen();
    const port = portOf(server);
    await close(server);
    await follow();
    await expect(dial(port)).rejects.toThrow("ECONNREFUSED");
  });

  test("is nobody's again once the server has ended, and its relay's once it listens again", async () => {
    const { follow } = await standIn(begin());
    const server = await listen();
    const port = portOf(server);
    await follow();
    await close(server);
    await follow();
    await expect(dial(port)).rejects.toThrow("ECONNREFUSED");
    await listen(() => {}, port);
    await follow();
    await dial(port);
  });

  test("that is taken is told in the note", async () => {
    const wire = begin();
    const { follow } = await standIn(wire);
    const port = portOf(await listen());
    const squatter = createServer().listen(port, SERVER);
    closers.push(() => squatter.close());
    await once(squatter, "listening");
    await follow();
    expect((await wire.end()).note).toContain(`what went to ${SERVER}:${port} is missing: listen EADDRINUSE`);
  });

  test("is passed by where a peer of the lab's dials it, which is told in the note", async () => {
    const wire = begin();
    await standIn(wire);
    for (const host of ["Win72", "Win73", "Win72"]) wire.notePeer(host);
    expect((await wire.end()).note).toContain("; without what the lab's own peers (Win72, Win73) and a server said");
  });

  test("is not its relay's at a port that somebody had at every address before", async () => {
    const other = createServer().listen(0, "0.0.0.0");
    closers.push(() => other.close());
    await once(other, "listening");
    const wire = begin();
    await (await standIn(wire)).follow();
    expect((await wire.end()).note).not.toContain("is missing");
  });

  test("is any other host's own", async () => {
    const wire = begin();
    expect(await wire.standIn(CLIENT)).toBeUndefined();
    expect(await wire.standIn("192.0.2.1")).toBeUndefined();
  });
});

describe.runIf(process.platform === "linux")("a relay's record", () => {
  test("has frames and turns with the hosts' names, and the server at its own address", async () => {
    const seen: WireEvent[] = [];
    const wire = begin((event) => seen.push(event));
    const { follow } = await standIn(wire);
    const server = await listen((socket) => socket.end(encodeMessage({ kind: "ack", name: "Jon Stewart" })));
    await follow();
    const client = await dial(portOf(server));
    client.write(PROPOSAL);
    await once(client.resume(), "end");
    const { source, note, pcap, events } = await wire.end();
    expect([source, pcap]).toEqual(["relay", null]);
    expect(note).toBe(
      "recorded by the lab between the two ends, as its reads returned it: segments may differ from the wire's",
    );
    const ends = [
      { host: "Win72", address: CLIENT },
      { host: "Win71", address: SERVER, port: portOf(server) },
    ];
    expect(events[0]).toMatchObject({ kind: "opened", from: ends[0], to: ends[1] });
    const byServer = events.filter(({ from }) => from.host === "Win71");
    expect(byServer).toMatchObject([
      { kind: "frame", facts: { givenName: "Jon Stewart" }, to: ends[0] },
      { kind: "ended", from: ends[1], to: ends[0] },
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        facts: expect.objectContaining({ title: "1 proposal" }),
        wireBytes: 65,
        segments: 1,
      }),
    );
    expect(seen).toEqual(events);
  });

  test("has what was written before its end, though nobody has read it yet", async () => {
    const wire = begin();
    const { follow } = await standIn(wire);
    const port = portOf(await listen());
    await follow();
    const client = await dial(port);
    client.write(PROPOSAL);
    const { events } = await wire.end();
    expect(events.map(({ kind }) => kind)).toEqual(["opened", "frame"]);
  });

  test("ends at a limit, which its note tells, while the bytes go on", async () => {
    const wire = begin();
    const { follow } = await standIn(wire);
    let taken = 0;
    const server = await listen((socket) =>
      socket.on("data", (bytes: Buffer) => {
        taken += bytes.length;
      }),
    );
    await follow();
    const client = await dial(portOf(server));
    const sent = RELAYED_BYTES_MAX + 1_000_000;
    client.write(Buffer.alloc(sent, 5));
    await expect.poll(() => taken, { timeout: 10_000 }).toBe(sent);
    expect((await wire.end()).note).toContain(`the record ends where it would pass ${RELAYED_BYTES_MAX} bytes`);
  });

  test("says why there are no packets, where that is why there is a relay", async () => {
    const why = "tcpdump is not installed";
    const wire = new RelayRecorder({ hosts: HOSTS, servers: [SERVER], why }).begin();
    expect((await wire.end()).note).toMatch(/; no packets could be captured \(tcpdump is not installed\)$/);
  });
});
