import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHARACTERS, characterAt } from "./hcp1/test-vectors.ts";
import { EVERYBODY, type NameFault, nameBytes, nameFault, nameKey, SERVER } from "./name.ts";

const character = fc.oneof(fc.nat(0xff), fc.nat(CHARACTERS - 1)).map(characterAt);

const SAME: readonly (readonly [string, string, string])[] = [
  ["in upper and lower case", "jon", "JON"],
  ["in full width", "ＪＯＮ", "jon"],
  ["with sharp s and with ss", "straße", "STRASSE"],
  ["with the capital sharp s", "STRAẞE", "straße"],
  ["with the final sigma and without", "ΟΔΟΣ", "οδοσ"],
  ["in Greek, whatever the case", "ΟΔΟΣ", "οδος"],
  ["with a ligature and without", "ﬁnn", "FINN"],
  ["with the ligature ﬅ", "ﬅeve", "Steve"],
  ["composed and decomposed", "Zo\u{eb}", "Zoe\u{308}"],
  ["with a superscript digit", "Jon²", "Jon2"],
  ["with a no-break space", "Jon\u{a0}Stewart", "Jon Stewart"],
  ["with the Kelvin sign", "\u{212a}im", "kim"],
  ["with the dotless i, which has no case of its own", "ızmir", "IZMIR"],
];

const REFUSED: readonly (readonly [string, NameFault])[] = [
  ["", "empty"],
  ["J\0n", "control-character"],
  ["\u0001", "control-character"],
  ["Jon\n", "control-character"],
  ["Jon\tStewart", "control-character"],
  ["Jon\u007f", "control-character"],
  ["Jon\u0085", "control-character"],
  ["Jon\u{2028}Stewart", "control-character"],
  ["Jon\u{2029}", "control-character"],
  ["Jon\ud83e", "control-character"],
  ["a".repeat(65), "too-long"],
  [`${"é".repeat(32)}a`, "too-long"],
  ["🦉".repeat(17), "too-long"],
  ["e\u{308}".repeat(22), "too-long"],
  ["\u{958}".repeat(22), "too-long"],
  [" Jon", "blank-at-an-end"],
  ["Jon ", "blank-at-an-end"],
  [" ", "blank-at-an-end"],
  ["\u{a0}Jon", "blank-at-an-end"],
  ["Jon\u{3000}", "blank-at-an-end"],
  ["\u{feff}Jon", "blank-at-an-end"],
  ["All", "reserved"],
  ["ALL", "reserved"],
  ["all", "reserved"],
  ["ａｌｌ", "reserved"],
  ["Server", "reserved"],
  ["server", "reserved"],
  ["ＳＥＲＶＥＲ", "reserved"],
  ["ſerver", "reserved"],
];

describe("nameKey", () => {
  it.each(SAME)("makes one name of two spellings %s: %s, %s", (_how, left, right) => {
    expect(nameKey(left)).toBe(nameKey(right));
  });

  it("keeps names apart that only look alike", () => {
    const names = ["Jon", "John", "Zoe", "Zoë", "Jon Stewart", "JonStewart", "Јоn", "o", "0"];
    expect(new Set(names.map(nameKey)).size).toBe(names.length);
  });

  it("folds every single character like its own upper and lower case, and once for all", () => {
    const wrong: string[] = [];
    for (let index = 0x20; index < 0x1_ffff; index += 1) {
      const name = characterAt(index);
      const key = nameKey(name);
      const others = [key, name.toUpperCase(), name.toLowerCase(), name.normalize("NFKC"), name.normalize("NFD")];
      if (others.some((other) => nameKey(other) !== key)) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  it("gives a key that is its own key, for any name", () => {
    const cased = fc.constantFrom("Σ", "ς", "ẞ", "ß", "İ", "i\u{307}", "ﬀ", "ᾳ", "ŉ", "ǰ", "Ａ", "'", " ", "e\u{301}");
    const name = fc.array(fc.oneof(cased, fc.string({ unit: "grapheme", maxLength: 4 })), { maxLength: 6 });
    const property = fc.property(name, (parts) => {
      const key = nameKey(parts.join(""));
      expect(nameKey(key)).toBe(key);
      expect(nameKey(parts.join("").normalize("NFD"))).toBe(key);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe("nameFault", () => {
  it.each(REFUSED)("refuses %j as %s", (name, fault) => {
    expect(nameFault(name)).toBe(fault);
  });

  it.each([
    ["the report's", "Jon Stewart"],
    ["of one character", "a"],
    ["of 64 bytes", "a".repeat(64)],
    ["of 32 characters in 64 bytes", "é".repeat(32)],
    ["of 16 characters in 64 bytes", "🦉".repeat(16)],
    ["that reads from right to left", "נועה"],
    ["with blanks inside", "a  b"],
    ["that begins like a reserved one", "Allison"],
    ["that ends like a reserved one", "The Server"],
    ["with an emoji of several code points", "👩‍💻"],
  ])("takes a name %s", (_what, name) => {
    expect(nameFault(name)).toBeUndefined();
  });

  it("refuses whatever folds to a reserved name", () => {
    const letters = [...EVERYBODY].map((letter) => fc.constantFrom(letter.toUpperCase(), letter.toLowerCase()));
    fc.assert(
      fc.property(fc.tuple(...letters), (drawn) => {
        expect(nameFault(drawn.join(""))).toBe("reserved");
      }),
    );
    expect(nameFault(SERVER.toUpperCase())).toBe("reserved");
  });

  it("takes only names that fill a field and begin with no control character, for any string", () => {
    const any = fc.string({ unit: character, maxLength: 40 });
    const property = fc.property(any, (name) => {
      if (nameFault(name) !== undefined) return;
      expect(nameBytes(name)).toBeGreaterThanOrEqual(1);
      expect(nameBytes(name)).toBeLessThanOrEqual(64);
      expect(name).not.toMatch(/\p{Cc}/u);
      expect(name.trim()).toBe(name);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("nameBytes", () => {
  it("counts bytes, not characters, and the longer of the spelling and its composed form", () => {
    expect(nameBytes("Zo\u{eb}")).toBe(4);
    expect(nameBytes("Zoe\u{308}")).toBe(5);
    expect(nameBytes("\u{958}")).toBe(6); // The composed form of this letter is two letters.
  });
});
