import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { Server as NetServer } from "node:net";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../fixtures/started.ts";
import { TestPeer } from "../fixtures/test-peer.ts";
import { ServerProgram } from "../fixtures/test-program.ts";
import { CONTROL_CONNECTIONS_MAX, CONTROL_LINE_BYTES_MAX } from "../limits.ts";
import { askControl, serveControl } from "./control-socket.ts";

const CTL_MAIN = fileURLToPath(new URL("howdyctl.ts", import.meta.url));

/** A folder of this user's own, and a socket that repeats what it is asked. */
class Echo implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "howdy-"));
  readonly path = join(this.folder, "control.sock");
  #server: NetServer | undefined;

  async serve(): Promise<this> {
    this.#server = await serveControl(this.path, (line) => ({ status: "done", text: line }));
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function opened(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function read(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "close");
  return text;
}

test("a line is answered, byte by byte too, and what stands behind it is not looked at", async () => {
  await using echo = await new Echo().serve();
  expect(await askControl(echo.path, "list ä")).toEqual({ status: "done", text: "list ä" });
  const socket = await opened(echo.path);
  for (const byte of Buffer.from("help\nquit\n")) socket.write(Buffer.of(byte));
  expect(JSON.parse(await read(socket))).toEqual({ status: "done", text: "help" });
});

test("the socket is its user's alone, and so is its folder", async () => {
  await using echo = await new Echo().serve();
  expect(statSync(echo.path).mode & 0o777).toBe(0o600);
  const inNew = join(echo.folder, "new", "control.sock");
  const server = await serveControl(inNew, () => ({ status: "done", text: "" }));
  expect(statSync(join(echo.folder, "new")).mode & 0o777).toBe(0o700);
  server.close();
  const open = join(echo.folder, "open");
  mkdirSync(open);
  chmodSync(open, 0o777);
  const serving = serveControl(join(open, "control.sock"), () => ({ status: "done", text: "" }));
  await expect(serving).rejects.toThrow(`others may write in ${open}`);
});

test("a line that does not end is not awaited beyond its bytes", async () => {
  await using echo = await new Echo().serve();
  const socket = await opened(echo.path);
  socket.write("x".repeat(CONTROL_LINE_BYTES_MAX + 1));
  expect(JSON.parse(await read(socket))).toMatchObject({ status: "usage" });
});

test("one more connection than there may be is closed, and the others are served", async () => {
  await using echo = await new Echo().serve();
  const sockets = await Promise.all(Array.from({ length: CONTROL_CONNECTIONS_MAX }, () => opened(echo.path)));
  await expect(askControl(echo.path, "list")).rejects.toThrow();
  const [first, ...others] = sockets;
  first?.write("list\n");
  expect(first && JSON.parse(await read(first))).toEqual({ status: "done", text: "list" });
  for (const other of others) other.destroy();
});

test("another server's socket is left alone, a dead one's is replaced, and a file is nobody's to remove", async () => {
  await using echo = await new Echo().serve();
  await expect(serveControl(echo.path, () => ({ status: "done", text: "" }))).rejects.toThrow(
    "another server serves there",
  );
  const file = join(echo.folder, "precious");
  writeFileSync(file, "keep me");
  await expect(serveControl(file, () => ({ status: "done", text: "" }))).rejects.toThrow("EADDRINUSE");
  const dead = join(echo.folder, "dead.sock");
  await using killed = await ServerProgram.listening(["--control-socket", dead]);
  killed.child.kill("SIGKILL");
  await killed.exited();
  (await serveControl(dead, () => ({ status: "done", text: "" }))).close();
});

async function ctl(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  await using program = new ServerProgram([], { command: [...started(CTL_MAIN), ...args], env });
  const { status } = await program.exited();
  return { status, out: program.stdout, err: program.stderr };
}

test("howdyctl lists, announces, kicks, counts and stops a running server", async () => {
  await using echo = new Echo();
  const env = { HOWDY_CONTROL_SOCKET: echo.path };
  await using program = await ServerProgram.listening([], { env });
  using jon = await TestPeer.named(program.port, "Jon Stewart");
  using zoe = await TestPeer.named(program.port, "Zoë");
  expect(await ctl(["list"], env)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^Jon Stewart .*\nZoë .*\n$/),
  });
  expect(await ctl(["--socket", echo.path, "announce", "Back at", "ten."])).toMatchObject({ out: "Told 2 users.\n" });
  await jon.until("the announcement", () => jon.texts("Server").length === 1);
  expect(jon.received.at(-1)).toMatchObject({ sender: "Server", receiver: "All", text: "Back at ten." });
  expect(await ctl(["kick", "Jon Stewart", "too loud"], env)).toMatchObject({ status: 0 });
  expect(await jon.ended()).toBe("end");
  expect(jon.received.at(-1)).toMatchObject({
    sender: "Server",
    receiver: "Jon Stewart",
    text: "The operator ends your connection: too loud",
  });
  await zoe.until("the shorter list", () => zoe.list.join() === "Zoë");
  expect(await ctl(["kick", "Abe"], env)).toMatchObject({
    status: 1,
    err: "howdyctl: Abe: nobody of that name is online.\n",
  });
  const stats = JSON.parse((await ctl(["stats", "--json"], env)).out);
  expect(stats).toMatchObject({ connections: 1, named: 1, messagesIn: 2, cutOffReaders: 0 });
  expect(await ctl(["clear"], env)).toMatchObject({ status: 0, out: "There is no screen to clear here.\n" });
  expect(await ctl(["quit"], env)).toMatchObject({ status: 0, out: "The server stops.\n" });
  expect(await zoe.ended()).toBe("end");
  expect(zoe.texts("Server").at(-1)).toBe("The operator stops the server.");
  expect(await program.exited()).toEqual({ status: 0, signal: null });
  expect(program.texts.at(-1)).toBe("Howdy Server stops (quit).");
});

test("howdyctl says by its exit status that it was misused, or that no server is there", async () => {
  await using echo = new Echo();
  const env = { HOWDY_CONTROL_SOCKET: echo.path };
  expect(await ctl(["list"], env)).toMatchObject({ status: 3, err: expect.stringContaining("no server answers at") });
  expect(await ctl(["list"], { XDG_RUNTIME_DIR: echo.folder })).toMatchObject({ status: 3 });
  expect(await ctl([], env)).toMatchObject({ status: 2 });
  expect(await ctl(["--nonsense", "list"], env)).toMatchObject({ status: 2 });
  expect(await ctl(["--help"])).toMatchObject({ status: 0, out: expect.stringContaining("Exit status") });
  await using _server = await ServerProgram.listening([], { env });
  expect(await ctl(["shutdown"], env)).toMatchObject({
    status: 2,
    err: expect.stringContaining("There are: help, list"),
  });
});

test("howdyctl finds the only server that put its socket into the user's folder, past the sockets of dead ones", async () => {
  await using echo = new Echo();
  const env = { XDG_RUNTIME_DIR: echo.folder };
  await using killed = await ServerProgram.listening(["--control-socket", "auto"], { env });
  killed.child.kill("SIGKILL");
  await killed.exited();
  await using _first = await ServerProgram.listening(["--control-socket", "auto"], { env });
  expect(await ctl(["list"], env)).toMatchObject({ status: 0, out: "Nobody is online.\n" });
  await using second = await ServerProgram.listening(["--control-socket", "auto"], { env });
  expect(await ctl(["list"], env)).toMatchObject({ status: 2, err: expect.stringContaining(`${second.port}.sock`) });
});
