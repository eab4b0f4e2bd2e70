// One window as a program: the real client with its page, the real server, and the driver that the replay has.

import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ControlCommand } from "../../src/client/control.ts";
import { HCP } from "../hcp/hcp.ts";
import { loopbackAddress, moveTopology, readTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { ClientDriver } from "../replay/client-driver.ts";
import { Pulse, systemClock } from "../replay/pulse.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";
import { type LoopbackBedOptions, openLoopbackBed } from "../testbed/loopback.ts";
import { type Host, type Program, type TestBed, UnsupportedError } from "../testbed/testbed.ts";
import type { PageDefect } from "./fixtures/still-page.ts";
import { LabBrowser } from "./lab-browser.ts";
import { WindowHosts, type WindowHostsOptions } from "./window-hosts.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const STILL_PAGE = fileURLToPath(new URL("./fixtures/still-page.ts", import.meta.url));
const TOPOLOGY = moveTopology(readTopology(`${REPOSITORY}compose.yaml`), await claimSubnet());
const DEADLINE_MS = 10_000;

const SERVER_ADDRESS = loopbackAddress(TOPOLOGY.hosts[0]?.address ?? "");
const OTHER_ADDRESS = SERVER_ADDRESS.replace(/\d+$/, "117");
const CONNECT: ControlCommand = { connect: { address: SERVER_ADDRESS, port: 20_002 } };
const CONNECTING = `You are going to connect Howdy Server with ${SERVER_ADDRESS}:20002`;

let browser: LabBrowser;
let stack: AsyncDisposableStack;

beforeAll(async () => {
  browser = new LabBrowser();
  expect(await browser.prepare()).toBeUndefined();
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
});

beforeEach(() => {
  stack = new AsyncDisposableStack();
});

afterEach(async () => {
  await stack.disposeAsync();
});

describe("a window", () => {
  test("does what a person does, and tells what a person sees", async () => {
    const { jon } = await openRoom();
    await act(jon, CONNECT, { type: "Jon Stewart" }, { send: {} });
    await shows(jon, CONNECTING, "Your username is accepted", "Jon Stewart", "join this conversation.");
    // The page goes on to All by itself once the name is accepted.
    expect(await jon.askState(DEADLINE_MS)).toEqual({
      draft: "",
      selection: "All",
      names: ["Server", "All", "Jon Stewart"],
      lines: [CONNECTING, "Your username is accepted", "Jon Stewart", "join this conversation."],
      connection: { address: SERVER_ADDRESS, port: 20_002 },
      username: "Jon Stewart",
    });
    expect(jon.lists.last).toEqual(["Server", "All", "Jon Stewart"]);
    expect(jon.fault).toBeNull();
  });

  test("shows texts as they were sent, markup and blanks and all", async () => {
    const { jon } = await openRoom();
    await act(jon, CONNECT, { type: "Jon" }, { send: {} });
    await shows(jon, CONNECTING, "Your username is accepted", "Jon", "join this conversation.");
    const text = '<img src=x onerror="fail()"> two  blanks, "quotes" \\\\ and https://howdy.example/ \u202eback';
    await act(jon, { select: "Jon" }, { type: text }, { send: {} });
    await until(() => jon.shown.length === 6);
    expect([...jon.shown].slice(4).map((line) => line.text)).toEqual([
      `You whisper to Jon: ${text}`,
      `Jon whispers to you: ${text}`,
    ]);
    expect(jon.fault).toBeNull();
  });

  test("tells of a dial that fails, and of a connection that is lost, with its short list", async () => {
    const { jon, server, startServer } = await openRoom(false);
    await act(jon, CONNECT);
    expect(jon.isConnected).toBe(false);
    await shows(jon, CONNECTING, expect.stringMatching(/cannot be reached: /));
    server.program = await startServer();
    await act(jon, CONNECT, { type: "Jon" }, { send: {} });
    await until(() => jon.names.includes("Jon"));
    expect(jon.isConnected).toBe(true);
    await server.program.kill();
    await until(() => !jon.isConnected && !jon.names.includes("Jon"));
    const lost = events(jon).slice(-3);
    expect(lost).toEqual(["shown", "disconnected", "users"]);
    expect((await jon.askState(DEADLINE_MS))?.connection).toBeNull();
  });

  test("may be connected to every server that it was started for", async () => {
    const { jon } = await openRoom(false);
    const other = { address: OTHER_ADDRESS, port: 20_002 };
    await act(jon, { connect: other });
    await shows(
      jon,
      `You are going to connect Howdy Server with ${other.address}:${other.port}`,
      `Howdy Server ${other.address}:${other.port} cannot be reached: connection refused.`,
    );
  });

  test("keeps what is refused in the entry, and says why in its own line", async () => {
    const { jon } = await openRoom();
    await act(jon, CONNECT, { select: "All" }, { type: "hello" }, { send: {} });
    await shows(jon, CONNECTING, "You need set a username first.");
    expect((await jon.askState(DEADLINE_MS))?.draft).toBe("hello");
  });

  test("sends nothing and waits for nothing when the entry is empty", async () => {
    const { jon } = await openRoom();
    await act(jon, CONNECT, { type: "" }, { send: {} });
    await shows(jon, CONNECTING);
  });

  test("says which widget it has not", async () => {
    const { jon } = await openRoom();
    jon.command({ select: "Nobody" });
    await until(() => jon.fault !== null);
    expect(jon.fault).toBe(
      'could not take a command: select: expected an option "Nobody" in a listbox "Send To" that can be used; got none within 2000 ms',
    );
  });

  test("that is closed takes its client and the connection with it", async () => {
    const { jon, server } = await openRoom();
    await act(jon, CONNECT, { type: "Jon" }, { send: {} });
    await until(() => jon.names.includes("Jon"));
    jon.expectEnd();
    jon.command({ close: {} });
    expect(await jon.waitForEnd(DEADLINE_MS)).toBe(true);
    await expect.poll(() => server.log.join("\n"), { timeout: DEADLINE_MS }).toContain("Jon is offline now.");
    expect(jon.fault).toBeNull();
    expect(jon.command({ state: {} })).toBe(false);
  });

  test("whose client ends by itself is at fault, and closed", async () => {
    const { jon } = await openStillPage("no defect");
    await act(jon.driver);
    process.kill(jon.client.pid, "SIGKILL");
    await until(() => jon.driver.fault !== null);
    expect(jon.driver.fault).toMatch(/^ended by itself, by SIGKILL/);
    expect(jon.driver.isRunning).toBe(false);
  });
});

describe("a line", () => {
  test.each<[PageDefect, readonly string[]]>([
    ["no defect", ["as it is said"]],
    ["line reads otherwise", ["as it is not"]],
    ["line is hidden", []],
  ])("is what a person reads of it (%s)", async (defect, lines) => {
    const { jon } = await openStillPage(defect);
    expect((await jon.driver.askState(DEADLINE_MS))?.lines).toEqual(lines);
    expect([...jon.driver.shown].map(({ text }) => text)).toEqual(lines);
  });
});

test("a page's script that fails is the client's fault", async () => {
  const { jon } = await openStillPage("script fails");
  await until(() => jon.driver.fault !== null);
  expect(jon.driver.fault).toBe("could not take a command: the page's script failed: on purpose");
});

test("a client that serves no window is told with what it said last", async () => {
  const script = "console.error('no such option: --web')";
  const hosts = await bootHosts({ client: command(process.execPath, "-e", script, "--") });
  await expect(hostOf(hosts, "Win72").start({ role: "client", args: [], env: {} })).rejects.toThrow(
    /^served no window: ended, exit status 0: "no such option: --web"$/,
  );
});

test.each([
  ["tells where in its own words", {}],
  ["is told the same servers where the lab's relay stands between", { wire: "relay" }],
] as const)("a client of one's own serves its window with its own arguments, and %s", async (_what, how) => {
  const script = `const [address, servers] = process.argv.slice(1);
    const server = require("node:http").createServer((_, answer) => answer.end("<title>mine</title>"));
    server.listen(0, address, () => console.log([process.env.MINE, servers, server.address().port].join(" ")));`;
  const window = {
    arguments: ["{address}", "{servers}"],
    environment: { MINE: "first {server}" },
    serves: /^first \S+ (?<servers>\S+) (?<port>\d+)$/su,
  };
  const hosts = await bootHosts({ client: command(process.execPath, "-e", script, "--") }, window, how);
  const jon = await openWindow(hosts);
  const [line] = [...jon.transcript].flatMap((entry) => ("stderr" in entry ? [entry.stderr] : []));
  const server = `${SERVER_ADDRESS}:20002`;
  expect(line?.replace(/\d+$/, "PORT")).toBe(`first ${server} ${server},${OTHER_ADDRESS}:20002 PORT`);
  expect([...hosts.views.keys()]).toEqual(["Win72"]);
});

test("a client that has no window cannot be a window", async () => {
  const hosts = await bootHosts({}, null);
  const refusal = hostOf(hosts, "Win72").start({ role: "client", args: [], env: {} });
  await expect(refusal).rejects.toThrow(UnsupportedError);
  await expect(refusal).rejects.toThrow(/^has no window that a browser shows$/);
});

test("a browser that breaks down ends its windows, and the next one gets another", async () => {
  await using own = new LabBrowser();
  const page = await own.newPage();
  const closed = new Promise((resolve) => page.once("close", resolve));
  const session = await page.context().browser()?.newBrowserCDPSession();
  await session?.send("Browser.crash").catch(() => undefined);
  await closed;
  await expect(own.newPage().then((next) => next.evaluate("1 + 1"))).resolves.toBe(2);
});

interface ServerUnderTest {
  readonly log: string[];
  program: Program;
}

async function openRoom(isServing = true) {
  const hosts = await bootHosts({});
  const log: string[] = [];
  const startServer = async (): Promise<Program> => {
    const host = hostOf(hosts, "Win71");
    const args = ["--host", host.address, "--port", "20002"];
    const program = await host.start({ role: "server", args, env: {} });
    program.onLine(({ text }) => log.push(text));
    await expect.poll(() => log.join("\n"), { timeout: DEADLINE_MS }).toContain("listening");
    return program;
  };
  const [jon, program] = await Promise.all([openWindow(hosts), isServing ? startServer() : undefined]);
  const server: ServerUnderTest = { log, program: program as Program };
  return { jon, server, startServer };
}

async function openStillPage(defect: PageDefect) {
  const script = `console.error(process.pid); process.argv.splice(1, 1); await import(${JSON.stringify(STILL_PAGE)})`;
  const hosts = await bootHosts({
    client: command(process.execPath, "--input-type=module", "--eval", script, "--", "x", defect),
  });
  const driver = await openWindow(hosts);
  const said = [...driver.transcript].flatMap((entry) => ("stderr" in entry ? [entry.stderr] : []));
  return { jon: { driver, client: { pid: Number(said.find((line) => /^\d+$/.test(line))) } } };
}

/** Win72's client is a window; these programs take the place of the project's own. */
async function bootHosts(
  instead: Partial<LoopbackBedOptions["programs"]>,
  window: WindowHostsOptions["window"] | null = OWN_PAIR.client.window,
  how: Pick<LoopbackBedOptions, "wire"> = {},
): Promise<WindowHosts> {
  const programs = { ...OWN_COMMANDS, ...instead };
  const bed: TestBed = stack.use(
    await openLoopbackBed({ topology: TOPOLOGY, repository: REPOSITORY, programs, wire: "off", ...how }),
  );
  const servers = [`${SERVER_ADDRESS}:20002`, `${OTHER_ADDRESS}:20002`];
  const options = { browser, windows: new Set(["Win72"]), servers, window: window ?? undefined };
  return stack.use(new WindowHosts(await bed.boot("window"), options));
}

function hostOf(hosts: WindowHosts, name: string): Host {
  const host = hosts.byName.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

async function openWindow(hosts: WindowHosts): Promise<ClientDriver> {
  const driver = new ClientDriver(hostOf(hosts, "Win72"), new Pulse(systemClock), () => {}, {
    fencing: HCP.fencing,
    mayIgnore: false,
  });
  await driver.start({ role: "client", args: [], env: {} });
  return driver;
}

/** Gives commands, and waits until they are carried out. */
async function act(client: ClientDriver, ...commands: readonly ControlCommand[]): Promise<void> {
  for (const command of commands) client.command(command);
  expect(await client.askState(DEADLINE_MS)).toBeDefined();
}

async function shows(client: ClientDriver, ...lines: readonly unknown[]): Promise<void> {
  await until(() => client.shown.length >= lines.length);
  expect([...client.shown].map(({ text }) => text)).toEqual(lines);
}

async function until(isTrue: () => boolean): Promise<void> {
  await expect.poll(isTrue, { timeout: DEADLINE_MS }).toBe(true);
}

function events(client: ClientDriver): readonly string[] {
  return [...client.transcript].flatMap((entry) => ("event" in entry ? Object.keys(entry.event) : []));
}
