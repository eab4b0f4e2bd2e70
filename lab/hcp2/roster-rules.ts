// Owns the rules about who is there: the rosters behind a welcome are the list, and each joined and left changes it by one
// name. Pure. It must not know how a broken rule is told. Invariant: where frames may lack, nobody is missed.

import type { MessageOf } from "../../src/protocol/hcp2/index.ts";
import { nameKey } from "../../src/protocol/name.ts";
import { type Rule, tell } from "./log-rules.ts";
import { isKind, isLive, type Talk, type Told } from "./room-history.ts";

type Problem = "before" | "twice" | "without" | "there" | "gone" | "absent";

/** A roster came before the welcome. */
export const rosterBeforeWelcome = rule("before", () => "before the welcome");
/** A roster had a name twice. */
export const nameTwice = rule("twice", () => "which has a name twice");
/** The rosters have ended, and the newcomer's name is in none. */
export const rosterWithout = rule("without", ({ welcome }) => `in which ${JSON.stringify(welcome?.name)} is not`);
/** Somebody joined who was there. */
export const joinedTwice = rule("there", () => "who was there");
/** Somebody left who was not there. */
export const leftTwice = rule("gone", () => "who was not there");
/** Somebody spoke who was not there. */
export const spokeAbsent = rule("absent", () => "who was not there");

function rule(problem: Problem, why: (talk: Talk) => string): Rule {
  return ({ talks }) => {
    for (const talk of talks) {
      const told = problemsOf(talk).get(problem);
      if (told !== undefined) return tell(talk, told, why(talk));
    }
    return undefined;
  };
}

/** The first frame that shows each problem of a connection's list. */
function problemsOf(talk: Talk): ReadonlyMap<Problem, Told> {
  const found = new Map<Problem, Told>();
  const list = new Roster(talk);
  for (const told of talk.heard) {
    const problem = list.take(told);
    if (problem !== undefined && !found.has(problem)) found.set(problem, told);
  }
  return found;
}

/** The list of one connection, as far as it has come. */
class Roster {
  readonly #own: string;
  readonly #names = new Set<string>();
  #state: "unnamed" | "welcomed" | "whole" = "unnamed";

  constructor({ welcome }: Talk) {
    this.#own = nameKey(welcome?.name ?? "");
  }

  /** What is wrong with this one. */
  take(told: Told): Problem | undefined {
    if (isKind(told, "welcome")) this.#state = this.#state === "unnamed" ? "welcomed" : this.#state;
    if (isKind(told, "roster")) return this.#takeRoster(told);
    if (this.#state !== "whole") return undefined;
    if (isKind(told, "joined")) return this.#add(told.message.name) ? undefined : "there";
    if (isKind(told, "left")) return this.#names.delete(nameKey(told.message.name)) ? undefined : "gone";
    return isKind(told, "line") && isLive(told) && !this.#names.has(nameKey(told.message.from)) ? "absent" : undefined;
  }

  #takeRoster({ message: { names, more } }: Told<MessageOf<"roster">>): Problem | undefined {
    if (this.#state === "unnamed") return "before";
    const added = names.map((name) => this.#add(name));
    if (added.includes(false)) return "twice";
    if (more === true) return undefined;
    this.#state = "whole";
    return this.#names.has(this.#own) ? undefined : "without";
  }

  #add(name: string): boolean {
    const key = nameKey(name);
    const isNew = !this.#names.has(key);
    this.#names.add(key);
    return isNew;
  }
}
