import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { Relay, type RelayEvent } from "./relay.ts";
import { WayState } from "./way-state.ts";

const SERVER = "127.34.1.1";
const AT = "127.162.1.1";
const CLIENT = "127.34.1.2";
/** Far more than the sockets on the way can hold. */
const LARGE_BYTES = 24 * 1024 * 1024;
/** Of a length that no buffer's is a multiple of. */
const PATTERN = Uint8Array.from({ length: 251 }, (_, index) => index);

/** A server at an address of its own, a relay to it, and a client that has come through it. */
async function converse() {
  const events: RelayEvent[] = [];
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, SERVER);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const relay = new Relay((event) => events.push(event));
  await relay.listen({ address: AT, port }, { address: SERVER, port });
  const accepted = once(server, "connection");
  const near = connect({ host: AT, port, localAddress: CLIENT, allowHalfOpen: true });
  near.on("error", () => {});
  await once(near, "connect");
  const [far] = (await accepted) as [Socket];
  far.on("error", () => {});
  return {
    near,
    far,
    events,
    port,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      await relay[Symbol.asyncDispose]();
      server.close();
    },
  };
}

function told(events: readonly RelayEvent[]): readonly string[] {
  return events.map((event) => `${event.kind} by ${event.from.address === CLIENT ? "client" : "server"}`);
}

async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  socket.resume();
  await once(socket, "end");
  return Buffer.concat(pieces);
}

describe.runIf(process.platform === "linux")("a relay", () => {
  test("lets the server see the client's own address, and tells both ends by their own", async () => {
    await using one = await converse();
    expect(one.far.remoteAddress).toBe(CLIENT);
    const client = { address: CLIENT, port: one.near.localPort ?? 0 };
    const server = { address: SERVER, port: one.port };
    expect(one.events).toEqual([{ kind: "opened", from: client, to: server }]);
    one.near.write("to the server");
    await once(one.far.resume(), "data");
    one.far.write("to the client");
    await once(one.near, "data");
    expect(one.events.slice(1)).toEqual([
      { kind: "bytes", from: client, to: server, bytes: Buffer.from("to the server") },
      { kind: "bytes", from: server, to: client, bytes: Buffer.from("to the client") },
    ]);
  });

  test("gives the server the client's own port too, where the two sockets can share it", async () => {
    await using one = await converse();
    expect(one.far.remotePort).toBe(one.near.localPort);
  });

  test("passes on a half-close as a half-close: the other direction goes on", async () => {
    await using one = await converse();
    one.near.end("last words");
    expect((await readAll(one.far)).toString()).toBe("last words");
    const answer = readAll(one.near);
    one.far.end("and an answer");
    expect((await answer).toString()).toBe("and an answer");
    await expect
      .poll(() => told(one.events))
      .toEqual(["opened by client", "bytes by client", "ended by client", "bytes by server", "ended by server"]);
  });

  test.each(["client", "server"] as const)("passes on a reset by the %s as a reset", async (by) => {
    await using one = await converse();
    const [resetting, other] = by === "client" ? [one.near, one.far] : [one.far, one.near];
    const failed = once(other.resume(), "error");
    resetting.resetAndDestroy();
    expect((await failed)[0]).toMatchObject({ code: "ECONNRESET" });
    expect(told(one.events)).toEqual(["opened by client", `reset by ${by}`]);
  });

  test("slows a writer whose reader does not read, and loses nothing", async () => {
    await using one = await converse();
    const sent = Buffer.alloc(LARGE_BYTES, PATTERN);
    one.near.end(sent);
    // The reader waits until nothing gets on any more.
    let before = -1;
    await expect
      .poll(
        () => {
          const passed = passedBytes(one.events);
          const isStill = passed > 0 && passed === before;
          before = passed;
          return isStill;
        },
        { interval: 100, timeout: 10_000 },
      )
      .toBe(true);
    expect(passedBytes(one.events)).toBeLessThan(LARGE_BYTES);
    expect((await readAll(one.far)).equals(sent)).toBe(true);
    expect(passedBytes(one.events)).toBe(LARGE_BYTES);
  });

  test("resets both ends of a connection that is reset while the way to its server opens", async () => {
    const way = new WayState();
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, SERVER);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    // Dialled in the turn in which it asks from where.
    const dialPorts = () => {
      way.apply({ kind: "reset" });
      return [0];
    };
    await using relay = new Relay(
      () => {},
      () => way,
      dialPorts,
    );
    await relay.listen({ address: AT, port }, { address: SERVER, port });
    const accepted = once(server, "connection");
    const near = connect({ host: AT, port, localAddress: CLIENT });
    const [nearError] = await once(near, "error");
    const [far] = (await accepted) as [Socket];
    const [farError] = await once(far, "error");
    expect([nearError, farError].map(({ code }) => code)).toEqual(["ECONNRESET", "ECONNRESET"]);
    server.close();
  });

  test("resets a client whose server is gone", async () => {
    const events: RelayEvent[] = [];
    const gone = createServer().listen(0, SERVER);
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, "close");
    await using relay = new Relay((event) => events.push(event));
    await relay.listen({ address: AT, port }, { address: SERVER, port });
    const near = connect({ host: AT, port, localAddress: CLIENT });
    const [fault] = await once(near, "error");
    expect(fault).toMatchObject({ code: "ECONNRESET" });
    expect(told(events)).toEqual(["opened by client", "reset by server"]);
  });

  test("cannot listen where another does", async () => {
    await using one = await converse();
    await using second = new Relay(() => {});
    const refusal = second.listen({ address: AT, port: one.port }, { address: SERVER, port: one.port });
    await expect(refusal).rejects.toThrow("EADDRINUSE");
  });
});

function passedBytes(events: readonly RelayEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === "bytes" ? event.bytes.length : 0), 0);
}
