import fc from "fast-check";
import { expect, test } from "vitest";
import { distinctNames } from "./distinct-names.ts";

const named = (file: string, name = "howdy server", version = "1.0") => ({ name, version, file });

test("names that differ are told as they are", () => {
  expect(distinctNames([named("a.yaml"), named("b.yaml", "another"), named("c.yaml", "howdy server", "2.0")])).toEqual([
    "howdy server 1.0",
    "another 1.0",
    "howdy server 2.0",
  ]);
});

test("of equal names the files tell which is which, by what is different in them", () => {
  const files = ["sub/alice/server.yaml", "sub/bob/server.yaml", "sub/bob/old/server.yaml", "else.yaml"];
  expect(distinctNames(files.map((file) => named(file)).toSpliced(3, 1, named("else.yaml", "mine")))).toEqual([
    "alice: howdy server 1.0",
    "bob: howdy server 1.0",
    "bob/old: howdy server 1.0",
    "mine 1.0",
  ]);
});

test("one file that is there twice is told apart by a number", () => {
  expect(distinctNames([named("a.yaml"), named("a.yaml")])).toEqual([
    "a.yaml: howdy server 1.0",
    "a.yaml: howdy server 1.0 (2)",
  ]);
});

test("whatever names and files are, no two are called the same", () => {
  const word = fc.constantFrom("a", "b", "", "a/b", "a: b", "(2)");
  fc.assert(
    fc.property(fc.array(fc.record({ name: word, version: word, file: word })), (all) => {
      expect(new Set(distinctNames(all)).size).toBe(all.length);
    }),
  );
});
