import fc from "fast-check";
import { expect, test } from "vitest";
import { formatHex, HEX_BYTES_MAX, readHex } from "./hex.ts";

test("bytes are read as PROTOCOL.md writes them, with text in quotes", () => {
  expect(readHex('01 4a6f 00*3 "Zoë"')).toEqual({
    kind: "bytes",
    bytes: Uint8Array.from([1, 0x4a, 0x6f, 0, 0, 0, 0x5a, 0x6f, 0xc3, 0xab]),
  });
});

test.each([
  ["4", 'expected pairs of hexadecimal digits such as 4a or 00*61; got "4"'],
  ["01 0x2", 'expected pairs of hexadecimal digits such as 4a or 00*61; got "0x2"'],
  ['01 "open', 'expected pairs of hexadecimal digits such as 4a or 00*61; got "\\"open"'],
  ["00*", 'expected pairs of hexadecimal digits such as 4a or 00*61; got "00*"'],
  ["", "expected pairs of hexadecimal digits; got none"],
  [`00*${HEX_BYTES_MAX} 00`, `expected at most ${HEX_BYTES_MAX} bytes; got more`],
])("%j is told of", (notation, message) => {
  expect(readHex(notation)).toEqual({ kind: "wrong", message });
});

test("what is written of bytes is read as these bytes", () => {
  const bytes = fc.array(fc.oneof(fc.constantFrom(0, 1, 0x4a), fc.nat(255)), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(bytes, (each) => {
      expect(readHex(formatHex(Uint8Array.from(each), 200))).toEqual({ kind: "bytes", bytes: Uint8Array.from(each) });
    }),
  );
});

test("runs are counted, and what is left out is told", () => {
  expect(formatHex(Uint8Array.from([2, 0x4a, ...Array(61).fill(0), 9, 9, 9]), 5)).toBe("02 4a 00*61 09 09 … 1 more");
});
