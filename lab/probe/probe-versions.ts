// Owns which other protocols of the same port a program speaks: what a server answers to their opening, and what a client
// begins with. It must not know what follows an opening. Invariant: only what a program's file says of itself can be a breach;
// anything else is told.

import { speaking } from "../implementation/implementation.ts";
import type { Opening } from "../protocol/joining.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { ClientDriver } from "../replay/client-driver.ts";
import type { PeerDriver } from "../replay/peer-driver.ts";
import type { PeerLink } from "../replay/peer-link.ts";
import { ServerDriver } from "../replay/server-driver.ts";
import type { Breach, Check } from "./breach.ts";
import { checkAbilities } from "./probe-abilities.ts";
import type { ProbeStage } from "./probe-stage.ts";

/** A protocol of the same port whose connections begin with bytes that tell it from the others. */
interface Opened {
  readonly protocol: Protocol;
  readonly opening: Opening;
  /** The name that files have for it. */
  readonly name: string;
}

/** What a connection heard of an opening. */
type Answer = "the opening" | { readonly seen: string };

/** Asks a running server for what its file does not say that it speaks. */
export async function* checkUnsaid(stage: ProbeStage, server: ServerDriver, peer: PeerDriver): AsyncGenerator<Check> {
  for (const opened of openedOf(stage).filter((each) => !isSaid(stage, each))) {
    const { name, opening, protocol } = opened;
    const waitMs = Math.min(stage.timeoutMs, opening.answerMs);
    const { answer } = await askOpening(stage, server, peer, opened, waitMs);
    if (answer === "the opening") {
      yield {
        title: `answers ${opening.what}, too: its file may say that it speaks ${name}, and is asked for it then`,
      };
    } else {
      const seen = answer.seen === "nothing" ? "it does not answer" : `${answer.seen} was its answer to`;
      yield { title: `speaks no ${protocol.name}: ${seen} ${opening.what}` };
    }
  }
}

/** Starts a server for each protocol that its file says it speaks, and asks it for that. */
export async function* checkSaid(stage: ProbeStage, peer: PeerDriver): AsyncGenerator<Check> {
  for (const opened of openedOf(stage).filter((each) => isSaid(stage, each))) {
    const { name, opening, protocol } = opened;
    const title = `answers ${opening.what}, as its file says`;
    const spoken = speaking(stage.implementation, name) ?? stage.implementation;
    const server = new ServerDriver(stage.host("server"), stage.pulse, () => {}, spoken.logs);
    const why = await stage.start(server, spoken.launch);
    const ready = spoken.ready ?? protocol.ready;
    const isUp = why === undefined && (await stage.awaits(server, () => server.hasLogged(ready), stage.startMs));
    const asked = isUp ? await askOpening(stage, server, peer, opened, stage.timeoutMs) : undefined;
    const answer = asked?.answer ?? { seen: why ?? server.fault ?? `no line ${JSON.stringify(ready)}` };
    yield { title, ...breachOf(stage, opened, answer, opening.help.answer) };
    if (asked?.answer === "the opening") yield* checkAbilities(stage, server, peer, asked.link);
    await server.kill();
  }
}

/** Starts a client for each protocol that its file says it speaks; it is to begin with its opening. */
export async function* checkBegins(stage: ProbeStage, peer: PeerDriver): AsyncGenerator<Check> {
  for (const opened of openedOf(stage).filter((each) => isSaid(stage, each))) {
    const { name, opening } = opened;
    const title = `begins with ${opening.what}, as its file says`;
    const spoken = speaking(stage.implementation, name) ?? stage.implementation;
    const options = { fencing: stage.protocol.fencing, mayIgnore: false };
    const client = new ClientDriver(stage.host("client"), stage.pulse, () => {}, options);
    const why = await stage.start(client, spoken.launch);
    const before = peer.links.size;
    if (why === undefined) {
      client.command({ connect: { address: peer.host.address, port: stage.protocol.port } });
      await stage.awaits(client, () => [...peer.links.values()].slice(before).some(hasSpoken));
    }
    const link = [...peer.links.values()].at(before);
    const answer: Answer = why === undefined ? heardOn(stage, link, opening, client.fault) : { seen: why };
    await client.kill();
    yield { title, ...breachOf(stage, opened, answer, opening.help.begin) };
  }
}

/** What a client said on a connection, without openings of what its file does not say that it speaks. */
export function spokenOn(stage: ProbeStage, link: PeerLink): readonly Uint8Array[] {
  const openings = openedOf(stage).map(({ opening }) => opening);
  return link.frames.map(({ bytes }) => bytes).filter((bytes) => !openings.some((each) => isSame(each.bytes, bytes)));
}

/** Tells of a client that began with the opening of another protocol, and of one that did not. */
export function tellBeginning(stage: ProbeStage, link: PeerLink): readonly Check[] {
  const unsaid = openedOf(stage).filter((each) => !isSaid(stage, each));
  return unsaid.map(({ name, opening, protocol }) =>
    link.frames.some(({ bytes }) => isSame(opening.bytes, bytes))
      ? { title: `begins with ${opening.what}: its file may say that it speaks ${name}, and is asked for it then` }
      : { title: `speaks no ${protocol.name}: it does not begin with ${opening.what}` },
  );
}

function openedOf({ others }: ProbeStage): readonly Opened[] {
  return others.flatMap((protocol) => {
    const { opening } = protocol.joining;
    return opening === undefined ? [] : [{ protocol, opening, name: protocol.name.toLowerCase() }];
  });
}

function isSaid({ implementation }: ProbeStage, { name }: Opened): boolean {
  return implementation.speaks.has(name);
}

async function askOpening(
  stage: ProbeStage,
  server: ServerDriver,
  peer: PeerDriver,
  { name, opening, protocol }: Opened,
  waitMs: number,
): Promise<{ readonly link: PeerLink; readonly answer: Answer }> {
  const { port } = stage.protocol;
  const [link] = peer.connect({ as: `probe ${name}`, address: server.host.address, port, protocol });
  if (link === undefined) throw new Error("the lab's peer does not connect");
  await stage.awaits(server, () => link.state !== "opening");
  if (link.state !== "open") return { link, answer: { seen: link.failure || "no connection" } };
  peer.send([{ link, pieces: [opening.bytes] }], { times: 1, gapMs: 0, after: null });
  await stage.awaits(server, () => hasSpoken(link), waitMs);
  return { link, answer: heardOn(stage, link, opening, server.fault) };
}

function hasSpoken(link: PeerLink): boolean {
  return link.frames.length > 0 || link.isOver;
}

function heardOn(stage: ProbeStage, link: PeerLink | undefined, opening: Opening, fault: string | null): Answer {
  const [first] = link?.frames ?? [];
  if (first !== undefined && isSame(first.bytes, opening.bytes)) return "the opening";
  if (first !== undefined) return { seen: (link?.protocol ?? stage.protocol).wire.tell(first.bytes) };
  if (fault !== null) return { seen: fault };
  if (link === undefined) return { seen: "no connection" };
  return { seen: link.isOver ? "the end of the connection" : "nothing" };
}

function breachOf(
  { timeoutMs }: ProbeStage,
  { opening }: Opened,
  answer: Answer,
  mend: string,
): { readonly breach?: Breach } {
  if (answer === "the opening") return {};
  return { breach: { expected: `${opening.what} within ${timeoutMs / 1000} s`, seen: answer.seen, mend } };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
