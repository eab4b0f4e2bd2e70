import { expect, test } from "vitest";
import { complete } from "./completion.ts";
import { readEntered } from "./entered.ts";
import { KnownNames } from "./known-names.ts";

const names = new KnownNames();
names.setOnline(["Jon", "Jon Stewart", "Stephen Colbert", "Zoë"]);

test.each<[string, string[], string]>([
  ["/l", ["/list"], "/l"],
  ["/w", ["/w "], "/w"],
  [
    "/",
    [
      "/to ",
      "/w ",
      "/all ",
      "/list",
      "/history",
      "/search ",
      "/signin ",
      "/register",
      "/password",
      "/unregister ",
      "/clear",
      "/help",
      "/quit",
    ],
    "/",
  ],
  ["/w st", ["Stephen Colbert "], "st"],
  ["/w Stephen C", ["Stephen Colbert "], "Stephen C"],
  ["/to jo", ["Jon ", "Jon Stewart "], "jo"],
  ["@z", ["Zoë "], "z"],
  ["@Jon S", ["Jon Stewart "], "Jon S"],
  ["/w a", ["All "], "a"],
  ['/w "jo', ['"Jon" ', '"Jon Stewart" '], '"jo'],
  ["hello ste", ["Stephen Colbert "], "ste"],
  ["hello (Stephen Co", ["Stephen Colbert "], "Stephen Co"],
  ["/w Zoë say hi to ste", ["Stephen Colbert "], "ste"],
  ["hello", [], ""],
  ["", [], ""],
])("Tab behind %j offers %j", (line, candidates, replaced) => {
  expect(complete(line, names)).toEqual([candidates, replaced]);
});

test("a name that begins another one comes in quotes once it is the only one left", () => {
  const one = new KnownNames();
  one.setOnline(["Bo"]);
  one.add("bo derek");
  expect(complete("@bo", one)[0]).toEqual(["Bo ", "bo derek "]);
  one.setOnline(["Jo"]);
  one.add("jo x");
  expect(complete('@"jo', one)[0]).toEqual(['"Jo" ', '"jo x" ']);
});

test("what is completed reads back as the name it stands for", () => {
  for (const name of names.all) {
    for (const typed of [name, name.slice(0, -1), `"${name}`]) {
      for (const candidate of complete(`/w ${typed}`, names)[0]) {
        const entered = readEntered(`/w ${candidate}hello`, names);
        expect(entered).toEqual({ kind: "say", receiver: candidate.replaceAll('"', "").trim(), text: "hello" });
      }
    }
  }
});
