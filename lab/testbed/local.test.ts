import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { type createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ProgramCommand } from "../hosts/program-source.ts";
import type { Topology } from "../hosts/topology.ts";
import { command } from "../implementation/fixtures/own-pair.ts";
import { isAlive, markProcess } from "../machine/process-mark.ts";
import { openLocalBed } from "./local.ts";
import {
  BedUnavailableError,
  COMMAND_BYTES_MAX,
  type Host,
  type Hosts,
  type OutputLine,
  type Program,
  type ProgramSpec,
  UnsupportedError,
} from "./testbed.ts";

const DEADLINE_MS = 10_000;

const topology: Topology = {
  subnet: "10.9.1.0/24",
  hosts: [
    { name: "One", service: "one", role: "server", address: "10.9.1.10" },
    { name: "Two", service: "two", role: "client", address: "10.9.1.11" },
  ],
};

/** A bed whose programs all run this script. */
async function openScripted(script: string) {
  return openRunning(command(process.execPath, "-e", script, "--"));
}

/** A bed whose programs all are this one. */
function openRunning(program: ProgramCommand, why?: string) {
  const programs = { server: program, client: program };
  return openLocalBed({ topology, repository: "/the/lab", programs, ...(why !== undefined && { why }) });
}

function hostOf(hosts: Hosts, name: string): Host {
  const host = hosts.byName.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

const plain: ProgramSpec = { role: "client", args: [], env: {} };

/** Resolves with the first line that holds a text, or fails at the deadline. */
function lineWith(program: Program, text: string): Promise<OutputLine> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    const deadline = setTimeout(
      () => reject(new Error(`no line with "${text}"; saw ${seen.join(" | ")}`)),
      DEADLINE_MS,
    );
    program.onLine((line) => {
      seen.push(line.text);
      if (!line.text.includes(text)) return;
      clearTimeout(deadline);
      resolve(line);
    });
  });
}

const ECHO = "process.stdin.on('data', (chunk) => process.stdout.write(chunk)).on('end', () => process.exit(7))";

describe("a program on the local bed", () => {
  test("gives back the lines it is written, and its streams stay apart", async () => {
    await using bed = await openScripted(`${ECHO}; console.error('on stderr')`);
    await using hosts = await bed.boot("lines");
    const program = await hostOf(hosts, "Two").start(plain);
    expect(await lineWith(program, "on stderr")).toMatchObject({ stream: "stderr", text: "on stderr" });
    program.writeLine('{"say":"Olé"}');
    expect(await lineWith(program, "Ol")).toMatchObject({ stream: "stdout", text: '{"say":"Olé"}' });
  });

  test("has a folder of its own that is empty at each start, and gone with the bed", async () => {
    const script = `const { readdirSync, writeFileSync } = require('fs');
      const { length } = readdirSync(process.env.FOLDER);
      writeFileSync(process.env.FOLDER + '/x', '');
      console.log(length);
      process.stdin.resume();`;
    const bed = await openScripted(script);
    const hosts = await bed.boot("folder");
    const host = hostOf(hosts, "Two");
    for (let start = 0; start < 2; start += 1) {
      const program = await host.start({ ...plain, env: { FOLDER: host.folder } });
      expect((await lineWith(program, "")).text).toBe("0");
      await program.kill();
    }
    expect(existsSync(host.folder)).toBe(true);
    await bed[Symbol.asyncDispose]();
    expect(existsSync(host.folder)).toBe(false);
  });

  test("has commands run beside it, which give back how they ended and what they said", async () => {
    await using bed = await openScripted(ECHO);
    await using hosts = await bed.boot("beside");
    const host = hostOf(hosts, "Two");
    const beside = (script: string) =>
      host.runBeside({ container: undefined, command: command(process.execPath, "-e", script, "a  word") });
    expect(await beside("console.log(process.argv[1]); console.error('no'); process.exitCode = 3")).toEqual({
      code: 3,
      output: expect.stringMatching(/^(a {2}word\nno\n|no\na {2}word\n)$/),
    });
    expect((await beside("console.log('x'.repeat(100000))")).output).toHaveLength(COMMAND_BYTES_MAX);
    await expect(host.runBeside({ container: ["x"], command: undefined })).rejects.toThrow(UnsupportedError);
    await expect(host.runBeside({ container: undefined, command: command("/no/such/program") })).rejects.toThrow(
      "/no/such/program cannot be started",
    );
  });

  test("hands over every line before it is said to have exited", async () => {
    await using bed = await openScripted("for (let n = 0; n < 5000; n++) console.log(n); process.exitCode = 3");
    await using hosts = await bed.boot("order");
    const program = await hostOf(hosts, "Two").start(plain);
    expect(await program.exited).toEqual({ code: 3, signal: null });
    const lines: string[] = [];
    program.onLine((line) => lines.push(line.text));
    expect(lines).toEqual(Array.from({ length: 5000 }, (_, n) => String(n)));
  });

  test("sees the end of its input", async () => {
    await using bed = await openScripted(ECHO);
    await using hosts = await bed.boot("end");
    const program = await hostOf(hosts, "Two").start(plain);
    program.closeInput();
    expect(await program.exited).toEqual({ code: 7, signal: null });
    expect(() => program.writeLine("late")).toThrow("reads no more input");
  });

  test("that is stopped may finish its work", async () => {
    await using bed = await openScripted(
      "setInterval(() => {}, 1000); process.on('SIGTERM', () => { console.log('flushed'); process.exit(0) }); console.log('up')",
    );
    await using hosts = await bed.boot("stop");
    const program = await hostOf(hosts, "One").start({ ...plain, role: "server" });
    await lineWith(program, "up");
    const flushed = lineWith(program, "flushed");
    expect(await program.stop(DEADLINE_MS)).toEqual({ code: 0, signal: null });
    await flushed;
  });

  test("that will not stop is killed at the end of its grace", async () => {
    await using bed = await openScripted(
      "setInterval(() => {}, 1000); process.on('SIGTERM', () => {}); console.log('up')",
    );
    await using hosts = await bed.boot("stubborn");
    const program = await hostOf(hosts, "One").start({ ...plain, role: "server" });
    await lineWith(program, "up");
    expect(await program.stop(100)).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("has the environment it was given, a cache for its compiled code, and nothing else of the lab's", async () => {
    process.env.HOWDY_PORT = "1";
    try {
      await using bed = await openScripted("console.log(JSON.stringify(process.env))");
      await using hosts = await bed.boot("environment");
      const program = await hostOf(hosts, "Two").start({ ...plain, env: { HOWDY_TEST: "given" } });
      const seen: Record<string, string> = JSON.parse((await lineWith(program, "{")).text);
      const { HOWDY_TEST, NODE_COMPILE_CACHE } = seen;
      expect(HOWDY_TEST).toBe("given");
      expect(NODE_COMPILE_CACHE).toBe("/the/lab/node_modules/.cache/howdy-lab");
      expect(Object.keys(seen).filter((name) => name.startsWith("HOWDY_"))).toEqual(["HOWDY_TEST"]);
    } finally {
      delete process.env.HOWDY_PORT;
    }
  });

  test("that is a bare word is found on the PATH, where the node that runs the lab comes first", async () => {
    await using bed = await openRunning(command("node", "-p", "JSON.stringify([process.execPath, process.env.PATH])"));
    await using hosts = await bed.boot("path");
    const program = await hostOf(hosts, "Two").start(plain);
    const [node, path]: readonly string[] = JSON.parse((await lineWith(program, "[")).text);
    expect(realpathSync(node ?? "")).toBe(realpathSync(process.execPath));
    expect(path?.split(delimiter)[0]).toBe(dirname(process.execPath));
  });

  test("is started in the folder that its command names", async () => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), "howdy-local-")));
    try {
      await using bed = await openRunning({ words: [process.execPath, "-p", "process.cwd()"], directory });
      await using hosts = await bed.boot("folder");
      expect((await lineWith(await hostOf(hosts, "Two").start(plain), "/")).text).toBe(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("gets its arguments as they are", async () => {
    await using bed = await openScripted("console.log(JSON.stringify(process.argv.slice(1)))");
    await using hosts = await bed.boot("arguments");
    const args = ["--host", "127.0.0.1", "with space", ""];
    const program = await hostOf(hosts, "Two").start({ ...plain, args });
    expect(JSON.parse((await lineWith(program, "[")).text)).toEqual(args);
  });

  test("that cannot be started says so", async () => {
    await using bed = await openRunning(command("/nowhere/program"));
    await using hosts = await bed.boot("missing");
    await expect(hostOf(hosts, "Two").start(plain)).rejects.toThrow("/nowhere/program cannot be started");
  });

  test("is the only one on its host", async () => {
    await using bed = await openScripted(ECHO);
    await using hosts = await bed.boot("one");
    const host = hostOf(hosts, "Two");
    const first = await host.start(plain);
    await expect(host.start(plain)).rejects.toThrow("one at a time");
    await first.kill();
    await host.start(plain);
  });
});

test.runIf(process.platform === "linux")("hosts are told apart by their loopback addresses", async () => {
  await using bed = await openScripted(
    "const net = require('node:net'); const [,port] = process.argv;" +
      "net.connect({ port, host: '127.0.0.1', localAddress: process.env.OWN_ADDRESS })",
  );
  await using hosts = await bed.boot("addresses");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  const connection = once(server, "connection");
  const host = hostOf(hosts, "Two");
  await host.start({ ...plain, args: [port], env: { OWN_ADDRESS: host.address } });
  const [socket] = (await connection) as [ReturnType<typeof createConnection>];
  expect(socket.remoteAddress).toBe("127.9.1.11");
  socket.destroy();
  server.close();
});

test("disposing of hosts ends their programs, and what those started", async () => {
  await using bed = await openScripted(
    "const { spawn } = require('node:child_process'); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);" +
      "const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });" +
      "console.log(JSON.stringify([process.pid, child.pid]))",
  );
  const hosts = await bed.boot("dispose");
  const program = await hostOf(hosts, "Two").start(plain);
  const pids: number[] = JSON.parse((await lineWith(program, "[")).text);
  const marks = pids.map(markProcess);
  expect(marks.map(isAlive)).toEqual([true, true]);
  await hosts[Symbol.asyncDispose]();
  await expect.poll(() => marks.map(isAlive), { timeout: DEADLINE_MS }).toEqual([false, false]);
  await expect(hostOf(hosts, "Two").start(plain)).rejects.toThrow("disposed of");
});

test("a fresh boot ends what the case before left running", async () => {
  await using bed = await openScripted("console.log(process.pid); setInterval(() => {}, 1000)");
  const program = await hostOf(await bed.boot("first"), "Two").start(plain);
  const mark = markProcess(Number((await lineWith(program, "")).text));
  await bed.boot("second");
  expect(isAlive(mark)).toBe(false);
});

test("a second lab at the same addresses is refused, until the first has ended", async () => {
  const first = await openRunning(command("true"));
  const second = openRunning(command("true"));
  await expect(second).rejects.toThrow(BedUnavailableError);
  await expect(second).rejects.toThrow(/^another run of the lab is at 127\..*--subnet 10\.8\.0\.0\/23$/);
  await first[Symbol.asyncDispose]();
  await using third = await openRunning(command("true"));
  expect(third.kind).toBe("local");
});

test("the bed says what serves and why", async () => {
  await using bed = await openRunning(command("true"), "no Docker engine answers");
  expect(bed.description).toMatch(/^local: programs as processes, .*, because no Docker engine answers$/);
});
