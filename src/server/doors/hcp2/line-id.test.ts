import { expect, test } from "vitest";
import { idOf, sequenceOf } from "./line-id.ts";

const LOG = "5eed00c0ffee0001";

test("an id is 16 bytes, and has its sequence in it", () => {
  expect(idOf(LOG, { sequence: 7 })).toBe("5eed00c0ffee00010000000000000007");
  for (const sequence of [0, 7, Number.MAX_SAFE_INTEGER])
    expect(sequenceOf(LOG, idOf(LOG, { sequence }))).toBe(sequence);
});

test.each([
  "5eed00c0ffee00020000000000000007",
  "5eed00c0ffee0001",
  "5eed00c0ffee000107",
  "5eed00c0ffee00010000000000000007ff",
  "5eed00c0ffee0001ffffffffffffffff",
  "00",
])("%s is of no line of this log", (id) => {
  expect(sequenceOf(LOG, id)).toBeUndefined();
});
