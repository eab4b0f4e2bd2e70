// Owns what each action of a scenario does to a host's program, a function an action. It must not judge what comes of
// it. Invariant: an action that could not be taken says so; it never throws for what a program does.

import { BROKER_PORT, type ProgramRole } from "../hosts/topology.ts";
import { addOffers, fillLaunch, fillWords, type Launch } from "../implementation/implementation.ts";
import type { Action } from "../scenario/scenario.ts";
import type { ServerSettings } from "../scenario/schema.ts";
import { describeAction } from "../scenario/tell-action.ts";
import { type ProgramSpec, UnsupportedError } from "../testbed/testbed.ts";
import { type ActionOutcome, DONE, failed } from "./action-outcome.ts";
import { BROKER_LAUNCH, type BrokerDriver, type BrokerOrder } from "./broker-driver.ts";
import type { HostDriver } from "./driver.ts";
import { peerLaunch } from "./peer-driver.ts";
import { connectPeer, takeWire } from "./peer-steps.ts";
import type { ServerDriver } from "./server-driver.ts";
import type { Stage } from "./stage.ts";

type Act<Kind extends Action["kind"]> = Extract<Action, { kind: Kind }>;

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
      return peer === undefined ? taken(false, action) : takeWire(stage, peer, action.wire);
    case "select":
      return taken(client?.command({ select: action.name }), action);
    case "type":
      return taken(client?.command({ type: stage.translate(action.text) }), action);
    case "send":
      return taken(client?.command({ send: {} }), action);
    case "history":
      return askHistory(stage, host, action);
    case "signIn":
      return signIn(stage, host, action);
    case "close":
      return closeClient(stage, host, action);
    case "input":
      return taken(server?.input(stage.translate(action.text)), action);
    case "operator":
      return tellOperator(stage, server, action);
    case "stop":
      return endProgram(server, action, (driver) => driver.stop(stage.timeoutMs));
    case "kill":
      return killProgram(stage, host, action);
    case "restart":
      return restartProgram(stage, host, action);
    case "pause":
      return pauseProgram(stage, host, action);
    case "resume":
      return resumeProgram(stage, host, action);
    case "wipe":
    case "fill":
    case "free":
      return orderHost(stage, host, action);
  }
}

async function connectClient(stage: Stage, host: string, action: Act<"connect">): Promise<ActionOutcome> {
  const { address, port } = action;
  if (address !== undefined) stage.noteConnect(host, stage.translate(address));
  const connect = {
    ...(address === undefined ? {} : { address: stage.translate(address) }),
    ...(port === undefined ? {} : { port }),
  };
  return taken(stage.clients.get(host)?.command({ connect }), action);
}

function askHistory(stage: Stage, host: string, action: Act<"history">): ActionOutcome {
  if (stage.views().has(host)) return failedAction(action, "is a window, which asks by itself", "unsupported");
  const { limit } = action;
  return taken(stage.clients.get(host)?.command({ history: limit === undefined ? {} : { limit } }), action);
}

function signIn(stage: Stage, host: string, action: Act<"signIn">): ActionOutcome {
  if (stage.views().has(host)) return failedAction(action, "is a window, which takes no file", "unsupported");
  const { name, passwordFile } = action;
  return taken(stage.clients.get(host)?.command({ signIn: { name, passwordFile } }), action);
}

/** Starts a host's own program: a server with its settings, or with none so that it asks on its console. */
export async function startProgram(stage: Stage, host: string, settings: ServerSettings): Promise<ActionOutcome> {
  const driver = stage.driver(host);
  if (driver === undefined) return failed("starts", "is no host of this bed");
  const broker = stage.brokers.get(host);
  if (broker?.isRunning === true) return orderBroker(stage, broker, { kind: "start", settings });
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
async function orderBroker(stage: Stage, broker: BrokerDriver, action: Act<BrokerOrder>): Promise<ActionOutcome> {
  const { kind } = action;
  // With nothing of the room's log left, a server that ends does what it should.
  if (kind === "wipe") for (const server of stage.servers.values()) server.expectEnd();
  if (!(await broker.order(kind, stage.startTimeoutMs))) {
    if (broker.lacks !== null) return failedAction(action, `lacks ${broker.lacks}`, "unsupported");
    return failedAction(action, broker.fault ?? `did not within ${stage.startTimeoutMs} ms`);
  }
  if (kind === "free") stage.faults.endProgram("fill", broker.name);
  else if (kind !== "start") stage.faults.noteProgram(kind, broker.name);
  return DONE;
}

/** Of what nobody but a broker can be told. */
async function orderHost(stage: Stage, host: string, action: Act<BrokerOrder>): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  return broker === undefined ? taken(false, action) : orderBroker(stage, broker, action);
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
async function tellOperator(
  stage: Stage,
  server: ServerDriver | undefined,
  action: Act<"operator">,
): Promise<ActionOutcome> {
  const { line } = action;
  const operator = stage.pair.server.offers.get("operator")?.operator;
  if (server?.isRunning !== true || operator === undefined) return taken(false, action);
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
    return failedAction(action, `ended with ${code ?? "nothing"}: ${JSON.stringify(output.trim())}`);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return failedAction(action, error.message, "unsupported");
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

async function closeClient(stage: Stage, host: string, action: Action): Promise<ActionOutcome> {
  const client = stage.clients.get(host);
  client?.expectEnd();
  if (client?.command({ close: {} }) !== true) return taken(false, action);
  if (await client.waitForEnd(stage.timeoutMs)) return DONE;
  return failed("ends when its window is closed", `still runs after ${stage.timeoutMs} ms`);
}

async function endProgram(
  driver: HostDriver | undefined,
  action: Action,
  end: (driver: HostDriver) => Promise<unknown>,
): Promise<ActionOutcome> {
  if (driver?.isRunning !== true) return taken(false, action);
  await end(driver);
  return DONE;
}

async function killProgram(stage: Stage, host: string, action: Act<"kill">): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  if (broker !== undefined) return orderBroker(stage, broker, action);
  const outcome = await endProgram(stage.driver(host), action, (driver) => driver.kill());
  if (outcome.kind === "done") stage.faults.noteProgram("kill", host);
  return outcome;
}

/** As it was started the last time, at the same port, say. */
async function restartProgram(stage: Stage, host: string, action: Act<"restart">): Promise<ActionOutcome> {
  const broker = stage.brokers.get(host);
  if (broker !== undefined) return orderBroker(stage, broker, action);
  const driver = stage.driver(host);
  if (driver?.last === undefined) return failedAction(action, "was never started");
  await driver.kill();
  stage.faults.noteProgram("restart", host);
  return launchProgram(driver, driver.last);
}

async function pauseProgram(stage: Stage, host: string, action: Action): Promise<ActionOutcome> {
  try {
    if ((await stage.driver(host)?.pause()) !== true) return taken(false, action);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return failedAction(action, error.message, "unsupported");
  }
  stage.faults.noteProgram("pause", host);
  return DONE;
}

async function resumeProgram(stage: Stage, host: string, action: Action): Promise<ActionOutcome> {
  const isResumed = await stage.driver(host)?.resume();
  stage.faults.endProgram("pause", host);
  return taken(isResumed, action);
}

function taken(isTaken: boolean | undefined, action: Action): ActionOutcome {
  return isTaken === true ? DONE : failedAction(action, "runs no program that could");
}

function failedAction(action: Action, seen: string, verdict?: "error" | "unsupported"): ActionOutcome {
  return failed(describeAction(action), seen, verdict);
}
