// Owns whether a server can do what it says behind its opening, and whether that is what its file says. It must not know which
// abilities there are. Invariant: only what a server or its file says of itself can be a breach; anything else is told.

import type { Abilities, Ability } from "../protocol/joining.ts";
import type { PeerDriver } from "../replay/peer-driver.ts";
import type { PeerLink } from "../replay/peer-link.ts";
import type { ServerDriver } from "../replay/server-driver.ts";
import type { Check } from "./breach.ts";
import { PROBE_NAME, type ProbeStage } from "./probe-stage.ts";

/** Asks a server that answered an opening, on that connection, for what it says and its file says. */
export async function* checkAbilities(
  stage: ProbeStage,
  server: ServerDriver,
  peer: PeerDriver,
  link: PeerLink,
): AsyncGenerator<Check> {
  const { opening, request } = link.protocol.joining;
  const abilities = opening?.abilities;
  if (abilities === undefined) return;
  const named = await hearNamed(stage, server, link, abilities);
  if (named === undefined) {
    const expected = `a ${abilities.what} behind it within ${stage.timeoutMs / 1000} s`;
    yield {
      title: `says in a ${abilities.what} what it can do`,
      breach: { expected, seen: seenLast(link, server), mend: opening?.help.answer ?? "" },
    };
    return;
  }
  yield* compare(stage, named, abilities);
  const asked = abilities.all.filter(({ name }) => named.includes(name));
  if (asked.length === 0) return;
  const asking = (isBeforeName: boolean): readonly Uint8Array[] =>
    asked.filter((each) => each.isBeforeName === isBeforeName).map((each) => each.ask(PROBE_NAME));
  const pieces = [abilities.greeting, ...asking(true), request(PROBE_NAME), ...asking(false)];
  peer.send([{ link, pieces }], { times: 1, gapMs: 0, after: null });
  const isDone = ({ isAnswer }: Ability): boolean => link.frames.some(({ bytes }) => isAnswer(bytes));
  await stage.awaits(server, () => link.isOver || asked.every(isDone));
  const missing = asked.filter((ability) => !isDone(ability)).map(({ name }) => name);
  const title = `does what its ${abilities.what} names: ${asked.map(({ name }) => name).join(", ")}`;
  if (missing.length === 0) yield { title };
  else {
    const expected = `an answer to a request of ${missing.join(", and of ")} within ${stage.timeoutMs / 1000} s`;
    yield { title, breach: { expected, seen: seenLast(link, server), mend: abilities.help.answer } };
  }
}

async function hearNamed(
  stage: ProbeStage,
  server: ServerDriver,
  link: PeerLink,
  { offeredIn }: Abilities,
): Promise<readonly string[] | undefined> {
  const heard = () => link.frames.map(({ bytes }) => offeredIn(bytes)).find((each) => each !== undefined);
  await stage.awaits(server, () => link.isOver || heard() !== undefined);
  return heard();
}

function* compare({ implementation }: ProbeStage, named: readonly string[], abilities: Abilities): Generator<Check> {
  const { what, all, help } = abilities;
  const offers: ReadonlySet<string> = new Set(implementation.offers.keys());
  const offered = all.map(({ name }) => name).filter((name) => offers.has(name));
  const unnamed = offered.filter((name) => !named.includes(name));
  const title = `names in its ${what} what its file offers: ${offered.join(", ")}`;
  const expected = `a ${what} that names ${unnamed.join(" and ")}`;
  const seen = named.length === 0 ? "one that names none of it" : `one that names ${named.join(", ")}`;
  if (unnamed.length > 0) yield { title, breach: { expected, seen, mend: help.name } };
  else if (offered.length > 0) yield { title };
  const unsaid = named.filter((name) => !offered.includes(name));
  if (unsaid.length === 0) return;
  yield { title: `names ${unsaid.join(", ")} in its ${what}, too: its file may offer that, and is asked for it then` };
}

function seenLast({ frames, isOver, protocol }: PeerLink, { fault }: ServerDriver): string {
  const last = frames.at(-1);
  const told = last === undefined ? "nothing" : `${protocol.wire.tell(last.bytes)} as the last`;
  if (fault !== null) return fault;
  return isOver ? `${told}, and the end of the connection` : told;
}
