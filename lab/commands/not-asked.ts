// Owns what a run does not look at, of the cases that there are for what is under test, and how to ask for it. Pure. It must
// not know how a run goes. Invariant: a case that this pair could not be asked is not missed.

import type { Pair } from "../implementation/implementation.ts";
import { labCommand } from "../own-command.ts";
import type { NotAsked } from "../result/result.ts";
import { whyNot } from "../run/fit-scenario.ts";
import { CONFORMANCE_FOLDERS } from "../scenario/catalog.ts";
import type { Level } from "../scenario/schema.ts";
import type { IndexedCase } from "./case-index.ts";

/** A part of the project's cases: what it is called, its folders, and the words that ask for it. */
interface Part {
  readonly what: string;
  readonly folders: readonly string[];
  readonly level?: Level;
  readonly words: readonly string[];
}

const PARTS: readonly Part[] = [
  { what: "of the report's cases", folders: ["report"], words: [] },
  {
    what: "must cases of conformance",
    folders: CONFORMANCE_FOLDERS,
    level: "must",
    words: ["conformance", "--level", "must"],
  },
  {
    what: "strict cases of conformance",
    folders: CONFORMANCE_FOLDERS,
    level: "strict",
    words: ["conformance", "--level", "strict"],
  },
  { what: "cases of what its file offers", folders: ["people"], words: ["people"] },
  { what: "cases of version 2", folders: ["hcp2"], words: ["hcp2"] },
  { what: "cases of CS513 chat", folders: ["cs513"], words: ["cs513"] },
  { what: "cases of ClassChat", folders: ["classchat"], words: ["classchat"] },
  { what: "cases of pythonChatRoom", folders: ["chatroom"], words: ["chatroom"] },
  { what: "cases of several protocols in one room", folders: ["doors"], words: ["doors"] },
];

/**
 * @param all - Every case in which what is under test takes part.
 * @param asked - The files of those that are run.
 * @param programs - The words by which the command names what is under test.
 */
export function findNotAsked(
  all: readonly IndexedCase[],
  asked: ReadonlySet<string>,
  pair: Pair,
  programs: readonly string[],
): NotAsked[] {
  const missed = all.filter((each) => !asked.has(each.file) && whyNot(each, pair) === undefined);
  return PARTS.flatMap((part) => {
    const { what, words } = part;
    const cases = missed.filter((each) => isIn(part, each)).length;
    if (cases === 0) return [];
    return [{ cases, what, command: labCommand(...words, ...programs) }];
  });
}

function isIn(part: Part, { level, file }: IndexedCase): boolean {
  const [folder = ""] = file.split("/");
  return part.folders.includes(folder) && (part.level === undefined || part.level === level);
}
