import fc from "fast-check";
import { expect, test } from "vitest";
import { type Entered, readEntered } from "./entered.ts";
import { KnownNames } from "./known-names.ts";

const names = new KnownNames();
names.setOnline(["Jon", "Jon Stewart", "Stephen Colbert", 'The "Boss"', "Zoë", "a:b"]);

const say = (receiver: string, text: string): Entered => ({ kind: "say", receiver, text });
const text = (said: string): Entered => ({ kind: "text", text: said });
const pick = (receiver: string): Entered => ({ kind: "pick", receiver });

test.each<[string, Entered]>([
  ["hello", text("hello")],
  ["  hello ", text("  hello ")],
  ["", { kind: "nothing" }],
  [" \t", { kind: "nothing" }],
  ["//etc", text("/etc")],
  ["@@home", text("@home")],
  ["@ 5 pm", text("@ 5 pm")],
  ["@", text("@")],
  ["/", text("/")],
  ["/ 2 = 1", text("/ 2 = 1")],
  ["/list", { kind: "list" }],
  ["/help me", { kind: "help" }],
  ["/clear", { kind: "clear" }],
  ["/quit", { kind: "quit" }],
  ["/all hello all", say("All", "hello all")],
  ["/all", pick("All")],
  ["/w Zoë hi", say("Zoë", "hi")],
  ["/w zoË hi", say("Zoë", "hi")],
  ["/w Stephen Colbert hi there", say("Stephen Colbert", "hi there")],
  ["/w stephen colbert hi", say("Stephen Colbert", "hi")],
  ["/w Jon Stewart is here", say("Jon Stewart", "is here")],
  ["/w Jon is here", say("Jon", "is here")],
  ['/w "Jon" Stewart is here', say("Jon", "Stewart is here")],
  ['/w "Somebody Else" hi', say("Somebody Else", "hi")],
  ['/w The "Boss" hi', say('The "Boss"', "hi")],
  ["/w Nobody hi", say("Nobody", "hi")],
  ["/w all hi", say("All", "hi")],
  ["/w Jon one\ntwo", say("Jon", "one\ntwo")],
  ["@Jon Stewart hi", say("Jon Stewart", "hi")],
  ["@Jon: hi", say("Jon", "hi")],
  ["@Jon, hi", say("Jon", "hi")],
  ["@a:b: hi", say("a:b", "hi")],
  ["@Nobody: hi", say("Nobody", "hi")],
  ["/to Jon Stewart", pick("Jon Stewart")],
  ["/to  jon stewart ", pick("Jon Stewart")],
  ["/to all", pick("All")],
  ['/to "Jon"', pick("Jon")],
  ["/to Some Body", pick("Some Body")],
])("%j means %j", (line, entered) => {
  expect(readEntered(line, names)).toEqual(entered);
});

test.each(["/foo", "/TO Jon", "/to", "/to server", "/w", "/w Jon", "/w Jon  ", "@Jon", "@Jon Stewart", "/w Server hi"])(
  "%j is a mistake, and the client says what it expected",
  (line) => {
    expect(readEntered(line, names)).toMatchObject({ kind: "mistake", text: expect.stringMatching(/^[A-Z].*\S$/) });
  },
);

test("no line throws, and what is no command is a text to the letter", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .tuple(fc.constantFrom("/", "@", "/w ", "/to ", '@"', "//"), fc.string({ unit: "grapheme" }))
      .map((all) => all.join("")),
  );
  fc.assert(
    fc.property(line, (typed) => {
      const entered = readEntered(typed, names);
      if (typed.trim() !== "" && !/^[/@]/.test(typed)) expect(entered).toEqual(text(typed));
    }),
  );
});

test("a long line with many known names is read at once", () => {
  const crowd = new KnownNames();
  for (let index = 0; index < 2000; index += 1) crowd.add(`Somebody ${index}`);
  const startMs = performance.now();
  expect(readEntered(`/w ${"word ".repeat(700)}`, crowd)).toMatchObject({ receiver: "word" });
  expect(performance.now() - startMs).toBeLessThan(1000);
});
