// Owns what a server must do before any case is worth running (docs/contract.md, "What a server must do"). It must not know
// what a person is shown. Invariant: a check that cannot be made because one before it failed is not made.

import type { Launch } from "../implementation/implementation.ts";
import { findNearest } from "../replay/match.ts";
import type { PeerDriver } from "../replay/peer-driver.ts";
import { ServerDriver } from "../replay/server-driver.ts";
import { HELD_BACK_MEND } from "../replay/speechless.ts";
import type { Check } from "./breach.ts";
import { PROBE_NAME, type ProbeOptions, ProbeStage } from "./probe-stage.ts";
import { checkSaid, checkUnsaid } from "./probe-versions.ts";

const TOLD_LINES_MAX = 3;

/** Probes a server; checks come in the order in which they were made. */
export async function* probeServer(options: ProbeOptions): AsyncGenerator<Check> {
  const stage = new ProbeStage(options);
  const { implementation } = stage;
  const server = new ServerDriver(stage.host("server"), stage.pulse, () => {}, implementation.logs);
  const started = await checkReady(stage, server);
  yield started;
  if (started.breach !== undefined) return;
  const peer = await stage.startPeer("client");
  const accepted = await checkProposal(stage, server, peer);
  yield accepted;
  const isSilent = implementation.unsupportedFeatures.has("logs");
  const logged = accepted.breach === undefined && !isSilent ? await checkLogs(stage, server) : undefined;
  if (accepted.breach === undefined) yield* checkUnsaid(stage, server, peer);
  const paid = server.duesPaid;
  const stopped = await checkStop(stage, server, "ends with exit status 0 when it is stopped");
  if (logged !== undefined) yield server.duesPaid > paid ? withMend(logged, HELD_BACK_MEND) : logged;
  if (accepted.breach === undefined && isSilent) yield checkSilence(stage, server);
  yield stopped;
  yield* checkSaid(stage, peer);
  if (implementation.console !== undefined) yield* checkConsole(stage, implementation.console);
}

async function checkReady(stage: ProbeStage, server: ServerDriver): Promise<Check> {
  const { implementation } = stage;
  const title = "starts and says that clients can connect";
  const ready = implementation.ready ?? stage.protocol.ready;
  const expected = `the line ${JSON.stringify(ready)} within ${stage.startMs / 1000} s`;
  const why = await stage.start(server, implementation.launch);
  if (why !== undefined) {
    return { title, breach: { expected: "a program that starts", seen: why, mend: "correct run in its file" } };
  }
  if (await stage.awaits(server, () => server.hasLogged(ready), stage.startMs)) return { title };
  const seen = server.fault ?? tellOutput(server);
  const mend =
    server.fault === null
      ? ((await stage.mendSilence(server)) ??
        "print that line when clients can connect, flush every line, or name the line that it prints under ready")
      : await stage.mendEnd(server);
  return { title, breach: { expected, seen, mend } };
}

async function checkProposal(stage: ProbeStage, server: ServerDriver, peer: PeerDriver): Promise<Check> {
  const title = `accepts the name ${PROBE_NAME}`;
  const { joining, port, wire } = stage.protocol;
  const [wanted = new Uint8Array(0)] = joining.acceptance(PROBE_NAME);
  const expected = `${wire.tell(wanted)} within ${stage.timeoutMs / 1000} s of ${joining.help.asked}`;
  const [link] = peer.connect({ as: "probe", address: server.host.address, port });
  if (link === undefined) throw new Error("the lab's peer does not connect");
  await stage.awaits(server, () => link.state !== "opening");
  if (link.state !== "open") {
    const seen = link.state === "opening" ? "no connection" : link.failure || "a connection that was reset";
    const mend = joining.help.listen;
    return { title, breach: { expected: `a connection at ${server.host.address}:${port}`, seen, mend } };
  }
  peer.send([{ link, pieces: [joining.request(PROBE_NAME)] }], { times: 1, gapMs: 0, after: null });
  await stage.awaits(server, () => link.frames.length > 0 || link.isOver);
  const [first] = link.frames;
  if (first !== undefined && Buffer.compare(first.bytes, wanted) === 0) return { title };
  const seen =
    first === undefined
      ? (server.fault ?? (link.isOver ? "the end of the connection" : "nothing"))
      : wire.tell(first.bytes);
  return { title, breach: { expected, seen, mend: joining.help.accept } };
}

/** What it says that it does not print is not asked for, but must be true. It has ended: all that it printed is there. */
function checkSilence({ protocol }: ProbeStage, server: ServerDriver): Check {
  const title = "prints none of the report's lines, as its file says";
  const printed = protocol.joining.logs.ofOne(PROBE_NAME).find((line) => server.hasLogged(line));
  if (printed === undefined) return { title };
  const mend = "take the feature logs out of unsupported";
  return { title, breach: { expected: "no such line", seen: JSON.stringify(printed), mend } };
}

async function checkLogs(stage: ProbeStage, server: ServerDriver): Promise<Check> {
  const { protocol } = stage;
  const lines = protocol.joining.logs.ofOne(PROBE_NAME);
  const isLogged = (line: string): boolean => server.hasLogged(line);
  const title = "logs in the report's words, or its file translates them";
  if (await stage.awaits(server, () => lines.every(isLogged))) return { title };
  const missing = lines.find((line) => !isLogged(line)) ?? "";
  const nearest = findNearest(
    missing,
    [...server.log].map(({ text }) => text),
  );
  const seen = nearest === undefined ? tellOutput(server) : `the nearest line is ${JSON.stringify(nearest)}`;
  const mend = protocol.joining.help.log;
  return { title, breach: { expected: `the line ${JSON.stringify(missing)}`, seen, mend } };
}

function withMend(check: Check, mend: string): Check {
  return check.breach === undefined ? check : { ...check, breach: { ...check.breach, mend } };
}

async function checkStop(stage: ProbeStage, server: ServerDriver, title: string): Promise<Check> {
  const expected = `exit status 0 within ${stage.stopMs / 1000} s of SIGTERM`;
  const exit = await server.stop(stage.stopMs);
  if (exit?.code === 0) return { title };
  const seen =
    exit === undefined
      ? (server.fault ?? "it had ended before")
      : exit.signal === "SIGKILL"
        ? "it had to be killed"
        : exit.signal === null
          ? `exit status ${exit.code}`
          : `an end by ${exit.signal}`;
  const mend = "handle SIGTERM: stop listening, end the connections, exit with 0 (in an image: ENTRYPOINT as a list)";
  return { title, breach: { expected, seen, mend } };
}

/** Case 02 types the answers; here it is enough that it asks, and can be stopped while it does. */
async function* checkConsole(stage: ProbeStage, launch: Launch): AsyncGenerator<Check> {
  const title = "asks on its console";
  const { logs, ready = stage.protocol.ready } = stage.implementation;
  const server = new ServerDriver(stage.host("server"), stage.pulse, () => {}, logs);
  const why = await stage.start(server, launch);
  const hasAsked = why === undefined && (await stage.awaits(server, () => server.log.length > 0, stage.startMs));
  const { fault } = server;
  const stopped = await checkStop(stage, server, "ends with exit status 0 when it is stopped while it asks");
  const isListening = server.hasLogged(ready);
  if (hasAsked && !isListening) {
    yield { title };
    yield stopped;
    return;
  }
  const seen = isListening ? "it listens without an answer" : (why ?? fault ?? tellOutput(server));
  const mend = "print the question of PROTOCOL.md, 12.2, as a line, flushed, or take console out of its file";
  yield { title, breach: { expected: "a question, and no port opened before it is answered", seen, mend } };
}

function tellOutput(server: ServerDriver): string {
  const last = [...server.printed].slice(-TOLD_LINES_MAX).map(({ text }) => JSON.stringify(text));
  return last.length === 0 ? "no line at all" : `other lines, ${last.join(", ")} last`;
}
