import fc from "fast-check";
import { expect, test } from "vitest";
import { isBlankAtAnEnd, markName, markText, printableJson, showsNothing } from "./unseen.ts";

const code = (character: string) => `<${character.codePointAt(0)?.toString(16)}>`;

test.each([
  ["Jon\u200b", "Jon<200b>"],
  ["Jo\u00adn", "Jo<ad>n"],
  ["\u3164", "<3164>"],
  ["Al\u2060l", "Al<2060>l"],
  ["\u202enoj\u202c", "<202e>noj<202c>"],
  ["\u200eJon\u200f\u061c", "<200e>Jon<200f><61c>"],
  ["a\u200cb a\u200db", "a<200c>b a<200d>b"],
  ["e\ufe0f 1\ufe0f", "e<fe0f> 1<fe0f>"],
  ["a\u{e0041}\u{e007f}", "a<e0041><e007f>"],
  ["Jon\u2800 Jo\u200an\u{1d159}", "Jon<2800> Jo<200a>n<1d159>"],
  ["\u001b[2J\u0085\u2028\ud800\ufff9\ufeff", "<1b>[2J<85><2028><d800><fff9><feff>"],
])("in the name %j what is not seen is marked: %s", (name, marked) => {
  expect(markName(name, code)).toBe(marked);
});

test.each([
  "Jon Stewart",
  "Zoë",
  "Zoe\u0308",
  "山田\u3000太郎",
  "Jon\u00a0Stewart",
  "נועה",
  "👩‍💻 👨‍👩‍👧 👍🏽 👩🏽‍💻 🇩🇪 ❤️ ☺︎",
  "1\ufe0f\u20e3",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  "می\u200cخواهم",
  "क्\u200dष",
  "葛\u{e0100}",
])("in the name %j everything is seen, and nothing marked", (name) => {
  expect(markName(name, code)).toBe(name);
});

test("in a text only what turns it or commands a terminal is marked: people need the rest to write", () => {
  const written = "ไป\u200bมา שלום\u200f! auto\u00admatic a\u200db \u2800⠓";
  expect(markText(written, code)).toBe(written);
  expect(markText("\u202eevil\u2066\u2028\u0007\ud800", code)).toBe("<202e>evil<2066><2028><7><d800>");
});

test("a name without a mark holds no ignorable character that is not between two others", () => {
  const unit = fc.oneof(
    fc.constantFrom(..."\u200b\u200c\u200d\ufe0f\u{e0067}\u202e"),
    fc.string({ unit: "binary", maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (name) => {
      const marked = markName(name, () => "");
      expect(marked).not.toMatch(/^\p{Default_Ignorable_Code_Point}|[\p{Cc}\p{Cs}\p{Bidi_Control}\u200b]/u);
      expect(marked.isWellFormed()).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("JSON says the same when it can be printed", () => {
  const value = { name: "\u009b\u202eJon\u200b\u{e0041}", "\u2028": ["👩\u200d💻", "\ud800", 1] };
  expect(printableJson(JSON.stringify(value))).toBe(
    '{"name":"\\u009b\\u202eJon\\u200b\\udb40\\udc41","\\u2028":["👩\u200d💻","\\ud800",1]}',
  );
  expect(JSON.parse(printableJson(JSON.stringify(value)))).toEqual(value);
});

test.each(["", " \u3000\u2800", "\u200b\u00ad", "\u3164", "\u0301", " \u0301\u200d", "\ufffc"])(
  "%j shows nothing",
  (text) => {
    expect(showsNothing(text)).toBe(true);
  },
);

test.each(["a", "Z\u0301", ".", "❤️", "日", "\u{10ffff}"])("%j shows something", (text) => {
  expect(showsNothing(text)).toBe(false);
});

test("what is blank at an end is found behind what is not seen", () => {
  expect([" a", "a\u3000", "\u2800a", "a \u200b", "\u2060\u00a0a"].filter((text) => !isBlankAtAnEnd(text))).toEqual([]);
  expect(["a", "a b", "\u200ba"].filter(isBlankAtAnEnd)).toEqual([]);
});
