import { expect, test } from "vitest";
import { HELP_COLUMNS_MAX } from "../../src/options/index.ts";
import { helpOf } from "./help.ts";
import { ALL_OPTIONS, COMMAND_OPTIONS, type Command } from "./options.ts";

const COMMANDS = ["probe", "matrix", "diff"] as const satisfies readonly Command[];

test("the whole help names every command and every option", () => {
  const help = helpOf(undefined);
  for (const command of COMMANDS) expect(help).toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(optionsIn(help)).toEqual(Object.keys(ALL_OPTIONS).sort());
});

test.each(COMMANDS)("the help of %s names its own options and no other", (command) => {
  expect(optionsIn(helpOf(command))).toEqual(Object.keys(COMMAND_OPTIONS[command]).sort());
});

test.each([undefined, ...COMMANDS])("the help of %s fits its columns", (command) => {
  const wide = helpOf(command)
    .split("\n")
    .filter((line) => line.length > HELP_COLUMNS_MAX);
  expect(wide).toEqual([]);
});

function optionsIn(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map(([, name = ""]) => name).sort();
}
