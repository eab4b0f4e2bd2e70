import fc from "fast-check";
import { expect, test } from "vitest";
import { Looks } from "./looks.ts";

test.each([
  { one: "Jon", other: "Jоn", how: "a Cyrillic о" },
  { one: "Otto", other: "ОТТО", how: "Cyrillic letters, all large" },
  { one: "mario", other: "ΜΑRΙΟ", how: "Greek letters, all large" },
  { one: "mike", other: "rnike", how: "r and n for m" },
  { one: "Mike", other: "rnike", how: "r and n for the m of another spelling" },
  { one: "PayPal", other: "PayPaI", how: "a large i for an l" },
  { one: "paypaI", other: "PAYPAl", how: "the two the other way round" },
  { one: "user 1", other: "user l", how: "a one for an l" },
  { one: "J0hn", other: "JOHN", how: "a zero for a large o" },
  { one: "Zoë", other: "Zoё", how: "a Cyrillic ё" },
  { one: "Jon", other: "J\u200dо\u00adn", how: "characters that show nothing in between" },
])("$one and $other look alike: $how", ({ one, other }) => {
  expect([new Looks([one]).has(other), new Looks([other]).has(one)]).toEqual([true, true]);
});

test.each([
  ["bill", "biii"],
  ["PAYPAI", "PayPal"],
  ["Jon", "Joh"],
  ["Zoë", "Zoe"],
  ["Jon", "Jon Stewart"],
  ["", "Jon"],
])("%s and %s do not", (one, other) => {
  expect([new Looks([one]).has(other), new Looks([other]).has(one)]).toEqual([false, false]);
});

test("a look is there as long as one of its names is", () => {
  const looks = new Looks(["mike"]);
  looks.add("rnike");
  looks.remove("mike");
  expect(looks.has("Mike")).toBe(true);
  looks.remove("rnike");
  expect(looks.has("mike")).toBe(false);
});

test("every name looks like itself, however it is spelled, and what was put in and taken out leaves nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 5 }), (names) => {
      const looks = new Looks(names);
      for (const name of names) {
        expect([name, name.toUpperCase(), name.toLowerCase()].every((one) => looks.has(one))).toBe(true);
      }
      for (const name of names) looks.remove(name);
      expect(names.some((name) => looks.has(name))).toBe(false);
    }),
  );
});
