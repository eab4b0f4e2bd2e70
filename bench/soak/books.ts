// Owns the balance of a soak: what was said, what was answered and heard, and what every server has of it at the end. It must
// not know how any of it came about. Invariant: what nobody can know is counted as unknown, never as broken.

import { HCP_RULES } from "../../lab/hcp/rules.ts";
import { HCP2_RULES } from "../../lab/hcp2/rules.ts";
import type { History, Rules } from "../../lab/protocol/rules.ts";
import { LIST_NAMES_MAX } from "../../src/protocol/hcp1/index.ts";
import type { MessageOf } from "../../src/protocol/hcp2/index.ts";
import type { Call } from "./call.ts";
import type { World } from "./world.ts";

export interface Balance {
  /** Lines to everybody, but those of ghosts. */
  readonly said: number;
  readonly ghosts: number;
  readonly stored: number;
  readonly answered: number;
  /** Neither answered nor heard by anybody, and which of these are stored all the same. */
  readonly unknown: number;
  readonly unknownStored: number;
  readonly broken: readonly string[];
}

/** Each promise with what breaks it, of the record and of what every server says that it keeps. */
export function balance(world: World, histories: readonly (readonly MessageOf<"line">[])[]): Balance {
  const [kept = [], ...others] = histories;
  const broken = [...world.broken, ...world.servers.lost];
  const ids = kept.map(({ id }) => id).join();
  if (others.some((other) => other.map(({ id }) => id).join() !== ids)) broken.push("7: servers have other histories");
  const stored = new Map(kept.map(({ text, from }) => [text, from]));
  if (stored.size < kept.length) broken.push(`5: ${kept.length - stored.size} lines are stored twice`);
  const find = (promise: string, texts: Iterable<string>, isWrong: (text: string) => boolean): void => {
    const wrong = [...texts].filter(isWrong);
    if (wrong.length > 0) broken.push(`${promise}: ${wrong.length}, the first "${wrong[0]}"`);
  };
  const said = [...world.said.values()];
  const isAnswered = (text: string): boolean => world.answered.has(world.said.get(text)?.request ?? "");
  find("5: stored, and nobody said it", stored.keys(), (text) => world.said.get(text)?.name !== stored.get(text));
  find("3: heard, and not stored", world.heard, (text) => !stored.has(text));
  find("4: answered, and not stored", world.said.keys(), (text) => isAnswered(text) && !stored.has(text));
  find("1: said by one who had its name elsewhere, and stored", world.said.keys(), (text) => {
    return world.said.get(text)?.isGhost === true && (stored.has(text) || world.heard.has(text));
  });
  find("3: not stored, and its sender was there to the end", world.said.keys(), (text) => {
    return world.said.get(text)?.call.isOpen === true && !stored.has(text);
  });
  find("2: stored behind what its sender said later", wrongOrder(kept), () => true);
  const { everybody, version2 } = world.record.histories();
  broken.push(...judge(HCP_RULES, everybody), ...judge(HCP2_RULES, version2));
  const unknown = said.filter(({ text, isGhost }) => !isGhost && !isAnswered(text) && !world.heard.has(text));
  return {
    said: said.filter(({ isGhost }) => !isGhost).length,
    ghosts: said.filter(({ isGhost }) => isGhost).length,
    stored: kept.length,
    answered: said.filter(({ text }) => isAnswered(text)).length,
    unknown: unknown.length,
    unknownStored: unknown.filter(({ text }) => stored.has(text)).length,
    broken,
  };
}

/** Whether all who are there have the same list; of version 1 as much of it as travels. */
export function areListsEqual(calls: readonly Call[], names: ReadonlySet<string>): boolean {
  const whole = [...names].toSorted().join();
  const lists = calls.map(({ version, users }) => ({ version, list: [...users].toSorted().join(), users }));
  const short = new Set(lists.filter(({ version }) => version === 1).map(({ list }) => list));
  const isFull = names.size <= LIST_NAMES_MAX;
  const areShortWell = [...short].every((list) => (isFull ? list === whole : short.size === 1));
  return areShortWell && lists.every(({ version, list }) => version === 1 || list === whole);
}

function judge(rules: Rules, history: History): readonly string[] {
  const found = rules.findBroken(history).filter(({ isBreach }) => isBreach);
  return found.map(({ says, host, detail }) => `${says}: ${detail} (${host})`);
}

/** Each sender counts its lines. */
function wrongOrder(kept: readonly MessageOf<"line">[]): readonly string[] {
  const last = new Map<string, number>();
  return kept.flatMap(({ from, text }) => {
    const number = Number(/#(\d+)/.exec(text)?.[1]);
    const isLate = number < (last.get(from) ?? -1);
    last.set(from, number);
    return isLate ? [text] : [];
  });
}
