// Owns what is wrong with the {placeholders} of a file that describes an implementation: that there is no such one where it
// stands. It takes raw data, so that its mistakes stand beside the schema's. It must not know what fills them.

import { asMap, type Fields } from "../yaml/as-map.ts";
import { didYouMean } from "../yaml/nearest.ts";
import type { Mistake, Path } from "../yaml/problem.ts";
import { placeholdersIn } from "./placeholders.ts";

/** What a program can be told at its start, and a window at its own. */
const OF_PROGRAM: readonly string[] = ["{address}", "{port}", "{folder}"];
const OF_MEMBER: readonly string[] = [...OF_PROGRAM, "{broker}"];
const OF_WINDOW: readonly string[] = ["{address}", "{server}", "{servers}"];

/** Checks every text of a file in which placeholders are filled. Data of the wrong shape is left to the schema. */
export function checkPlaceholders(source: Fields): readonly Mistake[] {
  const { run, console, window, offers, logs, speaks } = source;
  return [
    ...checkLaunch(["run"], run, OF_PROGRAM),
    ...checkLaunch(["console"], console, OF_PROGRAM),
    ...checkLaunch(["window"], window, OF_WINDOW),
    ...Object.entries(asMap(offers)).flatMap(([offer, value]) =>
      checkLaunch(["offers", offer], value, offer === "cluster" ? OF_MEMBER : OF_PROGRAM),
    ),
    ...checkMeanings(["logs"], logs),
    ...Object.entries(asMap(speaks)).flatMap(([name, spoken]) => [
      ...checkLaunch(["speaks", name], spoken, OF_PROGRAM),
      ...checkLaunch(["speaks", name, "window"], asMap(spoken).window, OF_WINDOW),
      ...checkMeanings(["speaks", name, "logs"], asMap(spoken).logs),
    ]),
  ];
}

function checkMeanings(path: Path, logs: unknown): readonly Mistake[] {
  return (Array.isArray(logs) ? logs : []).flatMap((rule, index) =>
    checkMeaning([...path, index, "means"], asMap(rule)),
  );
}

function checkLaunch(path: Path, launch: unknown, known: readonly string[]): readonly Mistake[] {
  const { arguments: words, environment, container, command } = asMap(launch);
  // The program's own command is not filled, an operator's is.
  const operator = path[0] === "offers" ? { container, command } : {};
  return Object.entries({ arguments: words, environment, ...operator }).flatMap(([key, texts]) =>
    (Array.isArray(texts) ? [...texts.entries()] : Object.entries(asMap(texts))).flatMap(([at, text]) =>
      checkText([...path, key, at], text, known),
    ),
  );
}

/** The groups of a rule's pattern are what its meaning can hold. */
function checkMeaning(path: Path, { line, means }: Fields): readonly Mistake[] {
  const groups = typeof line === "string" ? groupsOf(line) : undefined;
  return groups === undefined
    ? []
    : checkText(
        path,
        means,
        groups.map((group) => `{${group}}`),
      );
}

/** The names of a pattern's groups; undefined of one that is none, of which the schema tells. */
function groupsOf(pattern: string): readonly string[] | undefined {
  try {
    return Object.keys(new RegExp(`${pattern}|`, "su").exec("")?.groups ?? {});
  } catch {
    return undefined;
  }
}

function checkText(path: Path, text: unknown, known: readonly string[]): readonly Mistake[] {
  if (typeof text !== "string") return [];
  return placeholdersIn(text)
    .filter((word) => !known.includes(word))
    .map((word) => {
      const expected = known.length === 0 ? "no placeholder, since its line has no named group" : known.join(", ");
      return { path, spot: "value", message: `expected ${expected}; got ${word}${didYouMean(word, known)}` };
    });
}
