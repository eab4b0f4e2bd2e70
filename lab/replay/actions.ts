// Owns what each action of a scenario does to a host's program, a function an action. It must not judge what comes of
// it. Invariant: an action that could not be taken says so; it never throws for what a program does.

import { BROKER_PORT, type ProgramRole } from "../hosts/topology.ts";
import { addOffers, fillLaunch, fillWords, type Launch } from "../implementation/implementation.ts";
import type { Action } from "../scenario/scenario.ts";
import type { ServerSettings } from "../scenario/schema.ts";
import { type ProgramSpec, UnsupportedError } from "../testbed/testbed.ts";
import { type ActionOutcome, DONE, failed } from "./action-outcome.ts";
import { BROKER_LAUNCH, type BrokerDriver, type BrokerOrder } from "./broker-driver.ts";
import type { HostDriver } from "./driver.ts";
import { peerLaunch } from "./peer-driver.ts";
import { connectPeer, takeWire } from "./peer-steps.ts";
import type { ServerDriver } from "./server-driver.ts";
import type { Stage } from "./stage.ts";

/** The operator's command after which a server ends. */
const QUIT = "quit";

export async function takeAction(stage: Stage, host: string, action: Action): Promise<ActionOutcome> {
  const client = stage.clients.get(host);
  const server = stage.servers.get(host);
  const peer = stage.peers.get(host);
  switch (action.kind) {
    case "start":
      return startProgram(stage, host, action.settings);
    case "connect":
      return peer === undefined ? connectClient(stage, host, action) : connectPeer(stage, peer, action);
    case "wire":
      return peer === undefined ? taken(false, "speaks bytes") : takeWire(stage, peer, action.wire);
    case "select":
      return taken(client?.command({ select: action.name }), `selects ${action.name}`);
    case "type":
      return taken(client?.command({ type: stage.translate(action.text) }), "types");
    case "send":
      return taken(client?.command({ send: {} }), "sends");
    case "history":
      return askHistory(stage, host, action);
    case "signIn":
      return signIn(stage, host, action);
    case "close":
      return closeClient(stage, host);
    case "input":
      return taken(server?.input(stage.translate(action.text)), "takes a line on its console");
    case "operator":
      return tellOperator(stage, server, action.line);
    case "stop":
      return endProgram(server, "stops", (driver) => driver.stop(stage.timeoutMs));
    case "kill":
      return killProgram(stage, host);
    case "restart":
      return restartProgram(stage, host);
    case "pause":
      return pauseProgram(stage, host);
    case "resume":
      return resumeProgram(stage, host);
    case "wipe":
      return wipeBroker(stage, host);
    case "fill":
      return fillBroker(stage, host);
    case "free":
      return freeBroker(stage, host);
  }
}

async function connectClient(
  stage: Stage,
  host: string,
  { address, port }: Extract<Action, { kind: "connect" }>,
): Promise<ActionOutcome> {
  if (address !== undefined) stage.noteConnect(host, stage.translate(address));
  const connect = {
    ...(address === undefined ? {} : { address: stage.translate(address) }),
    ...(port === undefined ? {} : { port }),
  };
  return taken(stage.clients.get(host)?.command({ connect }), "connects");
}

function askHistory(stage: Stage, host: string, { limit }: Extract<Action, { kind: "history" }>): ActionOutcome {
  if (stage.views().has(host))
    return failed("asks for older lines", "is a window, which asks by itself", "unsupported");
  const history = limit === undefined ? {} : { limit };
  return taken(stage.clients.get(host)?.command({ history }), "asks for older lines");
}

function signIn(
  stage: Stage,
  host: string,
  { name, passwordFile }: Extract<Action, { kind: "signIn" }>,
): ActionOutcome {
  const what = `signs in as ${name}`;
  if (stage.views().has(host)) return failed(what, "is a window, which takes no file", "unsupported");
  return taken(stage.clients.get(host)?.command({ signIn: { name, passwordFile } }), what);
}

/** Starts a host's own program: a server with its settings, or with none so that it asks on its console. */
export async function startProgram(stage: Stage, host: string, settings: ServerSettings): Promise<ActionOutcome> {
  const driver = stage.driver(host);
  if (driver === undefined) return failed("starts", "is no host of this bed");
  const broker = stage.brokers.get(host);
  if (broker?.isRunning === true) return orderBroker(stage, broker, "start", "starts");
  if (driver.isRunning) return failed("starts", "runs already");
  const role = stage.peers.has(host) ? "peer" : driver.host.spec.role;
  const launch = launchOf(stage, role, settings);
  if (launch === undefined) {
    return failed("starts", "does not ask on its console", "unsupported");
  }
  const filled = fillLaunch(launch, placesOf(stage, driver, settings));
  return launchProgram(driver, { role, args: filled.arguments, env: filled.environment });
}

async function launchProgram(driver: HostDriver, spec: ProgramSpec): Promise<ActionOutcome> {
  try {
    await driver.start(spec);
    return DONE;
  } catch (error) {
    if (error instanceof UnsupportedError) return failed("starts", error.message, "unsupported");
    return failed("starts", error instanceof Error ? error.message : String(error));
  }
}

/** Has what runs the broker do something to it. */
async function orderBroker(
  stage: Stage,
  broker: BrokerDriver,
  order: BrokerOrder,
  expected: string,
): Promise<ActionOutcome> {
  if (await broker.order(order, stage.startTimeoutMs)) return DONE;
  if (broker.lacks !== null) return failed(expected, broker.lacks, "unsupported");
  return failed(expected, broker.fault ?? `did not within ${stage.startTimeoutMs} ms`);
}

function placesOf(
  { brokers, protocol }: Stage,
  { host }: HostDriver,
  settings: ServerSettings = {},
): Readonly<Record<string, string>> {
  const [broker] = brokers.values();
  return {
    address: host.address,
    port: String(settings.port ?? protocol.port),
    folder: host.folder,
    ...(broker && { broker: `${broker.host.address}:${BROKER_PORT}` }),
  };
}

/** Gives a server one of its operator's commands, as its file says. */
async function tellOperator(stage: Stage, server: ServerDriver | undefined, line: string): Promise<ActionOutcome> {
  const expected = `takes its operator's ${JSON.stringify(line)}`;
  const operator = stage.pair.server.offers.get("operator")?.operator;
  if (server?.isRunning !== true || operator === undefined) return taken(false, expected);
  if (line === QUIT) server.expectEnd();
  const { container, command } = operator;
  const places = placesOf(stage, server);
  const fill = (words: readonly string[]): readonly string[] => [...fillWords(words, places), line];
  try {
    const { code, output } = await server.host.runBeside({
      container: container && fill(container),
      command: command && { ...command, words: fill(command.words) },
    });
    // A container takes the command along when it ends: that it ends is the answer.
    server.takeAnswer(output);
    const isDone = line === QUIT ? await server.waitForEnd(stage.timeoutMs) : code === 0;
    if (isDone) return DONE;
    return failed(expected, `ended with ${code ?? "nothing"}: ${JSON.stringify(output.trim())}`);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return failed(expected, error.message, "unsupported");
  }
}

/** How the host's program is started; undefined where it cannot be started so. */
function launchOf(stage: Stage, role: ProgramRole, settings: ServerSettings): Launch | undefined {
  const { pair, needs } = stage;
  if (role === "peer") return peerLaunch(stage);
  if (role === "client") return pair.client.launch;
  if (role === "broker") return BROKER_LAUNCH;
  const launch = settings.console === true ? pair.server.console : pair.server.launch;
  return (
    launch &&
    addOffers(
      launch,
      needs.map((need) => pair.server.offers.get(need)),
    )
  );
}

async function closeClient(stage: Stage, host: string): Promise<ActionOutcome> {
  const client = stage.clients.get(host);
  client?.expectEnd();
  if (client?.command({ close: {} }) !== true) return taken(false, "closes");
  if (await client.waitForEnd(stage.timeoutMs)) return DONE;
  return failed("ends when its window is closed", `still runs after ${stage.timeoutMs} ms`);
}

async function endProgram(
  driver: HostDriver | undefined,
  expected: string,
  end: (driver: HostDriver) => Promise<unknown>,
): Promise<ActionOutcome> {
  if (driver?.isRunning !== true) return taken(false, expected);
  await end(driver);
  return DONE;
}

async function killProgram(stage: Stage, host: string): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  if (broker !== undefined) return faultBroker(stage, broker, "kill");
  const outcome = await endProgram(stage.driver(host), "is killed", (driver) => driver.kill());
  if (outcome.kind === "done") stage.faults.noteProgram("kill", host);
  return outcome;
}

/** As it was started the last time, at the same port, say. */
async function restartProgram(stage: Stage, host: string): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  if (broker !== undefined) return faultBroker(stage, broker, "restart");
  const driver = stage.driver(host);
  if (driver?.last === undefined) return failed("is started again", "was never started");
  await driver.kill();
  stage.faults.noteProgram("restart", host);
  return launchProgram(driver, driver.last);
}

/** With nothing of the room's log left, a server that ends does what it should. */
async function wipeBroker(stage: Stage, host: string): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  if (broker === undefined) return taken(false, "is wiped");
  for (const server of stage.servers.values()) server.expectEnd();
  return faultBroker(stage, broker, "wipe");
}

/** As on a full disk, nothing more can be kept. */
async function fillBroker(stage: Stage, host: string): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  return broker === undefined ? taken(false, "has no room for more") : faultBroker(stage, broker, "fill");
}

async function freeBroker(stage: Stage, host: string): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  if (broker === undefined) return taken(false, "has room again");
  const outcome = await orderBroker(stage, broker, "free", "has room again");
  stage.faults.endProgram("fill", host);
  return outcome;
}

async function faultBroker(
  stage: Stage,
  broker: BrokerDriver,
  order: Exclude<BrokerOrder, "start" | "free">,
): Promise<ActionOutcome> {
  const outcome = await orderBroker(
    stage,
    broker,
    order,
    { kill: "is killed", restart: "is started again", wipe: "is wiped", fill: "has no room for more" }[order],
  );
  if (outcome.kind === "done") stage.faults.noteProgram(order, broker.name);
  return outcome;
}

async function pauseProgram(stage: Stage, host: string): Promise<ActionOutcome> {
  try {
    if ((await stage.driver(host)?.pause()) !== true) return taken(false, "is paused");
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return failed("is paused", error.message, "unsupported");
  }
  stage.faults.noteProgram("pause", host);
  return DONE;
}

async function resumeProgram(stage: Stage, host: string): Promise<ActionOutcome> {
  const isResumed = await stage.driver(host)?.resume();
  stage.faults.endProgram("pause", host);
  return taken(isResumed, "is resumed");
}

function taken(isTaken: boolean | undefined, expected: string): ActionOutcome {
  return isTaken === true ? DONE : failed(expected, "runs no program that could");
}
