import fc from "fast-check";
import { expect, test } from "vitest";
import { LineCutter } from "./line-cutter.ts";

const BYTES_MAX = 8;

test.each([
  ["nothing", "", []],
  ["whole lines", "one\ntwo\n", ["one", "two"]],
  ["a last line without its newline", "one\ntwo", ["one", "two"]],
  ["empty lines", "\n\na\n", ["", "", "a"]],
  ["a line of exactly the limit", "12345678\nb\n", ["12345678", "b"]],
  ["a line over the limit, once, and the line after it", "123456789abcdef\nb\n", ["12345678…", "b"]],
  ["a last line over the limit", "b\n123456789abcdef", ["b", "12345678…"]],
])("%s come out the same however the stream is cut", (_, text, expected) => {
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length + 1; size += 1) {
    expect(cutAll(chunks(bytes, size))).toEqual(expected);
  }
});

test("what is cut holds never more than the limit", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      const cutter = new LineCutter(BYTES_MAX);
      for (const piece of pieces) {
        for (const line of cutter.cut(Buffer.from(piece))) expect(line.bytes.length).toBeLessThanOrEqual(BYTES_MAX);
      }
    }),
  );
});

function cutAll(pieces: readonly Buffer[]): readonly string[] {
  const cutter = new LineCutter(BYTES_MAX);
  const lines = pieces.flatMap((piece) => [...cutter.cut(piece)]);
  const last = cutter.end();
  return [...lines, ...(last === undefined ? [] : [last])].map((line) => `${line.bytes}${line.tooLong ? "…" : ""}`);
}

function chunks(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
