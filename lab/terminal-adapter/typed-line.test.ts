import { describe, expect, test } from "vitest";
import { drawPrompt, type Prompt } from "../../src/client/terminal/prompt.ts";
import { readText, readTypedLine, writeAddressed, writeText } from "./typed-line.ts";

const NAMES = ["Server", "All", "Jon", "Jon> x", "A name that is far too long for a prompt"];
const plain = (text: string): string => text;
const talk = (receiver: string, isThere = true): Prompt => ({ kind: "talk", receiver, isThere, knowsWho: true });

test.each<[Prompt, object]>([
  [{ kind: "offline" }, { kind: "offline" }],
  [{ kind: "name" }, { kind: "name" }],
  [{ kind: "waiting", name: "Jon" }, { kind: "waiting" }],
  [talk("All"), { kind: "talk", receiver: "All" }],
  [talk("Jon"), { kind: "talk", receiver: "Jon" }],
  [talk("Jon> x"), { kind: "talk", receiver: "Jon> x" }],
  [talk("Jon", false), { kind: "talk", receiver: "Jon" }],
  [talk(NAMES[4] ?? ""), { kind: "talk", receiver: NAMES[4] }],
  [talk("Nobody in the list"), { kind: "talk", receiver: "Nobody in the list" }],
])("the client's own prompt %j is read back, with the line behind it", (prompt, what) => {
  expect(readTypedLine(`${drawPrompt(prompt, plain)}half a> line `, NAMES)).toEqual({ ...what, line: "half a> line " });
});

test.each(["", "to Al", "14:05   Jon says: hi"])("%j is no line being typed", (row) => {
  expect(readTypedLine(row, NAMES)).toBeUndefined();
});

describe.each([
  "hello",
  "/etc/hosts",
  "//x",
  "@home",
  "@@x",
  " /list",
  "/all hello",
  '/w "Jon" hello',
  "",
  "a\nb\tc",
  "␊ ␉",
])("the text %j", (text) => {
  test("is read back from what a person types for it", () => {
    expect(readText(writeText(text))).toBe(text);
  });

  test("is read back from a line that goes elsewhere than the prompt says", () => {
    for (const receiver of ["All", "Jon Stewart"]) expect(readText(writeAddressed(receiver, text))).toBe(text);
  });
});
