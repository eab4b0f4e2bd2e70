// Silent deaths for real: a server and its clients in two network namespaces, joined by a virtual cable. A client
// vanishes by losing its address: nothing it is sent is answered any more, not even by an error. Needs root on Linux.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { started } from "../../fixtures/started.ts";
import { encodeMessage } from "../../protocol/hcp1/index.ts";
import { DEADLINE_MS } from "../fixtures/test-peer.ts";
import { SERVER_MAIN, ServerProgram } from "../fixtures/test-program.ts";

const SERVER = { address: "10.77.0.1", mac: "02:00:00:00:77:01" };
const CLIENT = { address: "10.77.0.2", mac: "02:00:00:00:77:02" };
const PORT = 20_002;
const LIMIT_S = 6;
/** What a death may take beyond the limit: a read of the table on either side of it, and a busy machine. */
const SLACK_MS = 4000;

/** Joins its input and output to a connection. With "deaf" it never reads. */
const CLIENT_CODE = `
  const [address, port, deaf] = process.argv.slice(1);
  const socket = require("node:net").connect(Number(port), address);
  socket.on("error", () => process.exit());
  process.stdin.pipe(socket);
  if (deaf === "deaf") socket.pause();
  else socket.pipe(process.stdout);
`;

/** A network namespace. It lives as long as a process that ends with this one. */
class Namespace implements AsyncDisposable {
  readonly #keeper: ChildProcess;
  readonly #programs = new AsyncDisposableStack();

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  static async open(): Promise<Namespace> {
    const keeper = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec cat"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(keeper.stdout, "data");
    return new Namespace(keeper);
  }

  get pid(): string {
    return String(this.#keeper.pid);
  }

  run(...command: readonly string[]): string {
    return execFileSync("nsenter", ["--net", "--target", this.pid, ...command], { encoding: "utf8" });
  }

  start(...command: readonly string[]): ServerProgram {
    const enter = ["nsenter", "--net", "--target", this.pid];
    return this.#programs.use(new ServerProgram([], { command: [...enter, ...command] }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#programs.disposeAsync();
    this.#keeper.stdin?.end();
    await once(this.#keeper, "exit");
  }
}

/** A server in one namespace, and room for clients in it and in another. */
class Bed implements AsyncDisposable {
  readonly near: Namespace;
  readonly far: Namespace;
  readonly server: ServerProgram;
  readonly #all: AsyncDisposableStack;

  private constructor(near: Namespace, far: Namespace, server: ServerProgram, all: AsyncDisposableStack) {
    this.near = near;
    this.far = far;
    this.server = server;
    this.#all = all;
  }

  static async open(): Promise<Bed> {
    await using opened = new AsyncDisposableStack();
    const near = opened.use(await Namespace.open());
    const far = opened.use(await Namespace.open());
    const end = (host: typeof SERVER, space: Namespace) => ["address", host.mac, "netns", space.pid];
    const cable = [
      "link",
      "add",
      "cable",
      ...end(SERVER, near),
      "type",
      "veth",
      "peer",
      "name",
      "cable",
      ...end(CLIENT, far),
    ];
    execFileSync("ip", cable);
    for (const [space, own, other] of [
      [near, SERVER, CLIENT],
      [far, CLIENT, SERVER],
    ] as const) {
      space.run("ip", "link", "set", "lo", "up");
      space.run("ip", "address", "add", `${own.address}/24`, "dev", "cable");
      space.run("ip", "link", "set", "cable", "up");
      // Nobody has to ask who has an address: whoever vanished would not answer, and that is another error.
      space.run("ip", "neighbour", "replace", other.address, "lladdr", other.mac, "nud", "permanent", "dev", "cable");
    }
    const flags = ["--host", SERVER.address, "--port", String(PORT), "--silent-death-s", String(LIMIT_S)];
    const server = near.start(...started(SERVER_MAIN), ...flags);
    await server.logged("server-listening");
    return new Bed(near, far, server, opened.move());
  }

  /** A named client; far ones can vanish. */
  async client(space: Namespace, name: string, deaf = false): Promise<ServerProgram> {
    const args = [SERVER.address, String(PORT), ...(deaf ? ["deaf"] : [])];
    const client = space.start(process.execPath, "-e", CLIENT_CODE, ...args);
    client.child.stdin?.write(encodeMessage({ kind: "proposal", name }));
    await this.server.until(`${name} online`, () => this.server.texts.includes(`A username is accepted: ${name}`));
    return client;
  }

  /** From now on the far namespace answers nothing. */
  vanish(): void {
    this.far.run("ip", "address", "flush", "dev", "cable");
  }

  /**
   * Waits until the kernel runs a timer for the far client's connection: 02 keepalive, 04 a window that is shut
   * (Documentation/networking/proc_net_tcp.rst).
   */
  async untilTimer(timer: string): Promise<void> {
    const startedMs = performance.now();
    while (!this.hasTimer(timer)) {
      if (performance.now() - startedMs > DEADLINE_MS) throw new Error(`no timer ${timer} in ${DEADLINE_MS} ms`);
      await pause(50);
    }
  }

  hasTimer(timer: string): boolean {
    return new RegExp(` 02004D0A:\\w+ 01 \\S+ ${timer}:`).test(this.near.run("cat", "/proc/self/net/tcp"));
  }

  isOffline(name: string): boolean {
    return this.server.texts.includes(`${name} is offline now.`);
  }

  /** Milliseconds until a name is free. */
  async untilOffline(name: string): Promise<number> {
    const startedMs = performance.now();
    const deadlineMs = LIMIT_S * 1000 + SLACK_MS + DEADLINE_MS;
    await this.server.until(`${name} offline`, () => this.isOffline(name), deadlineMs);
    return performance.now() - startedMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all.disposeAsync();
  }
}

function chat(sender: string, receiver: string, text: string): Uint8Array {
  return encodeMessage({ kind: "message", sender, receiver, text });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test.concurrent("a client that vanishes while nothing is under way is given up in time", async () => {
  await using bed = await Bed.open();
  const jon = await bed.client(bed.far, "Jon");
  await jon.until("its ack and its list", () => jon.stdout.length === 65 + 65);
  await bed.untilTimer("02");
  bed.vanish();
  const tookMs = await bed.untilOffline("Jon");
  expect(tookMs).toBeGreaterThan((LIMIT_S - 2) * 1000);
  expect(tookMs).toBeLessThan(LIMIT_S * 1000 + SLACK_MS);
  expect(bed.server.lines.find((line) => line.event === "peer-silent")?.msg).toMatch(
    /^Error: the peer does not answer \(read ETIMEDOUT\), closing \('10\.77\.0\.2', \d+\)$/,
  );
});

test.concurrent("a client that vanishes while it is sent something is given up in time", async () => {
  await using bed = await Bed.open();
  await bed.client(bed.far, "Jon");
  const zoe = await bed.client(bed.near, "Zoë");
  bed.vanish();
  const talk = setInterval(() => zoe.child.stdin?.write(chat("Zoë", "All", "still there?")), 300);
  const tookMs = await bed.untilOffline("Jon").finally(() => clearInterval(talk));
  expect(tookMs).toBeGreaterThan((LIMIT_S - 2) * 1000);
  expect(tookMs).toBeLessThan(LIMIT_S * 1000 + SLACK_MS);
  expect(bed.isOffline("Zoë")).toBe(false);
  expect(bed.server.lines.find((line) => line.event === "peer-silent")?.msg).toContain("acknowledged nothing for 6 s");
});

test.concurrent("a client that is there but does not read is not given up", async () => {
  await using bed = await Bed.open();
  await bed.client(bed.far, "deaf", true);
  const zoe = await bed.client(bed.near, "Zoë");
  const words = Buffer.concat(Array(20).fill(chat("Zoë", "deaf", "x".repeat(3900))));
  const talk = setInterval(() => zoe.child.stdin?.write(words), 50);
  await bed.untilTimer("04").finally(() => clearInterval(talk));
  await pause(LIMIT_S * 1000 + SLACK_MS);
  expect(bed.hasTimer("04")).toBe(true);
  expect([bed.isOffline("deaf"), bed.isOffline("Zoë")]).toEqual([false, false]);
  expect(bed.server.lines.every((line) => line.level === 30)).toBe(true);
});
