import { expect, test } from "vitest";
import { joined, joiningOnce } from "./joined.ts";

const [a, b, c] = [Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(1, 2)];

test("frames are one behind the other, and one alone is itself", () => {
  expect([...joined([a, b])]).toEqual([1, 2, 3]);
  expect(joined([b])).toBe(b);
  expect(joined([])).toHaveLength(0);
});

test("the same frames are joined once for all, while that is wanted", () => {
  let bytes: Uint8Array | undefined;
  joiningOnce(() => {
    bytes = joined([a, b]);
    expect(joined([a, b])).toBe(bytes);
    expect(joined([c, b])).not.toBe(bytes);
    bytes = joined([a, b]);
  });
  expect(joined([a, b])).not.toBe(bytes);
  expect(joined([a, b])).toEqual(bytes);
});

test("other frames are joined anew: in another order, more of them, fewer of them", () => {
  joiningOnce(() => {
    for (const frames of [
      [a, b],
      [b, a],
      [b, a, b],
      [b, a],
      [a, b],
    ]) {
      expect([...joined(frames)]).toEqual(frames.flatMap((frame) => [...frame]));
    }
  });
});
