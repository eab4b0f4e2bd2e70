import fc from "fast-check";
import { expect, test } from "vitest";
import { EncodeError } from "../encode-error.ts";
import { fromHex } from "../hcp1/test-vectors.ts";
import { NUMBER_MAX } from "./limits.ts";
import { Cursor, putVarint, varintBytes } from "./varint.ts";

function bytesOf(value: number): Uint8Array {
  const bytes = new Uint8Array(varintBytes(value));
  expect(putVarint(bytes, 0, value)).toBe(bytes.length);
  return bytes;
}

// The first four are the examples of RFC 9000, A.1, but for its first, which is over NUMBER_MAX.
test.each([
  { value: 494_878_333, hex: "9d 7f 3e 7d" },
  { value: 15_293, hex: "7b bd" },
  { value: 37, hex: "25" },
  { value: 0, hex: "00" },
  { value: 63, hex: "3f" },
  { value: 64, hex: "40 40" },
  { value: 16_383, hex: "7f ff" },
  { value: 16_384, hex: "80 00 40 00" },
  { value: 2 ** 30 - 1, hex: "bf ff ff ff" },
  { value: 2 ** 30, hex: "c0 00 00 00 40 00 00 00" },
  { value: NUMBER_MAX, hex: "c0 1f ff ff ff ff ff ff" },
])("$value is $hex", ({ value, hex }) => {
  expect(bytesOf(value)).toEqual(fromHex(hex));
  expect(new Cursor(fromHex(hex)).varint()).toBe(value);
});

test("a longer form than needed is read as well: RFC 9000, A.1", () => {
  expect(new Cursor(fromHex("40 25")).varint()).toBe(37);
});

test.each(["c2 19 7c 5e ff 14 e8 8c", "c0 20 00 00 00 00 00 00", "ff ff ff ff ff ff ff ff"])("%s is too big", (hex) => {
  const cursor = new Cursor(fromHex(hex));
  expect([cursor.varint(), cursor.at]).toEqual(["too-big", 0]);
});

test("any number is read as it was written, and none when it is cut", () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(70_000)), (value) => {
      const bytes = bytesOf(value);
      expect(new Cursor(bytes).varint()).toBe(value);
      for (let end = 0; end < bytes.length; end += 1) expect(new Cursor(bytes.subarray(0, end)).varint()).toBe("cut");
    }),
  );
});

test.each([-1, 0.5, Number.NaN, NUMBER_MAX + 1])("%d is not written", (value) => {
  expect(() => putVarint(new Uint8Array(8), 0, value)).toThrow(EncodeError);
});
