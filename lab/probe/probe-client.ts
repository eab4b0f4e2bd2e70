// Owns what a client must do before any case is worth running (docs/contract.md, "What a client must do"). It must not know
// what a person is shown. Invariant: a check that cannot be made because one before it failed is not made.

import type { Implementation } from "../implementation/implementation.ts";
import { ClientDriver } from "../replay/client-driver.ts";
import { tellExit } from "../replay/ending.ts";
import type { PeerDriver } from "../replay/peer-driver.ts";
import type { PeerLink } from "../replay/peer-link.ts";
import { ServerDriver } from "../replay/server-driver.ts";
import type { Breach, Check } from "./breach.ts";
import { PROBE_NAME, type ProbeOptions, ProbeStage } from "./probe-stage.ts";
import { checkBegins, spokenOn, tellBeginning } from "./probe-versions.ts";

/** A command that there is not: who takes it in silence takes a misspelt one, too. */
const MADE_UP = "howdy-lab-made-up";

/** Probes a client; checks come in the order in which they were made. */
export async function* probeClient(options: ProbeOptions): AsyncGenerator<Check> {
  const stage = new ProbeStage(options);
  const client = await startClient(stage);
  if ("title" in client) {
    yield client;
    return;
  }
  const answered = await checkState(stage, client.driver);
  yield answered;
  if (answered.breach !== undefined) return;
  const peer = await stage.startPeer("server");
  const connected = await checkConnect(stage, client.driver, peer);
  yield connected.check;
  if (connected.link !== undefined) {
    const named = await checkName(stage, client.driver, peer, connected.link);
    yield named;
    yield* tellBeginning(stage, connected.link);
  }
  client.driver.expectEnd();
  client.driver.command({ close: {} });
  yield await checkEnd(stage, client.driver, "ends when its window is closed", "the command close");
  yield* checkBegins(stage, peer);
  yield* checkAlone(stage);
  if (stage.implementation.window !== undefined) yield await checkWindow(stage, stage.implementation.window);
}

async function startClient(stage: ProbeStage): Promise<Check | { readonly driver: ClientDriver }> {
  const driver = new ClientDriver(stage.host("client"), stage.pulse, () => {}, {
    fencing: stage.protocol.fencing,
    mayIgnore: false,
  });
  const why = await stage.start(driver, stage.implementation.launch);
  if (why === undefined) return { driver };
  const breach = { expected: "a program that starts", seen: why, mend: "correct run in its file" };
  return { title: "starts", breach };
}

async function checkState(stage: ProbeStage, client: ClientDriver): Promise<Check> {
  const title = "starts and answers the command state";
  const state = await client.askState(stage.startMs);
  if (state !== undefined && client.fault === null) return { title };
  const expected = `the event state within ${stage.startMs / 1000} s`;
  return { title, breach: { expected, seen: client.fault ?? "nothing", mend: await tellMend(stage, client) } };
}

async function tellMend(stage: ProbeStage, client: ClientDriver): Promise<string> {
  const { fault, isRunning } = client;
  if (!isRunning) return await stage.mendEnd(client);
  const heldBack = fault === null ? await stage.mendSilence(client) : undefined;
  if (heldBack !== undefined) return heldBack;
  return fault === null
    ? 'read a JSON object a line on standard input, and answer {"state":{}} at once, flushed (docs/control.md)'
    : "print nothing but events on standard output, a JSON object a line (docs/control.md); logs go to standard error";
}

interface Connected {
  readonly check: Check;
  readonly link?: PeerLink;
}

async function checkConnect(stage: ProbeStage, client: ClientDriver, peer: PeerDriver): Promise<Connected> {
  const title = "connects where it is told, and says so";
  const { address } = peer.host;
  const { port } = stage.protocol;
  const mend = "dial the address and the port of the command connect, and give the event connected";
  peer.listen(port);
  if (!(await stage.awaits(peer, () => peer.listensAt !== null))) {
    throw new Error(`the lab's peer does not listen: ${peer.fault ?? "silent"}`);
  }
  client.command({ connect: { address, port } });
  const isThere = await stage.awaits(client, () => client.isConnected && peer.links.size > 0);
  const [link] = peer.links.values();
  if (isThere && link !== undefined) return { check: { title }, link };
  const seen = client.fault ?? (link === undefined ? "no connection" : "a connection, but no event connected");
  const expected = `a connection to ${address}:${port}, and the event connected`;
  return { check: { title, breach: { expected, seen, mend } } };
}

async function checkName(stage: ProbeStage, client: ClientDriver, peer: PeerDriver, link: PeerLink): Promise<Check> {
  const title = "proposes a name, and shows that it is accepted";
  const { joining, wire } = stage.protocol;
  const wanted = joining.request(PROBE_NAME);
  for (const command of joining.commands(PROBE_NAME)) client.command(command);
  await stage.awaits(client, () => spokenOn(stage, link).length > 0 || link.isOver);
  const [first] = spokenOn(stage, link);
  if (first === undefined || Buffer.compare(first, wanted) !== 0) {
    const seen = first === undefined ? (client.fault ?? "nothing") : wire.tell(first);
    const mend = joining.help.request;
    return { title, breach: { expected: wire.tell(wanted), seen, mend } };
  }
  await accept(stage, client, peer, link);
  return { title, ...breached(await findUnshown(stage, client)) };
}

/** Acknowledges the name and lists it, each in a read of its own. */
async function accept(stage: ProbeStage, client: ClientDriver, peer: PeerDriver, link: PeerLink): Promise<void> {
  const { acceptance, accepted } = stage.protocol.joining;
  const answers = acceptance(PROBE_NAME);
  for (const bytes of answers) {
    const sent = link.sends;
    peer.send([{ link, pieces: [bytes] }], { times: 1, gapMs: 0, after: null });
    await stage.awaits(peer, () => link.sends > sent);
    if (bytes === answers[0]) await stage.awaits(client, () => isShown(client, accepted));
  }
}

async function findUnshown(stage: ProbeStage, client: ClientDriver): Promise<Breach | undefined> {
  const { accepted, help, list } = stage.protocol.joining;
  // Whose file says that it tells no list is not asked for one.
  const tellsUsers = !stage.implementation.unsupportedFeatures.has("users");
  const wanted = list([PROBE_NAME]);
  const isListed = (): boolean => !tellsUsers || client.names.join("\n") === wanted.join("\n");
  if (await stage.awaits(client, () => isShown(client, accepted) && isListed())) return undefined;
  const events = `, and the event users with ${wanted.join(", ")}`;
  return {
    expected: `the line ${JSON.stringify(accepted)}${tellsUsers ? events : ""}`,
    seen:
      client.fault ?? (isShown(client, accepted) ? `the list ${client.names.join(", ") || "nothing"}` : "no such line"),
    mend: help.show,
  };
}

function isShown(client: ClientDriver, line: string): boolean {
  return [...client.shown].some(({ text }) => text === line);
}

/** @param what - What it was given to end for. */
async function checkEnd(stage: ProbeStage, client: ClientDriver, title: string, what: string): Promise<Check> {
  const expected = `exit status 0 within ${stage.stopMs / 1000} s of ${what}`;
  const mend = `take ${what} as the window's close: leave the room and end with 0`;
  const hasEnded = await client.waitForEnd(stage.stopMs);
  if (!hasEnded) await client.kill();
  const exit = [...client.transcript].findLast((entry) => "exit" in entry)?.exit;
  if (hasEnded && exit?.code === 0) return { title };
  const told = exit === undefined ? "its end" : tellExit(exit);
  const seen = hasEnded ? told : `it still ran after ${stage.stopMs / 1000} s`;
  return { title, breach: { expected, seen, mend } };
}

/** What each takes a client of its own. */
async function* checkAlone(stage: ProbeStage): AsyncGenerator<Check> {
  const refused = await startClient(stage);
  if ("title" in refused) return void (yield refused);
  const swallowed = await findSwallowed(stage, refused.driver);
  yield { title: "refuses a command that there is not", ...breached(swallowed) };
  const isLeft = refused.driver.isRunning;
  refused.driver.closeInput();
  if (isLeft) yield await checkEnd(stage, refused.driver, "ends when its input ends", "the end of its input");
  const stopped = await startClient(stage);
  if ("title" in stopped) return void (yield stopped);
  await stopped.driver.askState(stage.startMs);
  const exit = await stopped.driver.stop(stage.stopMs);
  const isForced = exit === undefined || exit.signal === "SIGKILL";
  const breach = {
    expected: `its end within ${stage.stopMs / 1000} s of SIGTERM`,
    seen: exit === undefined ? (stopped.driver.fault ?? "it had ended before") : "it had to be killed",
    mend: "handle SIGTERM (in an image: ENTRYPOINT as a list)",
  };
  yield { title: "ends when it is stopped", ...breached(isForced ? breach : undefined) };
}

/** Its lines tell where its window is; whether a browser can work it is case 01's to say. */
async function checkWindow(stage: ProbeStage, launch: NonNullable<Implementation["window"]>): Promise<Check> {
  const title = "says where it serves its window";
  const client = new ServerDriver(stage.host("client"), stage.pulse, () => {}, []);
  const why = await stage.start(client, launch);
  const isServing = (): boolean => [...client.printed].some(({ raw }) => launch.serves.test(raw));
  const isThere = why === undefined && (await stage.awaits(client, isServing, stage.startMs));
  const { fault } = client;
  await client.kill();
  if (isThere) return { title };
  const last = client.printed.last?.raw;
  const expected = `a line like ${launch.serves.source} within ${stage.startMs / 1000} s`;
  const seen = why ?? fault ?? (last === undefined ? "no line at all" : `other lines, ${JSON.stringify(last)} last`);
  return { title, breach: { expected, seen, mend: "correct serves under window to fit the line that it prints" } };
}

/** It is refused by the event error, and the next command is taken all the same. */
async function findSwallowed(stage: ProbeStage, client: ClientDriver): Promise<Breach | undefined> {
  await client.askState(stage.startMs);
  client.write(JSON.stringify({ [MADE_UP]: {} }));
  await stage.pulse.until(() => hasRefused(client) || !client.isRunning || undefined, stage.timeoutMs);
  const isRefused = hasRefused(client);
  // Its refusal counts as a fault to whoever drives it, who asks no more: this asks by itself.
  const asked = client.transcript.length;
  client.command({ state: {} });
  const answers = (): boolean =>
    [...client.transcript.between(asked)].some(({ line }) => "event" in line && "state" in line.event);
  if (isRefused) await stage.pulse.until(() => answers() || !client.isRunning || undefined, stage.timeoutMs);
  if (isRefused && answers()) return undefined;
  const mend = "answer a command that there is not with the event error, and go on (docs/control.md)";
  const seen = isRefused ? "the event error, but no answer to the next command" : "silence";
  return {
    expected: `the event error for the command ${MADE_UP}`,
    seen: client.isRunning ? seen : (client.fault ?? "its end"),
    mend,
  };
}

function hasRefused(client: ClientDriver): boolean {
  return [...client.transcript].some((entry) => "event" in entry && "error" in entry.event);
}

function breached(breach: Breach | undefined): { readonly breach?: Breach } {
  return breach === undefined ? {} : { breach };
}
