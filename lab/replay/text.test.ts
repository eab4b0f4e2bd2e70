import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, logText } from "./text.ts";

describe("an expected text", () => {
  test.each([
    ["itself", "You say: (a+b)*[c]?", "You say: (a+b)*[c]?", true],
    ["nothing beside itself", "You say: a", "You say: ab", false],
    ["no other case", "all", "All", false],
    ["runs of blanks as one", "Message type: 1", "Message type:  \t1", true],
    ["no blank where there is none", "a b", "ab", false],
    ["any port for PORT", "from ('10.6.1.153', PORT)", "from ('10.6.1.153', 49175)", true],
    ["no word for PORT", "from ('10.6.1.153', PORT)", "from ('10.6.1.153', http)", false],
    ["no six digits for PORT", "PORT", "123456", false],
    ["PORT only as a word", "PORTS", "1S", false],
    ["any text for …", "list: …", "list: {'a': <socket>}", true],
    ["no text for …", "list: …", "list: ", true],
    ["no text for … between blanks", "a … b", "a b", true],
    ["… between texts", "a…b…c", "a1b2c", true],
    ["… only in order", "a…b…c", "a1c2b", false],
    ["each piece once", "ab…ba", "aba", false],
    ["the last piece at the end", "a…b", "abbc", false],
    ["PORT beside …", "…:PORT…", "x:80/y", true],
    ["lines in a text", "a…b", "a\nb", true],
  ])("matches %s", (_what, expected, line, isMatch) => {
    expect(compilePattern(expected).matches(line)).toBe(isMatch);
  });

  test("matches every text without PORT and …", () => {
    const plain = fc.string({ unit: "grapheme" }).filter((text) => !/PORT|…/.test(text));
    fc.assert(fc.property(plain, (text) => compilePattern(text).matches(text)));
  });

  test("with … matches whatever stands there", () => {
    const plain = fc.string().filter((text) => !/PORT|…/.test(text));
    const blanks = fc.constantFrom("", " ", "  ", "a ", " a", " a ");
    fc.assert(
      fc.property(fc.array(fc.oneof(plain, blanks), { minLength: 2 }), fc.oneof(plain, blanks), (pieces, filling) =>
        compilePattern(pieces.join("…")).matches(pieces.join(filling)),
      ),
    );
  });

  test("is compared in linear time, however many … it has", () => {
    const pattern = compilePattern(`${"a…".repeat(500)}b`);
    expect(pattern.matches("a".repeat(60_000))).toBe(false);
  });
});

test.each([
  ['{"level":30,"msg":"A new client"}', "A new client"],
  ["A new client", "A new client"],
  ["A new client\r", "A new client"],
  ['{"level":30}', '{"level":30}'],
  ['{"msg":5}', '{"msg":5}'],
  ["{not json", "{not json"],
  ["null", "null"],
])("the output line %s counts as the log text %s", (line, text) => {
  expect(logText(line)).toBe(text);
});
