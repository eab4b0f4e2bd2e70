import { emitKeypressEvents, type Key } from "node:readline";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { PASTE_UNITS_MAX } from "./limits.ts";
import { Paste } from "./paste.ts";

const START = "\x1b[200~";
const END = "\x1b[201~";

test.each([
  ["one line", "one line"],
  ["one\ntwo", "one\ntwo"],
  ["one\r\ntwo\rthree\n\n", "one\ntwo\nthree"],
  ["a\tb", "a\tb"],
  ["the key ␊ is a mark, ␉ too", "the key ␊ is a mark, ␉ too"],
  ["one\u2028two", "one\u2028two"],
  ["\x1b[31mred\x1b[0m\x03\x07", "red"],
  ["日本 👍", "日本 👍"],
  ["", ""],
])("a paste of %j is the text %j", async (pasted, line) => {
  expect(await results(START + pasted + END)).toEqual([{ kind: "pasted", text: line }]);
});

test("keys before and behind a paste stay keys", async () => {
  expect(await results(`a${START}b${END}\r`)).toEqual([
    { kind: "key" },
    { kind: "pasted", text: "b" },
    { kind: "key" },
  ]);
});

test("a paste is bounded", async () => {
  const [pasted] = await results(START + "x".repeat(PASTE_UNITS_MAX + 100) + END);
  expect(pasted).toEqual({ kind: "pasted", text: "x".repeat(PASTE_UNITS_MAX) });
});

/** What the keys come to, without those that are held. */
async function results(typed: string) {
  const input = new PassThrough();
  const paste = new Paste();
  const all: ReturnType<Paste["take"]>[] = [];
  emitKeypressEvents(input);
  input.on("keypress", (character: string | undefined, key: Key) => all.push(paste.take(character, key)));
  input.end(typed);
  await new Promise((resolve) => input.once("end", resolve));
  return all.filter(({ kind }) => kind !== "held");
}
