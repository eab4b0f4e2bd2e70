import { describe, expect, test } from "vitest";
import {
  choice,
  type Environment,
  HELP_COLUMNS_MAX,
  IP_ADDRESS,
  type Kind,
  layOutHelp,
  type OptionTable,
  optionRows,
  parseCommandLine,
  readValues,
  TEXT,
  UsageError,
  wholeNumber,
} from "./index.ts";

const PAIR: Kind<readonly [string, string]> = {
  placeholder: "A+B",
  expected: "two words with a plus between them",
  parse: (text) => {
    const [left, right, ...more] = text.split("+");
    return left && right && more.length === 0 ? [left, right] : undefined;
  },
};

const TABLE = {
  host: {
    kind: IP_ADDRESS,
    placeholder: "ADDRESS",
    variable: "T_HOST",
    otherwise: "asked for",
    help: "where to listen",
  },
  "gap-ms": { kind: wholeNumber(0, 1000, { unit: "ms" }), default: 20, help: "a pause" },
  colour: { kind: choice(["red", "blue"]), placeholder: "COLOUR", variable: "T_COLOUR", default: "red", help: "of it" },
  file: { kind: TEXT, placeholder: "FILE", help: "what to read" },
  pair: { kind: PAIR, repeats: true, variable: "T_PAIRS", help: "two that belong together" },
  help: { kind: "flag", short: "h", help: "show this and end" },
} satisfies OptionTable;

function read<Table extends OptionTable>(table: Table, args: readonly string[], environment: Environment = {}) {
  return readValues(table, parseCommandLine(table, args, { takesWords: false }), environment);
}

function messageOf(args: readonly string[], environment: Environment = {}): string {
  try {
    read(TABLE, args, environment);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "no error";
}

test("one new entry is parsed, checked, read from the environment and told in the help", () => {
  const entry = {
    kind: wholeNumber(1, 9),
    variable: "T_CATS_MAX",
    default: 3,
    help: "cats at once",
  } as const;
  const table = { ...TABLE, "cats-max": entry } satisfies OptionTable;

  const catsMax: number = read(table, ["--cats-max", "7"]).catsMax;
  expect(catsMax).toBe(7);
  expect(read(table, []).catsMax).toBe(3);
  expect(read(table, [], { T_CATS_MAX: "5" }).catsMax).toBe(5);
  expect(() => read(table, ["--cats-max", "10"])).toThrow('--cats-max: expected a whole number from 1 to 9; got "10"');
  expect(() => read(table, [], { T_CATS_MAX: "x" })).toThrow(
    'T_CATS_MAX: expected a whole number from 1 to 9; got "x"',
  );
  expect(layOutHelp(optionRows(table))).toContain(
    "  --cats-max N     cats at once (1 to 9; else T_CATS_MAX, default 3)",
  );
});

describe("values", () => {
  test("are the defaults when nobody said anything, and without a default undefined", () => {
    expect(read(TABLE, [])).toEqual({
      host: undefined,
      gapMs: 20,
      colour: "red",
      file: undefined,
      pair: [],
      help: false,
    });
  });

  test("have the types of their kinds", () => {
    const values = read(TABLE, ["--host", "localhost", "-h", "--pair", "a+b"]);
    const typed: {
      readonly host: string | undefined;
      readonly gapMs: number;
      readonly colour: "red" | "blue";
      readonly pair: readonly (readonly [string, string])[];
      readonly help: boolean;
    } = values;
    expect(typed).toMatchObject({ host: "127.0.0.1", gapMs: 20, pair: [["a", "b"]], help: true });
  });

  test("come from the command line first, the last one of several, and what they cover is not checked", () => {
    expect(read(TABLE, ["--gap-ms=1001", "--gap-ms=7"]).gapMs).toBe(7);
    expect(read(TABLE, ["--host", "::1"], { T_HOST: "nowhere" }).host).toBe("::1");
  });

  test("of a variable that is set to nothing are not set", () => {
    expect(read(TABLE, [], { T_HOST: "", T_COLOUR: "", T_PAIRS: "" })).toEqual(read(TABLE, []));
  });

  test("of an option that repeats are put together, the variable's with commas behind the command line's", () => {
    const environment = { T_PAIRS: "c+d, e+f,," };
    expect(read(TABLE, ["--pair", "a+b", "--pair", "g+h"], environment).pair).toEqual([
      ["a", "b"],
      ["g", "h"],
      ["c", "d"],
      ["e", "f"],
    ]);
  });

  test("of a smaller table are read from the same command line", () => {
    const line = parseCommandLine(TABLE, ["x", "--file", "", "--colour", "green", "y"], { takesWords: true });
    expect(readValues({ file: TABLE.file }, line)).toEqual({ file: "" });
    expect(line.words).toEqual(["x", "y"]);
    expect([...line.given.keys()]).toEqual(["file", "colour"]);
  });
});

describe("what is wrong", () => {
  test.each([
    [["--host", "win71"], '--host: expected an IP address; got "win71"'],
    [["--host=a\nb"], '--host: expected an IP address; got "a\\nb"'],
    [["--gap-ms", "1001"], '--gap-ms: expected a whole number from 0 to 1000; got "1001"'],
    [["--gap-ms", "1.5"], '--gap-ms: expected a whole number from 0 to 1000; got "1.5"'],
    [["--gap-ms="], '--gap-ms: expected a whole number from 0 to 1000; got ""'],
    [["--colour", "green"], '--colour: expected one of red, blue; got "green"'],
    [["--pair", "a+b", "--pair", "c"], '--pair: expected two words with a plus between them; got "c"'],
    [["--color"], "there is no option --color; did you mean --colour?"],
    [["--constructor"], "there is no option --constructor"],
    [["-x"], "there is no option -x"],
    [["--host"], "--host: expected a value; got none"],
    [
      ["--host", "--gap-ms", "1"],
      '--host: expected a value; got the option "--gap-ms": write --host=--gap-ms if that is the value',
    ],
    [["word"], 'expected options only; got the word "word"'],
    [["--help=yes"], '--help: expected no value; got "yes"'],
  ])("in %j is told in one line", (args, message) => {
    expect(messageOf(args)).toBe(message);
  });

  test("in the environment names the variable", () => {
    expect(messageOf([], { T_COLOUR: "green" })).toBe('T_COLOUR: expected one of red, blue; got "green"');
    expect(messageOf(["--pair", "a+b"], { T_PAIRS: "c+d,e" })).toMatch(/^T_PAIRS: .*; got "e"$/);
  });

  test("with a value that is missing is told in one line, too", () => {
    for (const args of [["--host"], ["--host", "--help"], ["--host", "-5"]]) {
      expect(messageOf(args)).toMatch(/^--host: expected a value; got [^\n]*$/);
    }
  });

  test("with an entry's own default is seen at once", () => {
    const table = { size: { kind: wholeNumber(1, 9), default: 10, help: "" } };
    expect(() => read(table, [])).toThrow('the default of --size: expected a whole number from 1 to 9; got "10"');
  });
});

describe("the help", () => {
  test("has a row for each option, with its limits, its variable and its default", () => {
    expect(layOutHelp([{ label: "WORD", text: "what is no option" }], optionRows(TABLE))).toBe(
      [
        "  WORD             what is no option",
        "",
        "  --host ADDRESS   where to listen (else T_HOST, else asked for)",
        "  --gap-ms N       a pause (0 to 1000 ms; default 20)",
        "  --colour COLOUR  of it (red, blue; else T_COLOUR, default red)",
        "  --file FILE      what to read",
        "  --pair A+B       two that belong together (may be repeated; also T_PAIRS, with commas)",
        "  -h, --help       show this and end",
      ].join("\n"),
    );
  });

  test("is cut between words, never within a note, and goes on under its own column", () => {
    const help = "word ".repeat(22).trim();
    const table = { n: { kind: wholeNumber(1, 9), default: 1, help } };
    const [first = "", second, ...more] = layOutHelp(optionRows(table)).split("\n");
    expect(first.length).toBeLessThanOrEqual(HELP_COLUMNS_MAX);
    expect([first.endsWith("word"), second, more]).toEqual([true, "         (1 to 9; default 1)", []]);
  });
});
