import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareTexts } from "./text-changes.ts";

describe("the difference of two texts", () => {
  it("is told by words, with the words between that stayed", () => {
    expect(compareTexts("Jon Stewart whispers to you: Hi", "Jon Stewart says: Hi")).toEqual([
      { kind: "same", expected: "Jon Stewart ", seen: "Jon Stewart " },
      { kind: "changed", expected: "whispers to you", seen: "says" },
      { kind: "same", expected: ": Hi", seen: ": Hi" },
    ]);
  });

  it("takes changed words with a blank between them for one stretch", () => {
    expect(compareTexts("one two three", "one x y")).toEqual([
      { kind: "same", expected: "one ", seen: "one " },
      { kind: "changed", expected: "two three", seen: "x y" },
    ]);
  });

  it("is told by characters where most of a word stayed", () => {
    expect(compareTexts("a freezer", "a freeze")).toEqual([
      { kind: "same", expected: "a ", seen: "a " },
      { kind: "same", expected: "freeze", seen: "freeze" },
      { kind: "changed", expected: "r", seen: "" },
    ]);
  });

  it("is none where a placeholder stands for what was seen", () => {
    const parts = compareTexts("Parsing packet from ('10.6.1.153', PORT)", "Parsing packet from ('10.6.1.153', 49175)");
    expect(parts.filter(({ kind }) => kind === "changed")).toEqual([]);
    expect(compareTexts("Error: …", "Error: Invalid").at(-1)).toEqual({ kind: "same", expected: "…", seen: "Invalid" });
  });

  it("leaves nothing of either text out, whatever the texts", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (expected, seen) => {
        const parts = compareTexts(expected, seen);
        expect(parts.map((part) => part.expected).join("")).toBe(expected);
        expect(parts.map((part) => part.seen).join("")).toBe(seen);
      }),
    );
  });

  it("is the whole of texts that have nothing in common, instead of a long search", () => {
    const text = (seed: number) => Array.from({ length: 1900 }, (_, index) => `${(index * seed) % 997} `).join("");
    expect(compareTexts(text(7), text(13))).toEqual([{ kind: "changed", expected: text(7), seen: text(13) }]);
  });
});
