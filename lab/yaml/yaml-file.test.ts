// What is said about hand-written files that are wrong: the line, and the mend in the project's words.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { FILE_BYTES_MAX } from "./source.ts";
import { parseYaml, readYamlFile } from "./yaml-file.ts";

const ANY = z.record(z.string(), z.unknown());
const NAMED = z.strictObject({ named: z.string(), port: z.number().optional(), link: z.url().optional() });

function problems(text: string, schema: z.ZodType = ANY): readonly string[] {
  const read = parseYaml("x.yaml", text, schema);
  return read.kind === "wrong" ? read.problems : [];
}

function dataOf(text: string): unknown {
  const read = parseYaml("x.yaml", text, ANY);
  return read.kind === "data" ? read.data : read.problems;
}

describe("a text that is no YAML", () => {
  test.each([
    ["a key twice", "a: 1\nb: 2\na: 3\n", '3:1: expected each key once in a map; got "a" again'],
    ["a key twice in brackets", "x: { a: 1, a: 2 }\n", '1:12: expected each key once in a map; got "a" again'],
    ["a tab", "a:\n\tb: 1\n", "2:1: expected blanks as indentation; got a tab"],
    ["two documents", "a: 1\n---\nb: 1\n", "2:1: expected one document in the file; got another one behind ---"],
    ["an alias to nothing", "a: 1\nb: *nobody\n", "2:4: expected an anchor (&nobody) above this alias; got none"],
    ["a quote that is not closed", 'a: 1\nb: "two\nc: 3\n', '2:4: expected " at the end of the text that begins here'],
    [
      "a bracket that is not closed",
      "a: 1\nb: [1, 2\nc: 3\n",
      /^2:4: expected a closing bracket, \} or \], and a comma/,
    ],
    ["a brace that is not closed", "a: { b: 1\n", /^1:4: expected a closing bracket/],
    ["a colon in a text", "a: b: c\n", /^1:4: expected quotes around a text with ": " in it: "b: c"$/],
    ["a backslash", 'a: "C:\\dir"\n', /^1:\d+: expected an escape such as \\n or \\\\ in "…"/],
    ["an at sign", "a: @b\n", '1:4: expected a value; got "@b", with which none begins: put it in quotes'],
    ["a tag", "a: !foo b\n", '1:4: expected no tag; got "!foo": put a text that begins with ! in quotes'],
    ["a directive", "%FOO\n---\na: 1\n", /^1:\d: expected no line that begins with %/],
    ["indentation that changes", "a:\n    b: 1\n  c: 2\n", /^3:\d: expected the same indentation as the entries above/],
    ["a word without a colon", "a: 1\nbcd\n", /^2:\d: expected a (colon and a blank behind the key|key and its colon)/],
    ["a key that is a list", "? [a]\n: b\n", /^1:\d: expected a text as a key; got something else$/],
    ["an alias in itself", "a: &a [*a]\n", "1:8: expected no alias inside what it stands for; got *a"],
    ["a merge of no map", "a: &a 3\nb: { <<: *a }\n", /^2:6: expected a map, or a list of maps, behind the merge key/],
    [
      "a blank that is none",
      "a:\n \u00a0b: 1\n  c: 2\n",
      "2:2: expected blanks as indentation; got U+00A0, which looks like one: type the blanks anew",
    ],
    [
      "quotes of a word processor",
      "a: “b: c”\n",
      '1:4: expected quotes such as "…" around a text with ": " in it; got “, which is a letter to YAML',
    ],
    [
      "an entry that stands elsewhere",
      "a:\n  b: 1\n c: 2\n",
      '3:1: expected the same indentation as the entries above, in blanks; got another before "c"',
    ],
    ["nothing", "", "1:1: expected a map; got an empty file"],
    ["a comment", "# nothing\n", "1:1: expected a map; got an empty file"],
  ])("because of %s is told by its line and its mend", (_what, text, problem) => {
    const [first, ...more] = problems(text);
    if (typeof problem === "string") expect(first).toBe(`x.yaml:${problem}`);
    else expect(first?.replace("x.yaml:", "")).toMatch(problem);
    expect([first, ...more].join("\n")).not.toMatch(/YAML\.|parse|Map keys|mappings|implicit|scalar|flow/i);
  });

  test("is none where its lines end with a carriage return alone, or its blanks begin a text", () => {
    expect(dataOf("# one\ra: 1\rb: 2\r")).toEqual({ a: 1, b: 2 });
    expect(problems("a: 1\rb: @c\r")).toEqual([expect.stringMatching(/^x\.yaml:2:4: expected a value/)]);
    expect(dataOf("a: |\n  \u00a0b\n")).toEqual({ a: "\u00a0b\n" });
  });

  test("never has the parser's own advice, whatever stands in it", () => {
    const pieces = [
      "a: ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "'",
      '"',
      "&a ",
      "*a",
      "!t ",
      "%D",
      "---\n",
      "...\n",
      "\n",
      "\t",
      "  ",
      "? ",
      ": ",
      "<<: ",
      "|",
      ">",
      "@",
      "#",
      ", ",
      "\\x",
      "b",
    ];
    let seed = 7;
    const next = (): string => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return pieces[seed % pieces.length] ?? "";
    };
    for (let round = 0; round < 3_000; round += 1) {
      const text = Array.from({ length: 1 + (round % 12) }, next).join("");
      for (const problem of problems(text)) {
        expect(problem, JSON.stringify(text)).toMatch(/^x\.yaml:\d+:\d+: (.*: )?expected /);
        expect(problem, JSON.stringify(text)).not.toMatch(
          /YAML\.|parse[A-Z]|implicit|mapping|scalar|Unresolved|Source contains/,
        );
      }
    }
  });
});

describe("what YAML has for those who write much", () => {
  test("is taken: merge keys, anchors, and words that only look like something else", () => {
    expect(dataOf("a: &a { client: {}, named: Jon }\nb: { <<: *a, named: Eve }\n")).toEqual({
      a: { client: {}, named: "Jon" },
      b: { client: {}, named: "Eve" },
    });
    expect(dataOf("a: yes\nb: no\n1: on\n\ufeffc: 2\n")).toMatchObject({ a: "yes", b: "no", "1": "on" });
    expect(dataOf("\ufeffa: 1\n")).toEqual({ a: 1 });
  });

  test("a mistake in a map that is merged is pointed at where it is written", () => {
    const schema = z.strictObject({ base: z.unknown(), one: NAMED });
    expect(problems("base: &b\n  port: x\none: { <<: *b, named: Jon }\n", schema)).toEqual([
      'x.yaml:2:9: one.port: expected a number; got "x"',
    ]);
  });

  test("aliases and merge keys that multiply are refused at the alias that is too much, in no time", () => {
    const aliases = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    const merges = ["m0: &m0 { k: { l: {} } }"];
    for (let index = 1; index < 20; index += 1) {
      aliases.push(
        `a${index}: &a${index} [${Array(10)
          .fill(`*a${index - 1}`)
          .join(", ")}]`,
      );
      merges.push(
        `m${index}: &m${index} { <<: [${Array(10)
          .fill(`*m${index - 1}`)
          .join(", ")}] }`,
      );
    }
    expect(problems(aliases.join("\n"))).toEqual([
      expect.stringMatching(/^x\.yaml:4:\d+: expected aliases that add at most 10000 values to the file; got more$/),
    ]);
    expect(problems(merges.join("\n"))).toEqual([
      expect.stringMatching(/^x\.yaml:[45]:\d+: expected aliases that add/),
    ]);
  });
});

describe("a value of the wrong kind", () => {
  test.each([
    ["named: 010\n", "1:8: named: expected a text (in quotes if it looks like a number); got 010"],
    ["named: 1e3\n", "1:8: named: expected a text (in quotes if it looks like a number); got 1e3"],
    ["named: true\n", "1:8: named: expected a text (in quotes if it looks like a number); got true"],
    ["named:\n", "1:7: named: expected a text (in quotes if it looks like a number); got nothing"],
    ["named: a\nport: yes\n", '2:7: port: expected a number; got "yes"'],
    ["named: a\nlink: x\n", '2:7: link: expected a web address, such as https://example.org/1; got "x"'],
  ])("is told as it is written: %j", (text, problem) => {
    expect(problems(text, NAMED)[0]).toBe(`x.yaml:${problem}`);
  });
});

describe("what lies where a file is named", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "howdy-yaml-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  async function told(name: string): Promise<readonly string[]> {
    const read = await readYamlFile(join(root, name), ANY);
    return read.kind === "wrong" ? read.problems.map((line) => line.replace(`${root}/`, "")) : [];
  }

  test("is told by what it is", async () => {
    await mkdir(join(root, "folder"));
    await symlink("loop", join(root, "loop"));
    await writeFile(join(root, "large"), Buffer.alloc(FILE_BYTES_MAX + 1, "#"));
    expect(await told("folder")).toEqual(["folder:1:1: expected a file; got a folder"]);
    expect(await told("none")).toEqual(["none:1:1: expected a file that can be read; there is nothing of that name"]);
    expect(await told("loop")).toEqual(["loop:1:1: expected a file that can be read; its links lead in a circle"]);
    expect(await told("large")).toEqual([
      `large:1:1: expected at most ${FILE_BYTES_MAX} bytes; got ${FILE_BYTES_MAX + 1}`,
    ]);
    expect(await told("large/x")).toEqual([
      "large/x:1:1: expected a file that can be read; a part of its path is no folder",
    ]);
  });

  test.skipIf(process.platform === "win32")("is never waited for: a pipe, a device", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    expect(await told("pipe")).toEqual(["pipe:1:1: expected a file; got a pipe"]);
    await symlink("/dev/zero", join(root, "zero"));
    expect(await told("zero")).toEqual(["zero:1:1: expected a file; got a device"]);
  });

  test("is told by the place of the first byte that is no UTF-8", async () => {
    await writeFile(join(root, "latin1"), Buffer.from('title: "Zoë"\nb: ü\n  named: Zo\xeb }\n', "latin1"));
    expect(await told("latin1")).toEqual([
      "latin1:1:11: expected a character of UTF-8; got the byte eb: save the file as UTF-8",
    ]);
    const late = Buffer.concat([Buffer.from("a: Zoë 😀\n\nb: ü"), Buffer.from([0xeb, 0x0a])]);
    await writeFile(join(root, "late"), late);
    expect(await told("late")).toEqual([
      "late:3:5: expected a character of UTF-8; got the byte eb: save the file as UTF-8",
    ]);
    await writeFile(join(root, "half"), Buffer.from("a: 😀").subarray(0, 5));
    expect(await told("half")).toEqual([
      "half:1:4: expected a character of UTF-8; got half of one: save the file as UTF-8",
    ]);
    await writeFile(join(root, "wide"), Buffer.from("\ufeffa: 1", "utf16le"));
    expect(await told("wide")).toEqual(["wide:1:1: expected UTF-8 text; got UTF-16: save the file as UTF-8"]);
    await writeFile(join(root, "unmarked"), Buffer.from("a: 1", "utf16le").swap16());
    expect(await told("unmarked")).toEqual(["unmarked:1:1: expected UTF-8 text; got UTF-16: save the file as UTF-8"]);
  });

  test("commands no terminal by its name, and makes no line of its own", async () => {
    expect(await told("a\u001b[2J\nb")).toEqual([
      "a‹U+001B›[2J‹U+000A›b:1:1: expected a file that can be read; there is nothing of that name",
    ]);
  });
});
