import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { started } from "../fixtures/started.ts";
import { DEADLINE_MS, TestPeer } from "./fixtures/test-peer.ts";
import { SERVER_MAIN, ServerProgram } from "./fixtures/test-program.ts";
import { TextPeer } from "./fixtures/text-peer.ts";

const HEALTH_MAIN = fileURLToPath(new URL("health-check.ts", import.meta.url));
const ASK_HOST = "Please input a valid IP address of this Howdy Server, press Enter to use 127.0.0.1.";
const ASK_PORT = "Please input a valid TCP port number for Howdy Server, press Enter to use 20002.";
/** What SIGTERM and SIGINT may take. */
const STOP_MS = 5000;

/** A port that nothing listens on, and that nothing is given by the system for a while. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "howdy-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

describe("the console", () => {
  test("asks for an address and a port, again and again, as the report's case 02 does", async () => {
    const port = await freePort();
    await using program = new ServerProgram([]);
    const answered = async (line: string, prompts: number) => {
      program.type(line);
      await program.logged("prompt", prompts);
    };
    await program.logged("prompt");
    await answered("300.1.1.1", 2);
    await answered("cookiemonster", 3);
    await answered("127.0.0.1", 4);
    await answered("worcester", 5);
    await answered("11", 6);
    program.type(String(port));
    await program.logged("server-listening");
    expect(program.texts).toEqual([
      ...Array(3).fill(ASK_HOST),
      ...Array(3).fill(ASK_PORT),
      `You are going to start Howdy Server with ('127.0.0.1', ${port})`,
      "Server is started and listening.",
    ]);
    using _jon = await TestPeer.named(port, "Jon");
  });

  test("takes lines that were all there before it asked, and empty ones for the defaults", async () => {
    await using program = new ServerProgram([], { env: { HOWDY_PORT: String(await freePort()) } });
    program.type("", "this is for nobody");
    await program.logged("server-listening");
    expect(program.texts.slice(0, 2)).toEqual([
      ASK_HOST,
      `You are going to start Howdy Server with ('127.0.0.1', ${program.port})`,
    ]);
  });

  test("asks for what is missing only", async () => {
    await using program = new ServerProgram(["--host", "127.0.0.1"]);
    await program.logged("prompt");
    expect(program.texts).toEqual([ASK_PORT]);
  });

  test("asks whatever the log level is", async () => {
    await using program = new ServerProgram(["--log-level", "silent"]);
    await program.logged("prompt");
    expect(program.texts).toEqual([ASK_HOST]);
  });

  test("whose input ends gives one clear line and exit status 2", async () => {
    await using program = new ServerProgram([]);
    program.child.stdin?.end("300.1.1.1\n");
    expect(await program.exited()).toEqual({ status: 2, signal: null });
    expect(program.texts).toEqual([ASK_HOST, ASK_HOST]);
    expect(program.stderr).toBe(
      `howdy-server: the input ended before the question was answered: ${ASK_HOST} Or set --host or HOWDY_HOST. Try --help.\n`,
    );
  });

  test.each(["SIGTERM", "SIGINT"] as const)("that still asks ends at %s", async (signal) => {
    await using program = new ServerProgram([]);
    await program.logged("prompt");
    program.child.kill(signal);
    expect(await program.exited(STOP_MS)).toEqual({ status: 0, signal: null });
  });
});

describe("the operator's console", () => {
  test("takes commands where the server asked, and its end stops nothing", async () => {
    const port = await freePort();
    await using program = new ServerProgram(["--host", "127.0.0.1"]);
    program.type(String(port), "list", "nonsense");
    await program.until("both answers", () =>
      program.texts.some((text) => text.startsWith("Unknown command: nonsense")),
    );
    expect(program.texts).toContain("Nobody is online.");
    using jon = await TestPeer.named(port, "Jon");
    program.type("announce Hello.");
    await jon.until("the announcement", () => jon.texts("Server").join() === "Hello.");
    program.child.stdin?.end();
    using zoe = await TestPeer.named(port, "Zoë");
    zoe.say("Jon", "still here");
    await jon.until("the whisper", () => jon.texts("Zoë").length === 1);
    expect(program.stderr).toBe("");
  });

  test("is not read where the server did not ask and no terminal is", async () => {
    await using program = await ServerProgram.listening();
    program.type("quit");
    using _fence = await TestPeer.named(program.port, "Jon");
    using _another = await TestPeer.named(program.port, "Zoë");
    expect(program.lines.filter((line) => line.event === "operator")).toEqual([]);
  });

  test("on a terminal answers in plain lines, clears it, and quits", async (context) => {
    if (spawnSync("script", ["--version"]).status !== 0) return context.skip("needs script of util-linux");
    const command = [...started(SERVER_MAIN), "--host", "127.0.0.1", "--port", "0"].join(" ");
    await using program = new ServerProgram([], { command: ["script", "-qec", command, "/dev/null"] });
    await program.until("the start", () => program.stdout.includes("Server is started and listening."));
    program.type("list");
    await program.until("the answer", () => program.stdout.includes("\r\nNobody is online.\r\n"));
    program.type("clear");
    await program.until("the clearing", () => program.stdout.includes("\u001b[H\u001b[2J\u001b[3J"));
    program.type("quit");
    expect(await program.exited(STOP_MS)).toEqual({ status: 0, signal: null });
    expect(program.stdout).toContain("Howdy Server stops (quit).");
  });
});

describe("the command line", () => {
  test("wins over the environment", async () => {
    const port = await freePort();
    const env = { HOWDY_HOST: "127.0.0.1", HOWDY_PORT: "1" };
    await using program = new ServerProgram(["--port", String(port)], { env });
    await program.logged("server-listening");
    expect(program.port).toBe(port);
  });

  test("that is wrong gives one clear line and exit status 2, and starts nothing", async () => {
    await using program = new ServerProgram(["--port", "80"]);
    expect(await program.exited()).toEqual({ status: 2, signal: null });
    expect(program.stdout).toBe("");
    expect(program.stderr).toBe(
      'howdy-server: --port: expected a whole number from 1025 to 65535 (or 0 for any that is free); got "80". Try --help.\n',
    );
  });

  test("tells its flags and its version", async () => {
    await using help = new ServerProgram(["--help"]);
    await using version = new ServerProgram(["--version"]);
    expect(await help.exited()).toEqual({ status: 0, signal: null });
    expect(help.stdout).toContain("--silent-death-s");
    expect(await version.exited()).toEqual({ status: 0, signal: null });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("doors of other protocols", () => {
  test("open where they are told, and say so", async () => {
    await using program = await ServerProgram.listening(["--door", "cs513:0"], { env: { HOWDY_DOORS: "chatroom:0" } });
    const doors = program.lines.filter(({ event }) => event === "door-open");
    const [cs513 = 0, chatroom = 0] = doors.map(({ port }) => port);
    expect(doors.map(({ msg }) => msg)).toEqual([
      `The door of cs513 is open at ('127.0.0.1', ${cs513})`,
      `The door of chatroom is open at ('127.0.0.1', ${chatroom})`,
    ]);
    using ted = await TextPeer.greeted(cs513, "Ted:Hi\n", "Ted:Hi\n");
    using jeremy = new TextPeer(chatroom);
    await jeremy.until("[*] Welcome to the chat room!");
    await program.logged("user-online");
    expect(program.texts).toContain("New user is added into list. Current User list: Ted");
    ted.write("Ted:bye\n");
    program.child.kill("SIGTERM");
    await ted.ended();
    expect(await program.exited()).toEqual({ status: 0, signal: null });
  });

  test("are closed unless they are told to open", async () => {
    await using program = await ServerProgram.listening();
    expect(program.lines.filter(({ event }) => event === "door-open")).toEqual([]);
  });

  test("whose port is in use give one clear line and exit status 1", async () => {
    await using first = await ServerProgram.listening();
    const door = `classchat:${first.port}`;
    await using second = new ServerProgram(["--host", "127.0.0.1", "--port", "0", "--door", door]);
    expect(await second.exited()).toEqual({ status: 1, signal: null });
    expect(second.stderr).toBe(
      `howdy-server: port ${first.port} of 127.0.0.1 is in use by another program; choose another with --door classchat:PORT.\n`,
    );
  });
});

describe("an address that cannot be had", () => {
  test("because its port is in use gives one clear line and exit status 1", async () => {
    await using first = await ServerProgram.listening();
    await using second = new ServerProgram(["--host", "127.0.0.1", "--port", String(first.port)]);
    expect(await second.exited()).toEqual({ status: 1, signal: null });
    expect(second.stderr).toBe(
      `howdy-server: port ${first.port} of 127.0.0.1 is in use by another program; choose another with --port.\n`,
    );
  });

  test("because it is not of this machine gives one clear line and exit status 1", async () => {
    await using program = new ServerProgram(["--host", "203.0.113.1", "--port", "0"]);
    expect(await program.exited()).toEqual({ status: 1, signal: null });
    expect(program.stderr).toBe(
      "howdy-server: 203.0.113.1 is not an address of this machine; choose another with --host.\n",
    );
    expect(program.texts).toEqual(["You are going to start Howdy Server with ('203.0.113.1', 0)"]);
  });
});

describe("a room's log that cannot be had", () => {
  test("gives one clear line and exit status 1, and no server listens", async () => {
    const env = { HOWDY_ROOM_LOG: "nats://jon:secret@127.0.0.1:1/room" };
    await using program = new ServerProgram(["--host", "127.0.0.1", "--port", "0"], { env });
    expect(await program.exited()).toEqual({ status: 1, signal: null });
    expect(program.stderr).toMatch(/^howdy-server: no broker can be reached at 127\.0\.0\.1:1: .*\.\n$/);
    expect(program.stderr).not.toContain("secret");
    expect(program.stdout).not.toContain("server-listening");
  });
});

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends a server with clients in time, status 0, its last line written",
    async (signal) => {
      await using program = await ServerProgram.listening();
      using jon = await TestPeer.named(program.port, "Jon");
      using deaf = await TestPeer.named(program.port, "deaf");
      using halfOpen = await TestPeer.named(program.port, "half open", { allowHalfOpen: true });
      deaf.socket.pause();
      jon.send(Buffer.concat(Array.from({ length: 30 }, (_, number) => jon.chat("All", `text ${number}`))));
      await halfOpen.until("the first text", () => halfOpen.texts().length > 0);
      program.child.kill(signal);
      await program.logged("server-stopping");
      program.child.kill(signal);
      expect(await program.exited(STOP_MS)).toEqual({ status: 0, signal: null });
      expect(program.texts.at(-1)).toBe(`Howdy Server stops (${signal}).`);
      expect(await jon.ended()).toBe("end");
    },
  );

  test("ends a server in time whose log nobody reads", async () => {
    await using program = await ServerProgram.listening(["--message-gap-ms", "0", "--flood-rate", "0"]);
    using jon = await TestPeer.named(program.port, "Jon");
    program.child.stdout?.pause();
    const texts = Array.from({ length: 2000 }, (_, number) => jon.chat("Jon", `text ${number}`));
    jon.send(Buffer.concat(texts));
    await jon.until("all texts", () => jon.texts().length === texts.length);
    program.child.kill("SIGTERM");
    const [status] = await once(program.child, "exit", { signal: AbortSignal.timeout(STOP_MS) });
    expect(status).toBe(0);
  });

  test("leaves a slow reader of the log the time to read all of it", async () => {
    await using program = await ServerProgram.listening(["--message-gap-ms", "0", "--flood-rate", "0"]);
    using jon = await TestPeer.named(program.port, "Jon");
    program.child.stdout?.pause();
    const texts = Array.from({ length: 2000 }, (_, number) => jon.chat("Jon", `text ${number}`));
    jon.send(Buffer.concat(texts));
    await jon.until("all texts", () => jon.texts().length === texts.length);
    program.child.kill("SIGTERM");
    await jon.ended();
    program.child.stdout?.resume();
    expect(await program.exited(STOP_MS)).toEqual({ status: 0, signal: null });
    expect(program.lines.filter((line) => line.event === "message-forwarded")).toHaveLength(texts.length);
    expect(program.texts.at(-1)).toBe("Howdy Server stops (SIGTERM).");
  });

  test("ends a server in time whose log's reader is gone, and which served on without it", async () => {
    await using program = await ServerProgram.listening();
    program.child.stdout?.destroy();
    using jon = await TestPeer.named(program.port, "Jon");
    using zoe = await TestPeer.named(program.port, "Zoë");
    jon.say("All", "anybody there?");
    await zoe.until("the text", () => zoe.texts().length === 1);
    program.child.kill("SIGTERM");
    const [status] = await once(program.child, "exit", { signal: AbortSignal.timeout(STOP_MS) });
    expect([status, program.stderr]).toEqual([0, ""]);
  });
});

describe("the log", () => {
  test("holds the report's words in msg and the facts beside them, a JSON object a line", async () => {
    await using program = await ServerProgram.listening();
    using jon = await TestPeer.named(program.port, "Jon");
    const line = program.lines.find((one) => one.event === "client-connected");
    const remotePort = jon.socket.localPort;
    expect(line).toMatchObject({
      level: 30,
      msg: `A new client is connected: ('127.0.0.1', ${remotePort})`,
      remoteAddress: "127.0.0.1",
      remotePort,
    });
  });

  test("at level warn holds warnings only", async () => {
    const port = await freePort();
    const flags = ["--connections-max", "1", "--log-level", "warn"];
    await using program = new ServerProgram(["--host", "127.0.0.1", "--port", String(port), ...flags]);
    using _jon = await namedAtLast(port, "Jon");
    using newcomer = await TestPeer.connect(port);
    await newcomer.ended();
    await program.logged("connections-full");
    expect(program.lines.map((line) => line.level)).toEqual([40]);
  });

  test("says how many lines were dropped because nobody read them, once somebody does", async () => {
    await using program = await ServerProgram.listening(["--message-gap-ms", "0", "--flood-rate", "0"]);
    using jon = await TestPeer.named(program.port, "Jon");
    program.child.stdout?.pause();
    const messages = 30_000;
    // To a name that nobody has, and that nobody is answered about.
    const noise = jon.chat("Server", "x");
    jon.send(Buffer.concat(Array.from({ length: messages }, () => noise)));
    jon.say("Jon", "the end");
    await jon.until("the end", () => jon.texts().length === 1);
    program.child.stdout?.resume();
    await program.logged("log-dropped");
    jon.say("Jon", "a fence");
    await program.until(
      "the log to go on",
      () => program.stdout.lastIndexOf("message-forwarded") > program.stdout.lastIndexOf("log-dropped"),
    );
    const dropped = Number(program.lines.find((line) => line.event === "log-dropped")?.lines);
    expect(dropped).toBeGreaterThan(0);
    expect(program.lines.length + dropped).toBe(2 + 9 + messages * 5 + 2 * 5 + 1);
  });

  test("on a terminal holds the plain words, and the prompts", async (context) => {
    if (spawnSync("script", ["--version"]).status !== 0) return context.skip("needs script of util-linux");
    const port = await freePort();
    const command = [...started(SERVER_MAIN), "--port", String(port), "--connections-max", "1"].join(" ");
    await using program = new ServerProgram([], { command: ["script", "-qec", command, "/dev/null"] });
    await program.until("the prompt", () => program.stdout.includes(ASK_HOST));
    program.type("");
    await program.until("the start", () => program.stdout.includes("Server is started and listening."));
    using _jon = await TestPeer.named(port, "Jon");
    using newcomer = await TestPeer.connect(port);
    await newcomer.ended();
    await program.until("a warning", () => program.stdout.includes("are the limit"));
    const lines = program.stdout.split("\r\n");
    expect(lines).toContain(ASK_HOST);
    expect(lines).toContain("A username is accepted: Jon");
    expect(program.stdout).not.toContain("{");
  });
});

/** A named peer, as soon as the server lets it in. */
async function namedAtLast(port: number, name: string): Promise<TestPeer> {
  const startedMs = performance.now();
  for (;;) {
    const peer = await TestPeer.named(port, name).catch(() => undefined);
    if (peer !== undefined) return peer;
    if (performance.now() - startedMs > DEADLINE_MS) throw new Error(`port ${port} let nobody in`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("the health check", () => {
  const ask = async (path: string) => {
    const command = [...started(HEALTH_MAIN)];
    await using program = new ServerProgram([], { command, env: { HOWDY_HEALTH_SOCKET: path } });
    const { status } = await program.exited();
    return { status, stderr: program.stderr };
  };

  test("answers while the server runs, leaves no trace in the log, and fails once it has stopped", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "health.sock");
    await using program = await ServerProgram.listening([], { env: { HOWDY_HEALTH_SOCKET: path } });
    expect(await ask(path)).toEqual({ status: 0, stderr: "" });
    using _fence = await TestPeer.named(program.port, "Jon");
    expect(program.lines.map((line) => line.event).slice(0, 3)).toEqual([
      "server-starting",
      "server-listening",
      "client-connected",
    ]);
    expect(program.texts.filter((text) => text.startsWith("A new client"))).toHaveLength(1);
    program.child.kill("SIGTERM");
    await program.exited();
    const { status, stderr } = await ask(path);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^unhealthy: .*ENOENT.*\n$/);
  });

  test("takes the place of a socket that a killed server left, and of nothing else", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "health.sock");
    const env = { HOWDY_HEALTH_SOCKET: path };
    await using killed = await ServerProgram.listening([], { env });
    killed.child.kill("SIGKILL");
    await killed.exited();
    expect((await ask(path)).status).toBe(1);
    await using program = await ServerProgram.listening([], { env });
    expect((await ask(path)).status).toBe(0);
    const file = join(folder.path, "precious");
    writeFileSync(file, "keep me");
    await using wrong = new ServerProgram(["--host", "127.0.0.1", "--port", "0"], {
      env: { HOWDY_HEALTH_SOCKET: file },
    });
    expect((await wrong.exited()).status).toBe(1);
    expect(wrong.stderr).toMatch(/^howdy-server: HOWDY_HEALTH_SOCKET: cannot listen on .*precious: it is in use\.\n$/);
    expect(program.stderr).toBe("");
  });

  test("fails when it is not told where to ask", async () => {
    expect(await ask("")).toEqual({ status: 1, stderr: "HOWDY_HEALTH_SOCKET is not set\n" });
  });
});

test("a server that runs out of file descriptors turns newcomers away, and serves on", async (context) => {
  if (process.platform === "win32") return context.skip("needs a shell with ulimit");
  const command = ["sh", "-c", `ulimit -n 48 && exec "$0" "$@"`, ...started(SERVER_MAIN)];
  const args = ["--host", "127.0.0.1", "--port", "0", "--message-gap-ms", "0"];
  await using program = new ServerProgram([], { command: [...command, ...args] });
  await program.logged("server-listening");
  using jon = await TestPeer.named(program.port, "Jon");
  using zoe = await TestPeer.named(program.port, "Zoë");
  using peers = new DisposableStack();
  const crowd = await Promise.all(
    Array.from({ length: 100 }, () => TestPeer.connect(program.port).catch(() => undefined)),
  );
  for (const peer of crowd) if (peer !== undefined) peers.use(peer);
  for (let number = 0; number < 50; number += 1) jon.say("All", `text ${number}`);
  await zoe.until("all texts", () => zoe.texts("Jon").length === 50);
  const linesThen = program.lines.length;
  for (const peer of crowd) peer?.reset();
  using _newcomer = await namedAtLast(program.port, "newcomer");
  expect(linesThen).toBeLessThan(1000);
});
