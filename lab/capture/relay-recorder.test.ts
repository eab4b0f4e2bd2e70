import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import type { WireEvent } from "../wire/wire.ts";
import type { CaseWire } from "./recorder.ts";
import { RELAYED_BYTES_MAX, RelayRecorder, relayAddress } from "./relay-recorder.ts";

const SERVER = "127.35.1.1";
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

async function listen(onConnection: (socket: Socket) => void = () => {}, port = 0): Promise<Server> {
  const server = createServer(onConnection).listen(port, SERVER);
  closers.push(() => server.close());
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function begin(onWire?: (event: WireEvent) => void): CaseWire {
  const wire = new RelayRecorder({ hosts: HOSTS, servers: [SERVER], protocol: HCP_WIRE, onWire }).begin();
  closers.push(() => wire.close());
  return wire;
}

async function dial(wire: CaseWire, port: number): Promise<Socket> {
  const socket = connect({ host: await wire.route(SERVER, port), port, localAddress: CLIENT });
  socket.on("error", () => {});
  closers.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("a relay's address is half of the loopback net away, and its own way back", () => {
  expect(relayAddress("127.6.1.116")).toBe("127.134.1.116");
  expect(relayAddress(relayAddress("127.6.1.116"))).toBe("127.6.1.116");
});

describe.runIf(process.platform === "linux")("a server's address", () => {
  test("is its relay's while it listens, and always the same", async () => {
    const wire = begin();
    const port = portOf(await listen());
    expect(await Promise.all([wire.route(SERVER, port), wire.route(SERVER, port)])).toEqual([
      "127.163.1.1",
      "127.163.1.1",
    ]);
    expect(wire.routes).toEqual(new Map([[SERVER, "127.163.1.1"]]));
  });

  test("is its own where nothing listens, so that the system refuses", async () => {
    const wire = begin();
    const server = await listen();
    const port = portOf(server);
    server.close();
    await once(server, "close");
    expect(await wire.route(SERVER, port)).toBe(SERVER);
  });

  test("is its own again once the server has ended, though the relay listens", async () => {
    const wire = begin();
    const server = await listen();
    const port = portOf(server);
    expect(await wire.route(SERVER, port)).toBe("127.163.1.1");
    server.close();
    await once(server, "close");
    expect(await wire.route(SERVER, port)).toBe(SERVER);
  });

  test("is its own where the relay's is taken, which the note tells", async () => {
    const wire = begin();
    const port = portOf(await listen());
    const squatter = createServer().listen(port, "127.163.1.1");
    closers.push(() => squatter.close());
    await once(squatter, "listening");
    expect(await wire.route(SERVER, port)).toBe(SERVER);
    expect((await wire.end()).note).toContain(`what went to ${SERVER}:${port} is missing: listen EADDRINUSE`);
  });

  test("is any other host's own", async () => {
    const wire = begin();
    expect(await wire.route(CLIENT, 20_002)).toBe(CLIENT);
    expect(await wire.route("192.0.2.1", 20_002)).toBe("192.0.2.1");
  });
});

describe.runIf(process.platform === "linux")("a relay's record", () => {
  test("has frames and turns with the hosts' names, and the server at its own address", async () => {
    const seen: WireEvent[] = [];
    const wire = begin((event) => seen.push(event));
    const server = await listen((socket) => socket.end(encodeMessage({ kind: "ack", name: "Jon Stewart" })));
    const client = await dial(wire, portOf(server));
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
    const client = await dial(wire, portOf(await listen()));
    client.write(PROPOSAL);
    const { events } = await wire.end();
    expect(events.map(({ kind }) => kind)).toEqual(["opened", "frame"]);
  });

  test("ends at a limit, which its note tells, while the bytes go on", async () => {
    const wire = begin();
    let taken = 0;
    const server = await listen((socket) =>
      socket.on("data", (bytes: Buffer) => {
        taken += bytes.length;
      }),
    );
    const client = await dial(wire, portOf(server));
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
