import fc from "fast-check";
import { expect, test } from "vitest";
import { SearchWords, wordsOf } from "./search-words.ts";

test.each([
  ["Howdy, world!", "howdy world"],
  ["don't foo_bar a-b 3.14", "don t foo bar a b 3 14"],
  ["STRASSE straße Zoe\u0308 ﬁne", "strasse strasse zoë fine"],
  ["你好 world สวัสดี", "你 好 world ส ว ั ส ด ี"],
  ["\u0000 \u{1f44d} ... \n", ""],
])("the words of %j are %j", (text, words) => {
  expect(wordsOf(text)).toBe(words);
});

test.each([
  { query: "howdy", text: "Howdy!", isFound: true },
  { query: "how", text: "Howdy!", isFound: false },
  { query: "b  A", text: "a c b", isFound: true },
  { query: "a b", text: "a c", isFound: false },
  { query: "don't", text: "they don't", isFound: true },
  { query: "don't", text: "t don", isFound: false },
  { query: "好", text: "你好吗", isFound: true },
  { query: "好你", text: "你好吗", isFound: false },
])("$query in $text: $isFound", ({ query, text, isFound }) => {
  expect(new SearchWords(query).areIn(text)).toBe(isFound);
});

test("a phrase holds nothing but words, whatever the query, and each is there once", () => {
  expect(new SearchWords('"; DROP* NEAR( -x and and AND : ^').phrases).toEqual(["drop", "near", "x", "and"]);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (query) => {
      const { phrases } = new SearchWords(query);
      for (const phrase of phrases) expect(phrase).toMatch(/^[\p{L}\p{N}\p{M}]+(?: [\p{L}\p{N}\p{M}]+)*$/u);
      if (phrases.length > 0) expect(new SearchWords(query).areIn(query)).toBe(true);
    }),
  );
});
