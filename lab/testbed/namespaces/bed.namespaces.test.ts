import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, type ProgramLimits } from "../../hosts/program-limits.ts";
import { type ProgramCommand, requireCommand } from "../../hosts/program-source.ts";
import { command } from "../../implementation/fixtures/own-pair.ts";
import { BedUnavailableError } from "../../machine/bed-unavailable.ts";
import { answer, describeBed, hostOf, lineWith, start } from "../fixtures/bed-contract.ts";
import { BREAK_ALL, BREAKING } from "../fixtures/link-contract.ts";
import { listenAgain, NAIVE_SERVER } from "../fixtures/naive-server.ts";
import { ScratchRepository } from "../fixtures/scratch-bed.ts";
import { type NamespaceBed, openNamespaceBed } from "./bed.ts";

/** Each run has a network of its own, so that any address will do. */
const NETWORK = "10.6.1";
const PORT = 20_002;
const REAP_MS_MAX = 5_000;
/** Gets away by every means there is, and goes on. */
const DAEMON = `
use POSIX;
$| = 1;
$0 = shift;
if (fork) { print "away\\n"; sleep 600 }
POSIX::setsid();
fork and exit;
$SIG{$_} = "IGNORE" for qw(HUP INT TERM PIPE);
sleep 600;
`;

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** The name in /home under which this checkout and its Node are, if they are. */
const homeOf = (path: string): string => /^\/home\/([^/]+)/.exec(path)?.[1] ?? "mount";
const isRoot = process.geteuid?.() === 0;
/** Makes as many processes as it can, tells how many, and keeps them. */
const FORKER = `
$| = 1;
my $count = 0;
while ($count < 100) {
  my $pid = fork;
  defined $pid or last;
  $pid or do { sleep 600; exit };
  $count++;
}
print "made $count: $!\n";
sleep 600;
`;
/** Has 60 MB, which it shares with four processes that it makes; at a word it takes 100 MB more. */
const SHARER = `
$| = 1;
my $much = "x";
$much x= 60_000_000;
for (1 .. 4) { fork or do { sleep 600; exit } }
print "shared\n";
while (<STDIN>) { $much x= 3 if /more/; print "here\n" }
`;

const scratch = new ScratchRepository(null, NETWORK);
const { topology, directory: repository } = scratch;
const scripted = requireCommand(scratch.programs.server);
afterAll(() => scratch[Symbol.asyncDispose]());

function openBed(
  programs: Partial<Record<"server" | "client", ProgramCommand>> = {},
  limits: Partial<ProgramLimits> = {},
): Promise<NamespaceBed> {
  const own = { ...DEFAULT_LIMITS, ...limits };
  return openNamespaceBed({
    topology,
    repository,
    limits: { server: own, client: own },
    programs: { server: scripted, client: scripted, ...programs },
    wire: "off",
  });
}

/** The processes of this machine whose command line has a word. */
function processesWith(word: string): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      return /^\d+$/.test(pid) && line.includes(word) ? [line] : [];
    } catch {
      return [];
    }
  });
}

describe("the namespaces bed", () => {
  describeBed(() => openBed());
});

describe("hosts in namespaces", () => {
  let bed: NamespaceBed;
  beforeAll(async () => {
    bed = await openBed({ server: command("sh") });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  /** What a shell on Win71 prints for a line, up to an empty one. */
  async function ask(line: string): Promise<readonly string[]> {
    await using hosts = await bed.boot("ask");
    const shell = await start(hosts, "Win71");
    const lines: string[] = [];
    shell.onLine(({ text }) => lines.push(text));
    shell.writeLine(`{ ${line}; } 2>&1; exit`);
    await shell.exited;
    return lines;
  }

  test("are machines at the topology's addresses, with names of their own, and none runs as root", async () => {
    await using hosts = await bed.boot("four");
    for (const number of [72, 73, 74]) {
      const program = await start(hosts, `Win${number}`);
      expect(JSON.parse((await lineWith(program, "{")).text)).toMatchObject({
        hostname: `Win${number}`,
        addresses: [`${NETWORK}.${number}`],
        uid: isRoot ? 1000 + number - 71 : 1000,
      });
    }
  });

  test("have no right to anything of the system", async () => {
    expect(await ask("grep -E 'Cap(Prm|Eff|Amb)' /proc/self/status")).toEqual(
      ["Prm", "Eff", "Amb"].map((set) => expect.stringMatching(new RegExp(`^Cap${set}:\\t0{15}[04]$`))),
    );
    const setting = "/proc/sys/kernel/core_pattern";
    expect((await ask(`echo x > ${setting}`)).join()).toMatch(/Permission denied/);
    expect((await ask("ip link delete eth0")).join()).toMatch(/not permitted/);
    expect((await ask("umount /home")).join()).toMatch(/umount: /);
  });

  test("have limits, and what told of one is told", async () => {
    expect(bed.description).toMatch(/; cores are not limited$/);
    expect(await ask("ulimit -n; ulimit -c")).toEqual(["1024", "0"]);
    const full = await ask("head -c 70000000 /dev/zero > /tmp/full");
    await using hosts = await bed.boot("limits");
    const host = hostOf(hosts, "Win72");
    expect(host.limitIn(full.join())).toBe(
      "it reached its limit of a folder's size, 64 MiB or 16384 files (limits.folder-mib)",
    );
    expect(host.limitIn("OSError: [Errno 30] Read-only file system: 'log'")).toMatch(/may write only in/);
    expect(host.limitIn("bye")).toBeUndefined();
  });

  test("see no process but their own", async () => {
    const seen = await ask("cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    expect(seen.join()).not.toContain("vitest");
    expect(processesWith("vitest").length).toBeGreaterThan(0);
  });

  test("see this machine's files read-only, and neither its homes, its temporary files nor its services' sockets", async () => {
    const file = join(tmpdir(), `howdy-seen-${process.pid}`);
    writeFileSync(file, "");
    try {
      // The tools of the bed make a folder of their own in /run.
      const hidden = await ask(`ls /home /run /var/tmp | grep -vxE 'mount|${homeOf(REPOSITORY)}'`);
      expect(hidden).toEqual(["/home:", "", "/run:", "", "/var/tmp:"]);
      // Of others' homes it is the system that keeps who is not root.
      expect((await ask("ls /root")).join()).toMatch(/^$|Permission denied/);
      expect(await ask(`ls ${file}; ls /tmp`)).toEqual([
        expect.stringMatching(/No such file/),
        ...(await ask("ls /tmp")),
      ]);
      expect(await ask("ls /usr/bin | grep -c .")).toEqual([expect.stringMatching(/^[1-9]\d*$/)]);
      for (const folder of ["/usr", "/etc", "/home", "/dev", repository, "/dev/howdy-lab"]) {
        expect([folder, ...(await ask(`touch ${folder}/x`))]).toEqual([
          folder,
          expect.stringMatching(/Read-only file system|Permission denied/),
        ]);
      }
    } finally {
      rmSync(file);
    }
  });

  test("keep nothing that a program has written, wherever it could", async () => {
    const write =
      "for folder in /tmp /dev/shm /tmp/howdy-lab-folder; do echo left > $folder/left; cat $folder/left; done";
    expect(await ask(write)).toEqual(["left", "left", "left"]);
    expect(await ask("ls /tmp /dev/shm /tmp/howdy-lab-folder | grep -x left")).toEqual([]);
  });

  test("have no way out: neither to this machine nor to its networks", async () => {
    await using hosts = await bed.boot("out");
    const server = createServer((socket) => socket.end()).listen({ host: "0.0.0.0", port: 0 });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const program = await start(hosts, "Win72");
      for (const address of ["127.0.0.1", "10.6.0.1", "192.0.2.1"]) {
        program.writeLine(`dial ${address} ${port}`);
        await lineWith(program, "dial failed");
      }
    } finally {
      server.close();
    }
  });

  test("can be come to by a browser of this machine, for as long as they are there", async () => {
    const hosts = await bed.boot("reach");
    const program = await start(hosts, "Win73");
    await answer(program, `listen ${PORT}`, "listening");
    const seen = lineWith(program, `connection from ${NETWORK}.1`);
    const place = await hostOf(hosts, "Win73").reach?.(PORT);
    if (place === undefined) throw new Error("no place");
    const socket = connect(place.port, place.address).resume();
    await once(socket, "end");
    await seen;
    await hosts[Symbol.asyncDispose]();
    await bed.boot("next");
    const refused = () =>
      new Promise((resolve) => {
        const again = connect(place.port, place.address);
        again.on("connect", () => again.destroy()).once("error", (fault) => resolve(Reflect.get(fault, "code")));
        again.once("close", () => resolve("closed"));
      });
    await expect.poll(refused, { timeout: REAP_MS_MAX }).toBe("ECONNREFUSED");
  });
});

test("a host has no port in TIME_WAIT that an earlier program left, in the next case or in the same one", async () => {
  await using bed = await openBed({ server: command("perl", "-e", NAIVE_SERVER) });
  await listenAgain(bed);
});

test("a program that gets away ends with its host all the same", async () => {
  const mark = `howdy-daemon-${process.pid}`;
  await using bed = await openBed({ client: command("perl", "-e", DAEMON, mark) });
  for (const end of ["kill", "stop"] as const) {
    await using hosts = await bed.boot(end);
    const program = await hostOf(hosts, "Win72").start({ role: "client", args: [], env: {} });
    await lineWith(program, "away");
    await expect.poll(() => processesWith(mark).length, { timeout: REAP_MS_MAX }).toBeGreaterThanOrEqual(2);
    await (end === "kill" ? program.kill() : program.stop(1_000));
    expect(processesWith(mark)).toEqual([]);
  }
});

test("two runs at the same addresses do not meet", async () => {
  await using one = await openBed();
  await using two = await openBed();
  for (const bed of [one, two]) {
    const program = await start(await bed.boot("beside"), "Win71");
    await answer(program, `listen ${PORT}`, "listening");
  }
});

test("a program in a hidden folder is there with what its file names, and nothing beside it", async () => {
  const home = mkdtempSync(join(tmpdir(), "howdy-home-"));
  try {
    for (const folder of ["project", "context", "secret"]) mkdirSync(join(home, folder));
    for (const file of ["project/run.sh", "context/part", "secret/key"])
      writeFileSync(join(home, file), "ls ../*\n", { mode: 0o755 });
    symlinkSync(join(home, "project"), join(home, "link"));
    const directory = join(home, "link");
    const client = { words: ["sh", "run.sh"], directory, context: join(home, "context") };
    await using bed = await openBed({ client });
    await using hosts = await bed.boot("view");
    const program = await hostOf(hosts, "Win72").start({ role: "client", args: [], env: {} });
    const lines: string[] = [];
    program.onLine(({ text }) => lines.push(text));
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(lines.filter((line) => line !== "").map((line) => line.replace(/^\.\.\//, ""))).toEqual([
      "context:",
      "part",
      "link:",
      "run.sh",
      "project:",
      "run.sh",
    ]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test("a program has the limits that its file names", async () => {
  const limits = { openFiles: 100, folderMib: 4 };
  await using bed = await openBed(
    { client: command("sh", "-c", "ulimit -n; df -m /tmp /dev/shm; df -i /tmp /dev/shm; cat") },
    limits,
  );
  await using hosts = await bed.boot("limits");
  const host = hostOf(hosts, "Win72");
  const lines: string[] = [];
  const program = await host.start({ role: "client", args: [], env: {} });
  program.onLine(({ text }) => lines.push(text));
  program.closeInput();
  await program.exited;
  const sizes = lines.flatMap((line) => /^program-\w+ +(\d+)/.exec(line)?.[1] ?? []);
  expect([lines[0], sizes]).toEqual(["100", ["4", "4", "1024", "1024"]]);
  expect(host.limitIn("EMFILE")).toBe("it reached its limit of open files, 100 (limits.open-files)");
});

test("a program that takes all the processes that it may have leaves the other hosts theirs", async () => {
  await using bed = await openBed({ client: command("perl", "-e", FORKER) }, { processes: 20 });
  await using hosts = await bed.boot("processes");
  for (const name of ["Win72", "Win73", "Win74"]) {
    const host = hostOf(hosts, name);
    const program = await host.start({ role: "client", args: [], env: {} });
    const { text } = await lineWith(program, "made");
    expect(text).toMatch(/^made 19: /);
    expect(host.limitIn(text)).toBe("it reached its limit of processes and threads, 20 (limits.processes)");
  }
});

test("a program that takes more memory than it may have ends, and what its processes share counts once", async () => {
  await using bed = await openBed({ client: command("perl", "-e", SHARER) }, { memoryMib: 150 });
  await using hosts = await bed.boot("memory");
  const begin = async (name: string) => {
    const program = await hostOf(hosts, name).start({ role: "client", args: [], env: {} });
    await lineWith(program, "shared");
    return program;
  };
  const [one, other] = await Promise.all([begin("Win72"), begin("Win73")]);
  one.writeLine("more");
  expect(await one.exited).toEqual({
    code: null,
    signal: "SIGKILL",
    limit: "it reached its limit of memory, 150 MiB (limits.memory-mib)",
  });
  await answer(other, "still", "here");
});

test("a relay is not to be had, since hosts talk to each other without the lab", async () => {
  const programs = { server: scripted, client: scripted };
  const refusal = openNamespaceBed({ topology, repository, programs, wire: "relay" });
  await expect(refusal).rejects.toThrow(BedUnavailableError);
  await expect(refusal).rejects.toThrow(/^--wire relay: /);
});

describe("a lab in a process of its own", () => {
  /** Opens a bed, starts daemons on two hosts, and then does what it is told. The word is in the command line of all. */
  function startLab(mark: string, end: string) {
    const module = fileURLToPath(new URL("bed.ts", import.meta.url));
    const client = command("perl", "-e", DAEMON, mark);
    const options = JSON.stringify({
      topology,
      repository: join(repository, mark),
      programs: { server: client, client },
    });
    const script = `
      import { openNamespaceBed } from ${JSON.stringify(module)};
      console.log("begin");
      const bed = await openNamespaceBed(${options});
      for (;;) {
        await using hosts = await bed.boot("apart", ${JSON.stringify(BREAKING)});
        const started = ["Win71", "Win72"].map((name) => hosts.byName.get(name).start({ role: "client", args: [], env: {} }));
        const programs = await Promise.all(started);
        console.log("started");
        ${end}
      }`;
    return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  }

  test.each([5, 40, 80, 120, 160, 240, 320, 400])(
    "that is killed %d ms after its begin leaves nothing",
    async (afterMs) => {
      const mark = `howdy-killed-${process.pid}-${afterMs}`;
      const lab = startLab(mark, "");
      await once(createInterface({ input: lab.stdout }), "line");
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      lab.kill("SIGKILL");
      await once(lab, "exit");
      await expect.poll(() => processesWith(mark), { timeout: REAP_MS_MAX }).toEqual([]);
    },
  );

  test("that is killed while it does all that can be done to programs and links leaves nothing", async () => {
    const mark = `howdy-broken-${process.pid}`;
    const lab = startLab(mark, `${BREAK_ALL} console.log("broken"); await new Promise((r) => setTimeout(r, 60_000));`);
    const lines = createInterface({ input: lab.stdout });
    for await (const line of lines) if (line === "broken") break;
    const [running, relays] = [await processesWith(mark), await processesWith("relay-main.ts")];
    expect(running.length).toBeGreaterThan(0);
    expect(relays.length).toBeGreaterThan(0);
    lab.kill("SIGKILL");
    await once(lab, "exit");
    const left = async () => [...(await processesWith(mark)), ...(await processesWith("relay-main.ts"))];
    await expect
      .poll(async () => (await left()).filter((each) => [...running, ...relays].includes(each)), {
        timeout: REAP_MS_MAX,
      })
      .toEqual([]);
  });

  test("that ends without disposing of anything leaves nothing", async () => {
    const mark = `howdy-left-${process.pid}`;
    const lab = startLab(mark, "process.exit(0);");
    await once(lab, "exit");
    await expect.poll(() => processesWith(mark), { timeout: REAP_MS_MAX }).toEqual([]);
  });
});
