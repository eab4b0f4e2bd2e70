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
  ["with the dotted capital and i with a dot above", "\u0130zmir", "i\u0307zmir"],
  ["in Cherokee, whose small letters came later", "\u13a0\u13f0", "\uab70\u13f8"],
  ["in Georgian", "\u1c90", "\u10d0"],
  ["with iota subscript and with iota", "ᾳ", "ΑΙ"],
  ["with a zero-width space", "Jon\u200b", "Jon"],
  ["with a soft hyphen", "Jo\u00adn", "Jon"],
  ["with a word joiner", "Jo\u2060n", "jon"],
  ["with a joiner or without", "👩\u200d💻", "👩💻"],
  ["with a variation selector", "❤\ufe0f", "❤"],
  ["with a Hangul filler", "Jon\u3164", "Jon"],
  ["with a grapheme joiner between a letter and its accent", "e\u034f\u0301", "é"],
  ["with a tag", "Jon\u{e0041}", "Jon"],
  ["that turns the direction of writing", "\u202eJon\u202c", "Jon"],
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
  ["Jon \u200b", "blank-at-an-end"],
  ["\u2060\u00a0Jon", "blank-at-an-end"],
  ["Server\u2800", "blank-at-an-end"],
  ["Jo\ufff9n", "control-character"],
  ["\u200b", "shows-nothing"],
  ["\u3164", "shows-nothing"],
  ["\u115f\u1160", "shows-nothing"],
  ["\uffa0", "shows-nothing"],
  ["\u00ad\u034f\u061c\u180e", "shows-nothing"],
  ["\ufe0f", "shows-nothing"],
  ["\u{e0041}\u{e007f}", "shows-nothing"],
  ["\u202e\u2066", "shows-nothing"],
  ["\u200b\u2800\u200b", "blank-at-an-end"],
  ["\u0301", "shows-nothing"],
  ["\u0301\u200d\u0336", "shows-nothing"],
  ["\u{13430}", "shows-nothing"],
  ["Server\u200b", "reserved"],
  ["Ser\u00adver", "reserved"],
  ["Al\u2060l", "reserved"],
  ["\u2067ALL\u2069", "reserved"],
  ["Ａ\u200dｌl\ufe0f", "reserved"],
  ["Ser\u200aver", "reserved"],
  ["Al\u2800l", "reserved"],
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

  it("makes one name of two letters whenever the language folds them", () => {
    const wrong: string[] = [];
    for (let index = 0x20; index < 0x1_ffff; index += 1) {
      const name = characterAt(index);
      const others = [name.toUpperCase(), name.toLowerCase()].filter((other) => isOneLetter(other) && other !== name);
      for (const other of others) if (foldsTo(name, other) && nameKey(name) !== nameKey(other)) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  it("leaves out whatever shows nothing, wherever it stands", () => {
    const ignorable = fc.constantFrom(
      ..."\u00ad\u034f\u061c\u115f\u17b4\u180b\u200b\u200d\u202e\u2060\u3164\ufe0f\ufeff\uffa0\u{e0100}",
    );
    const part = fc.oneof(ignorable, fc.constantFrom("J", "Σ", "ß", "e", "\u0301", "ᄀ", "ᅡ", "ﬁ", " "));
    const property = fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const name = parts.join("");
      expect(nameKey(name)).toBe(nameKey(name.replace(/\p{Default_Ignorable_Code_Point}/gu, "")));
    });
    fc.assert(property, { numRuns: 500 });
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
    ["of one emoji", "❤️"],
    ["with a joiner that its script needs", "می‌خواهم"],
    ["of a letter with marks", "Z\u0336\u0301"],
    ["of one sign", "."],
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

function isOneLetter(text: string): boolean {
  return [...text].length === 1;
}

/** By the simple case folding of regular expressions. */
function foldsTo(one: string, other: string): boolean {
  return new RegExp(`^\\u{${one.codePointAt(0)?.toString(16)}}$`, "iu").test(other);
}
