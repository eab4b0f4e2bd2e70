// Owns how a case's hosts come to where its first step begins: programs up, clients connected, names taken. Side by side
// where the order does not matter; names one after the other, since the list has them in the order of acceptance.
// Invariant: when it is done, nothing of its doing is still to be shown or logged.

import type { Given, Scenario } from "../scenario/scenario.ts";
import type { FailedAction } from "./action-outcome.ts";
import { startProgram } from "./actions.ts";
import { whyUnbreakable } from "./break-links.ts";
import type { ClientDriver } from "./client-driver.ts";
import { findNearest, type TextPair, tell, tellAll } from "./match.ts";
import type { Stage } from "./stage.ts";

/** Why a case cannot begin. */
export interface GivenFailure {
  readonly host: string;
  /** "fail" unless told. */
  readonly verdict?: "unsupported" | "error";
  readonly expected: string;
  readonly seen: string;
  readonly texts?: TextPair;
}

type GivenClient = Extract<Given, { kind: "client" }>;
type GivenServer = Extract<Given, { kind: "server" }>;
type GivenBroker = Extract<Given, { kind: "broker" }>;
type GivenPeer = Extract<Given, { kind: "peer" }>;

const SHOWN_LINES_TOLD = 3;

/** Brings the hosts to where the first step begins; gives what failed, or undefined when all is well. */
export async function setUp(stage: Stage, scenario: Scenario): Promise<GivenFailure | undefined> {
  const brokers = scenario.given.filter((given) => given.kind === "broker");
  const servers = scenario.given.filter((given) => given.kind === "server");
  const order = [...stage.clients.keys()];
  const clients = scenario.given
    .filter((given) => given.kind === "client")
    .toSorted((a, b) => order.indexOf(a.host) - order.indexOf(b.host));
  const peers = scenario.given.filter((given) => given.kind === "peer");
  return (
    (await whyUnbreakable(stage, scenario)) ??
    (await startBrokers(stage, brokers)) ??
    (await startAll(stage, servers, clients, peers)) ??
    (await connectAll(stage, clients)) ??
    (await nameAll(stage, clients)) ??
    (await awaitLists(stage, clients))
  );
}

async function startAll(
  stage: Stage,
  servers: readonly GivenServer[],
  clients: readonly GivenClient[],
  peers: readonly GivenPeer[],
): Promise<GivenFailure | undefined> {
  const failures = await Promise.all([
    ...servers.map((server) => startServer(stage, server)),
    ...clients.map((client) => startClient(stage, client)),
    ...peers.map((peer) => startPeer(stage, peer)),
  ]);
  const failure = failures.find((each) => each !== undefined);
  if (failure !== undefined) stage.noteUnstarted(failure.host);
  return failure;
}

/** Before any server, which would not start without it. */
async function startBrokers(stage: Stage, brokers: readonly GivenBroker[]): Promise<GivenFailure | undefined> {
  for (const { host } of brokers) {
    const outcome = await startProgram(stage, host, {});
    if (outcome.kind === "failed") return failureOf(host, outcome);
    const broker = stage.brokers.get(host);
    const isOver = (): boolean => broker?.isUp === true || broker?.lacks !== null;
    const failure = await waitFor(stage, host, "is up", "was not", isOver, stage.startTimeoutMs);
    if (failure !== undefined) return failure;
    const lacks = broker?.lacks ?? null;
    if (lacks !== null) return { host, verdict: "unsupported", expected: "is up", seen: `cannot be had: ${lacks}` };
  }
  return undefined;
}

async function startServer(stage: Stage, given: GivenServer): Promise<GivenFailure | undefined> {
  const { host, settings } = given;
  const server = stage.servers.get(host);
  const { connected, settled } = stage.protocol.joining.logs;
  const ready = stage.pair.server.ready ?? stage.protocol.ready;
  for (const line of [ready, connected, settled]) server?.countLogged(line);
  const outcome = await startProgram(stage, host, settings);
  if (outcome.kind === "failed") return failureOf(host, outcome);
  if (settings.console === true) {
    const hasAsked = (): boolean => (server?.log.length ?? 0) > 0;
    return waitFor(stage, host, "asks on its console", "asked nothing", hasAsked, stage.startTimeoutMs);
  }
  const isUp = (): boolean => server?.hasLogged(ready) === true;
  const failure = await waitFor(stage, host, `logs ${tell(ready)}`, "did not", isUp, stage.startTimeoutMs);
  const printed = [...(server?.log ?? [])].map(({ text }) => text);
  const seen = failure === undefined || server?.fault !== null ? undefined : findNearest(ready, printed);
  if (failure === undefined || seen === undefined) return failure;
  const texts = { expected: ready, seen };
  return { ...failure, seen: `${failure.seen}; the nearest line is ${tell(seen)}`, texts };
}

function failureOf(host: string, { kind: _kind, ...failure }: FailedAction): GivenFailure {
  return { host, ...failure };
}

async function startClient(stage: Stage, { host }: GivenClient): Promise<GivenFailure | undefined> {
  const outcome = await startProgram(stage, host, {});
  if (outcome.kind === "failed") return failureOf(host, outcome);
  return answer(stage.clients.get(host), host, stage.startTimeoutMs);
}

async function startPeer(stage: Stage, { host, listen }: GivenPeer): Promise<GivenFailure | undefined> {
  const outcome = await startProgram(stage, host, {});
  if (outcome.kind === "failed") return { host, ...outcome };
  const peer = stage.peers.get(host);
  const isReady = (): boolean => peer?.isReady === true;
  const failure = await waitFor(stage, host, "is ready", "was not", isReady, stage.startTimeoutMs);
  if (failure !== undefined || listen === null) return failure;
  peer?.listen(listen);
  return waitFor(stage, host, `listens at port ${listen}`, "did not", () => peer?.listensAt === listen);
}

async function connectAll(stage: Stage, clients: readonly GivenClient[]): Promise<GivenFailure | undefined> {
  const connected = clients.filter((client) => client.connected);
  if (connected.length === 0) return undefined;
  const port = stage.serverPort;
  const failures = await Promise.all(
    connected.map(({ host }) => {
      const client = stage.clients.get(host);
      const address = stage.addressFor(host);
      client?.command({ connect: { ...(address === undefined ? {} : { address }), port } });
      const expected = `connects to ${address}:${port}`;
      return waitFor(stage, host, expected, "did not", () => client?.isConnected === true);
    }),
  );
  const failure = failures.find((each) => each !== undefined);
  if (failure === undefined) await settleLog(stage, stage.protocol.joining.logs.connected, connected.length);
  return failure ?? (stage.isScripted ? awaitAccepted(stage, connected.length) : undefined);
}

/** A scripted server's steps begin with its connections. */
async function awaitAccepted(stage: Stage, count: number): Promise<GivenFailure | undefined> {
  for (const [host, peer] of stage.peers) {
    if (peer.listensAt === null) continue;
    return waitFor(
      stage,
      host,
      `has ${count} connections`,
      () => `has ${peer.links.size}`,
      () => peer.links.size >= count,
    );
  }
  return undefined;
}

async function nameAll(stage: Stage, clients: readonly GivenClient[]): Promise<GivenFailure | undefined> {
  let named = 0;
  for (const { host, name } of clients) {
    const client = stage.clients.get(host);
    if (client === undefined || name === null) continue;
    for (const command of stage.protocol.joining.commands(name)) client.command(command);
    const failure = await awaitName(stage, client, name);
    if (failure !== undefined) return failure;
    named += 1;
    await settleLog(stage, stage.protocol.joining.logs.settled, named);
  }
  return undefined;
}

/** Whatever the window shows meanwhile, the state tells when the name is accepted. */
async function awaitName(stage: Stage, client: ClientDriver, name: string): Promise<GivenFailure | undefined> {
  const host = client.name;
  const expected = `is accepted as ${name}`;
  for (let looked = client.shown.length; ; looked = client.shown.length) {
    const state = await client.askState(stage.timeoutMs);
    if (state === undefined) return answer(client, host, stage.timeoutMs);
    if (state.username === name) return undefined;
    const shown = [...client.shown].slice(-SHOWN_LINES_TOLD).map(({ text }) => text);
    const missed = `showed ${shown.length === 0 ? "nothing" : tellAll(shown)}, and nothing more`;
    const failure = await waitFor(stage, host, expected, missed, () => client.shown.length > looked);
    if (failure !== undefined) return failure;
  }
}

/** Every named client lists everybody, and every line about it has been shown. */
async function awaitLists(stage: Stage, clients: readonly GivenClient[]): Promise<GivenFailure | undefined> {
  const names = clients.flatMap(({ name }) => (name === null ? [] : [name]));
  const list = stage.protocol.joining.list(names);
  for (const { host, name } of clients) {
    const client = stage.clients.get(host);
    if (client === undefined || name === null) continue;
    const isListed = (): boolean => client.names.join("\n") === list.join("\n");
    const failure = await waitFor(
      stage,
      host,
      `lists ${list.join(", ")}`,
      () => `lists ${client.names.join(", ")}`,
      isListed,
    );
    if (failure !== undefined) return failure;
  }
  await settleLines(stage, clients, names.at(-1));
  const answers = await Promise.all(clients.map(({ host }) => answer(stage.clients.get(host), host, stage.timeoutMs)));
  return answers.find((failure) => failure !== undefined);
}

/** Waits for the last line of what was set up. That it is missing is for a step to judge, not for the set-up. */
async function settleLines(stage: Stage, clients: readonly GivenClient[], lastName: string | undefined): Promise<void> {
  const named = clients.filter(({ name }) => name !== null).map(({ host }) => stage.clients.get(host));
  if (lastName === undefined) return;
  const { hasShown } = stage.protocol.joining;
  const linesOf = (client: ClientDriver): readonly string[] => [...client.shown].map(({ text }) => text);
  await settle(stage, () => named.every((client) => client !== undefined && hasShown(linesOf(client), lastName)));
}

/** Waits for something that should come, and goes on without it. */
async function settle(stage: Stage, isSettled: () => boolean): Promise<boolean> {
  const end = await stage.pulse.until(
    () => isSettled() || stage.findFault() !== undefined || undefined,
    stage.timeoutMs,
  );
  return end === true;
}

/**
 * Waits for log lines before the next thing is done: a server with a thread a client garbles the lines of two at a
 * time, or worse. A server that does not log is waited for once.
 */
async function settleLog(stage: Stage, line: string, times: number): Promise<void> {
  const servers = [...stage.servers.values()].filter((server) => server.isRunning);
  if (servers.length === 0 || !stage.logsSetUp) return;
  const count = (): number => servers.reduce((sum, server) => sum + server.countLogged(line), 0);
  if (!(await settle(stage, () => count() >= times))) stage.noteSetUpUnlogged();
}

async function answer(
  client: ClientDriver | undefined,
  host: string,
  waitMs: number,
): Promise<GivenFailure | undefined> {
  if ((await client?.askState(waitMs)) !== undefined) return undefined;
  const seen = client?.fault ?? `gave no answer within ${waitMs} ms`;
  return { host, expected: "answers the command state", seen };
}

async function waitFor(
  stage: Stage,
  host: string,
  expected: string,
  missed: string | (() => string),
  isTrue: () => boolean,
  waitMs = stage.timeoutMs,
): Promise<GivenFailure | undefined> {
  const end = await stage.pulse.until(() => (isTrue() ? "true" : stage.findFault()), waitMs);
  if (end === "true") return undefined;
  if (end !== undefined) return { host: end.host, expected: host === end.host ? expected : "runs", seen: end.fault };
  if (typeof missed === "function") return { host, expected, seen: missed() };
  return { host, expected, seen: `${missed} within ${waitMs} ms` };
}
