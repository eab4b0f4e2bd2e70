// Owns what Tab completes: commands and names, in the form that node:readline takes. It must not know keys.
// Invariant: what is completed reads back as the name it stands for.

import type { CompleterResult } from "node:readline";
import { EVERYBODY, NAME_BYTES, nameKey } from "../../protocol/hcp1/index.ts";
import { COMMANDS } from "./commands.ts";
import { writeName } from "./entered.ts";
import type { KnownNames } from "./known-names.ts";

const NOTHING: CompleterResult = [[], ""];
/** Where a name is expected: behind a command that takes one, or an @ that begins the line. */
const ADDRESS = /^(\/to\s+|\/w\s+|@)("?)(.*)$/i;

/** Completes a line up to the caret: the candidates, and the end of the line that one of them replaces. */
export function complete(line: string, names: KnownNames): CompleterResult {
  if (/^\/\S*$/.test(line)) return completeCommand(line);
  const [, , quote = "", typed] = ADDRESS.exec(line) ?? [];
  if (typed === undefined) return completeMention(line, names);
  const found = startingWith(typed, [...names.all, EVERYBODY]);
  if (found.length === 0) return completeMention(line, names);
  // Of several, Tab completes the beginning that they share. So quotes are written once one is left.
  const write = (name: string) => (quote === "" && found.length > 1 ? name : writeName(name, names, quote !== ""));
  return [found.map((name) => `${write(name)} `), quote + typed];
}

function completeCommand(line: string): CompleterResult {
  const candidates = COMMANDS.filter(({ name }) => name.startsWith(line) || name === line);
  return [candidates.map(({ name, argument }) => (argument === "" ? name : `${name} `)), line];
}

/** A name in the middle of a text. Names hold blanks, so the search begins as far back as a name of NAME_BYTES reaches. */
function completeMention(line: string, names: KnownNames): CompleterResult {
  const end = line.slice(-NAME_BYTES);
  for (const { index } of end.matchAll(/(?<![^\s@(,"])\S/g)) {
    const typed = end.slice(index);
    const candidates = startingWith(typed, names.online);
    if (candidates.length > 0) return [candidates.map((name) => `${name} `), typed];
  }
  return NOTHING;
}

function startingWith(typed: string, names: readonly string[]): readonly string[] {
  const key = nameKey(typed);
  return names.filter((name) => nameKey(name).startsWith(key));
}
