import { expect, test } from "vitest";
import { KnownNames } from "./known-names.ts";
import { SEEN_NAMES_MAX } from "./limits.ts";

test("who left is still known, behind who is online", () => {
  const names = new KnownNames();
  names.setOnline(["Jon", "Zoë"]);
  names.setOnline(["Bo", "Jon"]);
  expect(names.all).toEqual(["Bo", "Jon", "Zoë"]);
  expect(names.isOnline("Zoë")).toBe(false);
  expect(names.find("ZOË")).toBe("Zoë");
});

test("a spelling to the letter is found before another of the same name", () => {
  const names = new KnownNames();
  names.setOnline(["jon", "Jon"]);
  expect(names.find("Jon")).toBe("Jon");
  expect(names.find("JON")).toBe("jon");
});

test("All is known, whatever the spelling; somebody unknown is not", () => {
  expect(new KnownNames().find("aLL")).toBe("All");
  expect(new KnownNames().find("Jon")).toBeUndefined();
});

test("at most SEEN_NAMES_MAX are remembered, the latest", () => {
  const names = new KnownNames();
  for (let index = 0; index <= SEEN_NAMES_MAX; index += 1) names.add(`n${index}`);
  expect(names.all).toHaveLength(SEEN_NAMES_MAX);
  expect(names.find("n0")).toBeUndefined();
  expect(names.all[0]).toBe(`n${SEEN_NAMES_MAX}`);
});
