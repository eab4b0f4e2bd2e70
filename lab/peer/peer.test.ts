import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { CommandError, readCommand } from "./read-command.ts";
import type { PeerCommand, PeerEvent } from "./words.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
/** It takes milliseconds; on a busy machine more. */
const KEPT_MS_MAX = 10_000;
const WHOLE = { times: 1, gapMs: 0, after: null } as const;

/** A peer's program that a test talks to. */
class PeerProgram implements AsyncDisposable {
  readonly #child;
  readonly #events: AsyncIterator<string>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [MAIN], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { HOWDY_LOCAL_ADDRESS: "127.0.0.1", HOWDY_SILENCES_MS: "10 500", ...env },
    });
    this.#events = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  tell(command: PeerCommand): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** The next event with this word; others are passed over. */
  async next<Word extends string>(word: Word): Promise<Extract<PeerEvent, Record<Word, unknown>>[Word]> {
    for (;;) {
      const { value, done } = await this.#events.next();
      if (done === true) throw new Error(`the peer ended before it told ${word}`);
      const event = JSON.parse(value);
      if (word in event) return event[word];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
  }
}

/** A server with one connection, from the peer's "a". */
async function connected(peer: PeerProgram) {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  peer.tell({ connect: { as: ["a"], address: "127.0.0.1", port: address.port, notFrom: [] } });
  const [socket] = (await once(server, "connection")) as [Socket];
  await peer.next("connected");
  const close = (): void => {
    socket.destroy();
    server.close();
  };
  return { socket, [Symbol.dispose]: close };
}

test("pieces with a gap are reads of their own, and a FIN comes behind them", async () => {
  await using peer = new PeerProgram();
  using side = await connected(peer);
  const reads: string[] = [];
  side.socket.on("data", (chunk) => reads.push(chunk.toString("hex")));
  peer.tell({ send: { to: [{ as: "a", pieces: ["01", "0203", "04"] }], times: 1, gapMs: 20, after: "end" } });
  await once(side.socket, "end");
  expect(reads).toEqual(["01", "0203", "04"]);
  expect(await peer.next("sent")).toMatchObject({ as: "a", bytes: 4 });
});

test("what arrives is told, and each silence behind it", async () => {
  await using peer = new PeerProgram();
  using side = await connected(peer);
  side.socket.write(Buffer.from("02ff", "hex"));
  expect(await peer.next("received")).toMatchObject({ as: "a", hex: "02ff" });
  expect((await peer.next("silent")).ms).toBe(10);
  expect((await peer.next("silent")).ms).toBe(500);
});

test("a FIN leaves the other half open, and a RST does not", async () => {
  await using peer = new PeerProgram();
  using side = await connected(peer);
  side.socket.end();
  expect(await peer.next("ended")).toMatchObject({ as: "a" });
  peer.tell({ send: { to: [{ as: "a", pieces: ["05"] }], ...WHOLE } });
  const [chunk] = await once(side.socket, "data");
  expect(chunk.toString("hex")).toBe("05");
});

test("a reset is told on the side that gets it", async () => {
  await using peer = new PeerProgram();
  using side = await connected(peer);
  const failed = once(side.socket, "error");
  peer.tell({ send: { to: [{ as: "a", pieces: [] }], ...WHOLE, after: "reset" } });
  const [error] = await failed;
  expect(error.code).toBe("ECONNRESET");
});

test("a peer that listens names what it accepts, and hears its reset", async () => {
  await using server = new PeerProgram();
  await using client = new PeerProgram();
  const port = await freePort();
  server.tell({ listen: { port } });
  await server.next("listening");
  client.tell({ connect: { as: ["x", "y"], address: "127.0.0.1", port, notFrom: [] } });
  expect((await server.next("accepted")).as).toBe("c1");
  expect((await server.next("accepted")).as).toBe("c2");
  await client.next("connected");
  await client.next("connected");
  server.tell({ send: { to: [{ as: "c1", pieces: ["04"] }], ...WHOLE } });
  server.tell({ send: { to: [{ as: "c1", pieces: [] }], ...WHOLE, after: "reset" } });
  expect(await client.next("reset")).toMatchObject({ as: expect.stringMatching(/^[xy]$/) });
});

test("one that reads no more tells nothing until it reads again", async () => {
  await using peer = new PeerProgram();
  using side = await connected(peer);
  peer.tell({ reading: { as: ["a"], on: false } });
  peer.tell({ send: { to: [{ as: "a", pieces: ["01"] }], ...WHOLE } });
  await once(side.socket, "data");
  side.socket.write(Buffer.from("02", "hex"));
  peer.tell({ reading: { as: ["b"], on: true } });
  expect((await peer.next("error")).message).toBe('there is no connection "b"');
  peer.tell({ reading: { as: ["a"], on: true } });
  expect((await peer.next("received")).hex).toBe("02");
});

test("connections are made from no port that they are told is another's", async () => {
  await using server = createServer((socket) => socket.on("error", () => {}));
  await using peer = new PeerProgram();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  // All but one pair in eight: systems give even ports or odd ones.
  const isFree = (each: number): boolean => Math.floor(each / 2) % 8 === 0;
  const notFrom = Array.from({ length: 65_535 }, (_, at) => 1 + at).filter((each) => !isFree(each));
  const as = ["a", "b", "c", "d"];
  peer.tell({ connect: { as, address: "127.0.0.1", port, notFrom } });
  const ports: number[] = [];
  for (const _ of as) ports.push((await peer.next("connected")).port);
  expect(ports.filter((each) => !isFree(each))).toEqual([]);
  expect(new Set(ports).size).toBe(4);
});

test("a server that cannot be reached is told of", async () => {
  await using peer = new PeerProgram();
  peer.tell({ connect: { as: ["a"], address: "127.0.0.1", port: await freePort(), notFrom: [] } });
  expect((await peer.next("failed")).why).toMatch(/ECONNREFUSED/);
});

describe("a line that is no command is refused:", () => {
  test.each([
    ["no JSON", "{"],
    ["an unknown word", '{"shout":{}}'],
    ["two commands", '{"listen":{"port":1},"connect":{}}'],
    ["a port that there is not", '{"listen":{"port":65536}}'],
    ["half a byte", '{"send":{"to":[{"as":"a","pieces":["0"]}],"times":1,"gapMs":0}}'],
    ["more bytes than a peer sends", '{"send":{"to":[{"as":"a","pieces":["00"]}],"times":100001,"gapMs":0}}'],
    ["an end that is none", '{"send":{"to":[],"times":1,"gapMs":0,"after":"stop"}}'],
  ])("%s", (_what, line) => {
    expect(() => readCommand(line)).toThrow(CommandError);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return address.port;
}

test("what Node compiled of a peer is kept as soon as it is ready: whoever has it killed later starts fast again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "howdy-peer-"));
  // The peer, which may still write there, has ended by then.
  onTestFinished(() => rm(folder, { recursive: true }));
  await using peer = new PeerProgram({ NODE_COMPILE_CACHE: folder });
  await peer.next("ready");
  await expect
    .poll(async () => (await readdir(folder, { recursive: true })).length, { timeout: KEPT_MS_MAX })
    .toBeGreaterThan(1);
});
