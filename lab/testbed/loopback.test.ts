import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { type ProgramCommand, requireCommand } from "../hosts/program-source.ts";
import type { Topology } from "../hosts/topology.ts";
import { command } from "../implementation/fixtures/own-pair.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { isAlive, markProcess } from "../machine/process-mark.ts";
import { startReaper } from "../machine/reaper.ts";
import { findMarked, MARKS_VARIABLE, makeMark, marksWith } from "../machine/run-mark.ts";
import { describeBed, hostOf, lineWith } from "./fixtures/bed-contract.ts";
import { BREAK_ALL, BREAKING } from "./fixtures/link-contract.ts";
import { listenAgain, NAIVE_SERVER } from "./fixtures/naive-server.ts";
import { claimNetwork } from "./fixtures/own-subnet.ts";
import { ScratchRepository } from "./fixtures/scratch-bed.ts";
import { openLoopbackBed } from "./loopback.ts";
import { type ProgramSpec, UnsupportedError } from "./testbed.ts";

const DEADLINE_MS = 10_000;

const NETWORK = await claimNetwork();

const topology: Topology = {
  subnet: `${NETWORK}.0/24`,
  hosts: [
    { name: "One", service: "one", role: "server", address: `${NETWORK}.10` },
    { name: "Two", service: "two", role: "client", address: `${NETWORK}.11` },
  ],
};

/** Hosts as the contract of links knows them, and programs that wait. */
const LINKED: Topology = {
  subnet: topology.subnet,
  hosts: [
    { name: "Win71", service: "win71", role: "server", address: `${NETWORK}.20` },
    { name: "Win72", service: "win72", role: "client", address: `${NETWORK}.21` },
  ],
};
const SLEEPER = command(process.execPath, "-e", "setInterval(() => {}, 1000)", "--");
const SLEEPERS = { server: SLEEPER, client: SLEEPER };

/** A bed whose programs all run this script. */
async function openScripted(script: string) {
  return openRunning(command(process.execPath, "-e", script, "--"));
}

/** A bed whose programs all are this one. */
function openRunning(program: ProgramCommand, why?: string) {
  const programs = { server: program, client: program };
  return openLoopbackBed({ topology, repository: "/the/lab", programs, ...(why !== undefined && { why }) });
}

const plain: ProgramSpec = { role: "client", args: [], env: {} };

const ECHO = "process.stdin.on('data', (chunk) => process.stdout.write(chunk)).on('end', () => process.exit(7))";

const WIRES = process.platform === "linux" ? (["off", "relay"] as const) : (["off"] as const);

describe.each(WIRES)("the loopback bed, with the wire %s", (wire) => {
  const scratch = new ScratchRepository(null, NETWORK);
  afterAll(() => scratch[Symbol.asyncDispose]());

  describeBed(() => {
    const { topology, programs, directory } = scratch;
    const commands = { server: requireCommand(programs.server), client: requireCommand(programs.client) };
    return openLoopbackBed({ topology, repository: directory, programs: commands, wire });
  });

  test.runIf(process.platform === "linux")(
    "a server can listen where an earlier one left connections in TIME_WAIT, in the next case or in the same one",
    async () => {
      const { topology, programs, directory } = scratch;
      const commands = { server: command("perl", "-e", NAIVE_SERVER), client: requireCommand(programs.client) };
      for (let runs = 0; runs < 2; runs += 1) {
        await using bed = await openLoopbackBed({ topology, repository: directory, programs: commands, wire });
        await listenAgain(bed);
      }
    },
  );
});

describe("a program on the loopback bed", () => {
  test("has a folder of its own, which is gone with the bed", async () => {
    const bed = await openScripted(ECHO);
    const host = hostOf(await bed.boot("folder"), "Two");
    await host.start(plain);
    expect(existsSync(host.folder)).toBe(true);
    await bed[Symbol.asyncDispose]();
    expect(existsSync(host.folder)).toBe(false);
  });

  test("has commands run beside it with their words as they are, and told if they cannot be started", async () => {
    await using bed = await openScripted(ECHO);
    await using hosts = await bed.boot("beside");
    const host = hostOf(hosts, "Two");
    const words = command(process.execPath, "-e", "console.log(process.argv[1])", "a  word");
    expect(await host.runBeside({ container: undefined, command: words })).toEqual({ code: 0, output: "a  word\n" });
    await expect(host.runBeside({ container: ["x"], command: undefined })).rejects.toThrow(UnsupportedError);
    await expect(host.runBeside({ container: undefined, command: command("/no/such/program") })).rejects.toThrow(
      "/no/such/program cannot be started",
    );
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

  test("that cannot be started says so", async () => {
    await using bed = await openRunning(command("/nowhere/program"));
    await using hosts = await bed.boot("missing");
    await expect(hostOf(hosts, "Two").start(plain)).rejects.toThrow("/nowhere/program cannot be started");
  });
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

/** Starts a sleeper in a session of its own, which it leaves to init, and prints its number. */
const LEAVES_A_DAEMON = `
  const { spawn } = require('node:child_process');
  const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  sleeper.unref();
  console.log('[' + sleeper.pid + ']');
`;

test.runIf(process.platform === "linux")(
  "disposing of hosts ends what a program left to init, and so does the host's next program",
  async () => {
    await using bed = await openScripted(LEAVES_A_DAEMON);
    const hosts = await bed.boot("daemons");
    const leave = async () => {
      const program = await hostOf(hosts, "Two").start(plain);
      const [pid = 0]: number[] = JSON.parse((await lineWith(program, "[")).text);
      await program.exited;
      return markProcess(pid);
    };
    const first = await leave();
    expect(isAlive(first)).toBe(true);
    const second = await leave();
    expect([isAlive(first), isAlive(second)]).toEqual([false, true]);
    await hosts[Symbol.asyncDispose]();
    await expect.poll(() => isAlive(second), { timeout: DEADLINE_MS }).toBe(false);
  },
);

test.runIf(process.platform === "linux")(
  "a program that is being started when its hosts end ends with them",
  async () => {
    // The reaper is there before, and so does not bear the mark.
    startReaper().dismiss();
    const mark = makeMark();
    const before = process.env[MARKS_VARIABLE];
    process.env[MARKS_VARIABLE] = marksWith(mark);
    try {
      const bed = await openScripted("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
      const hosts = await bed.boot("early end");
      const starting = ["One", "Two"].map((name) => hostOf(hosts, name).start(plain));
      await hosts[Symbol.asyncDispose]();
      await bed[Symbol.asyncDispose]();
      await expect.poll(() => findMarked(mark), { timeout: DEADLINE_MS }).toEqual([]);
      expect((await Promise.allSettled(starting)).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    } finally {
      if (before === undefined) delete process.env[MARKS_VARIABLE];
      else process.env[MARKS_VARIABLE] = before;
    }
  },
);

test.runIf(process.platform === "linux")(
  "a lab that is killed while it does all that can be done to programs and links leaves nothing",
  async () => {
    const mark = makeMark();
    const options = JSON.stringify({ topology: LINKED, repository: "/the/lab", programs: SLEEPERS });
    const script = `
      import { openLoopbackBed } from ${JSON.stringify(fileURLToPath(new URL("loopback.ts", import.meta.url)))};
      const bed = await openLoopbackBed(${options});
      const hosts = await bed.boot("killed", ${JSON.stringify(BREAKING)});
      const start = ({ spec }) => hosts.byName.get(spec.name).start({ role: spec.role, args: [], env: {} });
      const programs = await Promise.all([...hosts.byName.values()].map(start));
      ${BREAK_ALL}
      console.log("broken");
      setInterval(() => {}, 1000);`;
    const lab = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, [MARKS_VARIABLE]: marksWith(mark) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(createInterface({ input: lab.stdout }), "line");
    // The programs and the reaper; one is paused, and one about to start.
    expect(findMarked(mark).length).toBeGreaterThan(2);
    lab.kill("SIGKILL");
    await expect.poll(() => findMarked(mark), { timeout: DEADLINE_MS }).toEqual([]);
  },
);

test("a second lab at the same addresses is refused, until the first has ended", async () => {
  const first = await openRunning(command("true"));
  const second = openRunning(command("true"));
  await expect(second).rejects.toThrow(BedUnavailableError);
  await expect(second).rejects.toThrow(/^another run of the lab is at 127\..*--subnet 10\.8\.0\.0\/23$/);
  await first[Symbol.asyncDispose]();
  await using third = await openRunning(command("true"));
  expect(third.kind).toBe("loopback");
});

test("the bed says what serves and why", async () => {
  await using bed = await openRunning(command("true"), "no Docker engine answers");
  expect(bed.description).toMatch(
    /^loopback: programs as processes that nothing is limited for, .*, because no Docker engine answers$/,
  );
});
