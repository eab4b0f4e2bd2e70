import { expect, test } from "vitest";
import { LINE_BYTES_MAX, LineReader } from "./line-reader.ts";

function read(chunks: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const reader = new LineReader((text) => lines.push(text));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return lines;
}

const said = Buffer.from("Hello\n\n¡Olé, 😀!\nno newline at the end");
const lines = ["Hello", "", "¡Olé, 😀!", "no newline at the end"];

test("lines come out whole however their bytes are split", () => {
  expect(read([said])).toEqual(lines);
  expect(read([...said].map((byte) => Uint8Array.of(byte)))).toEqual(lines);
  for (let at = 0; at <= said.length; at += 1) expect(read([said.subarray(0, at), said.subarray(at)])).toEqual(lines);
});

test("a line of exactly the limit is kept whole", () => {
  const line = "x".repeat(LINE_BYTES_MAX);
  expect(read([Buffer.from(`${line}\nnext\n`)])).toEqual([line, "next"]);
});

test("a longer line is cut at the limit, and the next one is not harmed", () => {
  const [cut, next] = read([Buffer.from("x".repeat(LINE_BYTES_MAX)), Buffer.from("over\nnext\n")]);
  expect(cut).toBe("x".repeat(LINE_BYTES_MAX));
  expect(next).toBe("next");
});

test("a cut never falls inside a character", () => {
  for (const lead of ["", "a", "ab", "abc"]) {
    const [cut = ""] = read([Buffer.from(`${lead}${"😀".repeat(LINE_BYTES_MAX / 4)}b\n`)]);
    expect(cut).not.toContain("\ufffd");
    expect(Buffer.byteLength(cut)).toBeGreaterThan(LINE_BYTES_MAX - 4);
  }
});

test("what is read is not changed when the chunk's memory is used again", () => {
  const chunk = Buffer.from("half");
  const seen: string[] = [];
  const reader = new LineReader((text) => seen.push(text));
  reader.push(chunk);
  chunk.fill("x");
  reader.push(Buffer.from(" a line\n"));
  expect(seen).toEqual(["half a line"]);
});
