import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { DEPTH_MAX } from "../yaml/document.ts";
import { FILE_BYTES_MAX } from "../yaml/source.ts";
import { PROBLEMS_MAX } from "../yaml/yaml-file.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { loadScenario, parseScenario } from "./load.ts";

const HEAD = `title: A case
requirements: [1]
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
`;

function problems(text: string): readonly string[] {
  const result = parseScenario("x.yaml", text, REPORT_HOSTS, HCP);
  return result.kind === "wrong" ? result.problems : [];
}

function problemsOfStep(step: string): readonly string[] {
  return problems(`${HEAD}steps:\n  - title: A step\n${step}`);
}

describe("a scenario file that is right", () => {
  test("need be about no requirement and no clause", () => {
    const text = HEAD.replace("requirements: [1]\n", "");
    expect(parseScenario("x.yaml", `${text}steps: [{ title: x, Win72: [send] }]\n`, REPORT_HOSTS, HCP)).toMatchObject({
      scenario: { requirements: [], conformance: null },
    });
  });

  test("says what it prefers its server to be started with", () => {
    const text = HEAD.replace("requirements: [1]", "requirements: [1]\nprefers: [short-silence]");
    expect(parseScenario("x.yaml", `${text}steps: [{ title: x, Win72: [send] }]\n`, REPORT_HOSTS, HCP)).toMatchObject({
      scenario: { needs: [], prefers: ["short-silence"] },
    });
  });

  test("says what it needs of its server, and what the operator is to say", () => {
    const text = HEAD.replace("requirements: [1]", "requirements: [1]\nneeds: [operator]");
    const step = "steps:\n  - title: A step\n    Win71: [{ operator: kick Jon  Go. }]\n";
    expect(parseScenario("x.yaml", text + step, REPORT_HOSTS, HCP)).toMatchObject({
      scenario: {
        needs: ["operator"],
        steps: [{ work: [{ host: "Win71", actions: [{ kind: "operator", line: "kick Jon  Go." }] }] }],
      },
    });
    expect(parseScenario("x.yaml", `${HEAD}${step}`, REPORT_HOSTS, HCP)).toMatchObject({
      problems: [
        "x.yaml:8:13: steps[0].Win71[0]: expected needs: [operator] beside an operator's command; it is missing",
      ],
    });
  });

  test("gives its hosts, actions and expectations in the file's order", () => {
    const result = parseScenario(
      "scenarios/report/08-whisper-message.yaml",
      `${HEAD}steps:
  - title: A step
    Win72: [{ select: All }, { type: hello }, send, { send: }, { close: {} }]
    Win71: [stop, { start: { console: true } }, start, { input: "11" }]
    expect:
      Win72: { shows: hello, users: [Server], draft: "" }
      Win71: { logs: [a, b], never: c }
`,
      REPORT_HOSTS,
      HCP,
    );
    expect(result).toMatchObject({
      kind: "scenario",
      scenario: {
        id: "08",
        slug: "08-whisper-message",
        given: [
          { kind: "server", host: "Win71", settings: {} },
          { kind: "client", host: "Win72", connected: true, name: "Jon" },
        ],
        steps: [
          {
            work: [
              {
                host: "Win72",
                actions: [
                  { kind: "select", name: "All" },
                  { kind: "type", text: "hello" },
                  { kind: "send" },
                  { kind: "send" },
                  { kind: "close" },
                ],
              },
              {
                host: "Win71",
                actions: [
                  { kind: "stop" },
                  { kind: "start", settings: { console: true } },
                  { kind: "start", settings: {} },
                  { kind: "input", text: "11" },
                ],
              },
            ],
            expectations: [
              { kind: "shows", host: "Win72", lines: ["hello"] },
              { kind: "users", host: "Win72", names: ["Server"] },
              { kind: "draft", host: "Win72", text: "" },
              { kind: "logs", host: "Win71", lines: ["a", "b"] },
              { kind: "never", host: "Win71", lines: ["c"] },
            ],
          },
        ],
      },
    });
  });

  test("says nothing by the word, and a line of that text by a list", () => {
    const result = parseScenario(
      "case.yaml",
      `${HEAD}steps:
  - title: A step
    expect: { Win72: { shows: nothing }, Win71: { logs: [nothing] } }
`,
      REPORT_HOSTS,
      HCP,
    );
    expect(result).toMatchObject({
      scenario: {
        id: "case",
        steps: [{ expectations: [{ kind: "shows nothing" }, { kind: "logs", lines: ["nothing"] }] }],
      },
    });
  });
});

describe("a wrong file is told by line and column:", () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    [
      "an unknown action",
      "    Win72:\n      - wiat: 3\n",
      'x.yaml:9:9: steps[0].Win72[0]: expected one of start, connect, select, type, send, history, signIn, close, kill, restart, pause, resume; got "wiat"',
    ],
    [
      "a server's action on a client",
      "    Win72: [{ input: x }]\n",
      'x.yaml:8:13: steps[0].Win72[0]: expected one of start, connect, select, type, send, history, signIn, close, kill, restart, pause, resume; got "input"',
    ],
    [
      "a client's action on a server",
      "    Win71: [send]\n",
      'x.yaml:8:13: steps[0].Win71[0]: expected one of start, input, operator, stop, kill, restart, pause, resume; got "send"',
    ],
    [
      "a console line that is two",
      '    Win71: [{ input: "a\\nb" }]\n',
      'x.yaml:8:22: steps[0].Win71[0].input: expected one line; got "a\\nb"',
    ],
    [
      "an argument of the wrong type",
      "    Win72:\n      - select: 5\n",
      "x.yaml:9:17: steps[0].Win72[0].select: expected a text (in quotes if it looks like a number); got 5",
    ],
    [
      "an unknown argument",
      "    Win72: [{ connect: { adress: a } }]\n",
      'x.yaml:8:26: steps[0].Win72[0].connect.adress: expected address, port; got "adress"',
    ],
    [
      "two actions in one",
      "    Win72: [{ send: , close: }]\n",
      "x.yaml:8:13: steps[0].Win72[0]: expected an action, such as {type: …} or send; got a map of 2 keys",
    ],
    ["actions that are no list", "    Win72: send\n", 'x.yaml:8:12: steps[0].Win72: expected a list; got "send"'],
    [
      "a widget that no window has",
      "    expect: { Win72: { window: [{ slider: Volume }] } }\n",
      'x.yaml:8:33: steps[0].expect.Win72.window[0]: expected a widget, such as {button: Connect}; got "slider"',
    ],
    [
      "options of what is no list",
      "    expect: { Win72: { window: [{ button: Send, options: [a] }] } }\n",
      'x.yaml:8:49: steps[0].expect.Win72.window[0].options: expected button; got "options"',
    ],
    [
      "a server's window",
      "    expect: { Win71: { window: [{ button: Send }] } }\n",
      'x.yaml:8:24: steps[0].expect.Win71.window: expected one of logs, never, within, since Win71 is a server; got "window"',
    ],
    [
      "an unknown host",
      "    Win79: [send]\n",
      'x.yaml:8:5: steps[0].Win79: expected title, faults, expect or one of the hosts Win71, Win72, Win73, Win74; got "Win79"',
    ],
    [
      "an unknown host that is expected of",
      "    expect: { Win79: { shows: x } }\n",
      'x.yaml:8:15: steps[0].expect.Win79: expected one of the hosts Win71, Win72, Win73, Win74; got "Win79"',
    ],
    [
      "a client's expectation of a server",
      "    expect: { Win71: { shows: x } }\n",
      'x.yaml:8:24: steps[0].expect.Win71.shows: expected one of logs, never, within, since Win71 is a server; got "shows"',
    ],
    [
      "an expectation of nothing in particular",
      "    expect: { Win72: {} }\n",
      "x.yaml:8:22: steps[0].expect.Win72: expected one of shows, users, draft, window, within; got a map of 0 keys",
    ],
    [
      "a line that is no text",
      "    expect: { Win72: { shows: [a, 1] } }\n",
      "x.yaml:8:35: steps[0].expect.Win72.shows[1]: expected a text (in quotes if it looks like a number); got 1",
    ],
    [
      "lines that are neither",
      "    expect: { Win72: { shows: 5 } }\n",
      "x.yaml:8:31: steps[0].expect.Win72.shows: expected a line, a list of lines, or nothing; got 5",
    ],
    [
      "a text that YAML reads as a map, in a list",
      "    expect: { Win72: { shows: [You say: Hi] } }\n",
      'x.yaml:8:32: steps[0].expect.Win72.shows[0]: expected quotes around a text with ": " in it: "You say: Hi"',
    ],
    [
      "a text that YAML reads as a map, as the only line",
      "    expect: { Win72: { shows: { You say: Hi } } }\n",
      'x.yaml:8:31: steps[0].expect.Win72.shows: expected quotes around a text with ": " in it: "You say: Hi"',
    ],
    [
      "a text that YAML refuses as a map",
      "    expect:\n      Win72:\n        shows: You say: Hi\n",
      'x.yaml:10:16: expected quotes around a text with ": " in it: "You say: Hi"',
    ],
    [
      "a text that YAML refuses as a map in braces",
      "    Win72: [{ type: Jon: Hi }, send]\n",
      'x.yaml:8:21: expected quotes around a text with ": " in it: "Jon: Hi"',
    ],
    [
      "a placeholder in a server's line",
      `    expect: { Win71: { logs: "A new client is connected: ('{adress}', PORT)" } }\n`,
      /^x\.yaml:8:30: steps\[0\]\.expect\.Win71\.logs: expected no \{placeholder\}: an address stands as .*; got "A new/,
    ],
    [
      "a step that does nothing",
      "",
      "x.yaml:7:5: steps[0]: expected a host with actions, faults or expect; got a title alone",
    ],
  ];
  test.each(cases)("%s", (_what, step, problem) => {
    expect(problemsOfStep(step)).toEqual([typeof problem === "string" ? problem : expect.stringMatching(problem)]);
  });

  const STEPS = "steps: [{ title: x, Win72: [send] }]\n";
  const givens: readonly (readonly [string, string, string])[] = [
    ["a missing key", `title: x\n${STEPS}`, "x.yaml:1:1: given: expected a map; it is missing"],
    [
      "a clause that there is not",
      `title: x\nclause: "99.9"\nlevel: must\ngiven: {}\n${STEPS}`,
      'x.yaml:2:9: clause: expected a clause of PROTOCOL.md; got "99.9": did you mean 9.1?',
    ],
    [
      "a clause at no level",
      `title: x\nclause: "9.1"\ngiven: {}\n${STEPS}`,
      "x.yaml:2:1: clause: expected level beside clause; it is missing",
    ],
    [
      "an unknown key",
      `title: x\nrequirments: [1]\nrequirements: []\ngiven: {}\n${STEPS}`,
      'x.yaml:2:1: requirments: expected title, protocol, requirements, clause, level, needs, prefers, given, steps; got "requirments"',
    ],
    [
      "a requirement that there is not",
      `title: x\nrequirements: [13]\ngiven: {}\n${STEPS}`,
      "x.yaml:2:16: requirements[0]: expected at most 12; got 13",
    ],
    [
      "a reserved name",
      `title: x\nrequirements: []\ngiven: { Win71: { server: {} }, Win72: { client: {}, named: all } }\n${STEPS}`,
      'x.yaml:3:61: given.Win72.named: expected a name that is not reserved; got "all"',
    ],
    [
      "a name given twice",
      `title: x\nrequirements: []\ngiven:\n  Win71: { server: {} }\n  Win72: { client: {}, named: Jon }\n  Win73: { client: {}, named: Jon }\n${STEPS}`,
      'x.yaml:6:31: given.Win73.named: expected a name of its own; got "Jon", which Win72 has',
    ],
    [
      "a client on the server's host",
      `title: x\nrequirements: []\ngiven: { Win71: { client: {} } }\n${STEPS}`,
      'x.yaml:3:19: given.Win71.client: expected server, which this host is; got "client"',
    ],
    [
      "a name without a client",
      `title: x\nrequirements: []\ngiven: { Win71: { server: {} }, Win72: { named: Jon } }\n${STEPS}`,
      'x.yaml:3:33: given.Win72: expected client; got "named"',
    ],
    [
      "a connection to nothing",
      `title: x\nrequirements: []\ngiven: { Win72: { client: {}, connected: true } }\n${STEPS}`,
      "x.yaml:3:10: given.Win72: expected a server with settings in given, to connect to; got none",
    ],
    [
      "a title that is too long",
      `title: ${"x".repeat(201)}\nrequirements: []\ngiven: {}\n${STEPS}`,
      "x.yaml:1:8: title: expected at most 200 characters; got 201",
    ],
    [
      "no steps",
      "title: x\nrequirements: []\ngiven: {}\nsteps: []\n",
      "x.yaml:4:8: steps: expected at least 1 entry; got 0",
    ],
    [
      "too many steps",
      `title: x\nrequirements: []\ngiven: {}\nsteps:\n${"  - { title: x, Win72: [send] }\n".repeat(101)}`,
      "x.yaml:5:3: steps: expected at most 100 entries; got 101",
    ],
    ["a list where a map is wanted", "- a\n", "x.yaml:1:1: expected a map; got a list"],
    ["an empty file", "", "x.yaml:1:1: expected a map; got an empty file"],
    [
      "a key said twice",
      `title: x\ntitle: y\nrequirements: []\ngiven: {}\n${STEPS}`,
      'x.yaml:2:1: expected each key once in a map; got "title" again',
    ],
    ["an alias to nothing", "title: *nobody\n", "x.yaml:1:8: expected an anchor (&nobody) above this alias; got none"],
    [
      "a key that every object has",
      `__proto__: 1\ntitle: x\nrequirements: []\ngiven: {}\n${STEPS}`,
      'x.yaml:1:1: __proto__: expected title, protocol, requirements, clause, level, needs, prefers, given, steps; got "__proto__"',
    ],
  ];
  test.each(givens)("%s", (_what, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  test("all problems of a file at once, in its order", () => {
    const told = problems(
      `${HEAD.replace("A case", "5")}steps:\n  - Win72: [{ foo: }, send, { type: }]\n    expct: 3\n`,
    );
    expect(told.map((line) => line.split(": ").slice(0, 2).join(" "))).toEqual([
      "x.yaml:1:8 title",
      "x.yaml:7:5 steps[0].title",
      "x.yaml:7:13 steps[0].Win72[0]",
      "x.yaml:7:37 steps[0].Win72[2].type",
      "x.yaml:8:5 steps[0].expct",
    ]);
  });
});

describe("a hostile file", () => {
  test.each([
    ["lists", "[".repeat(30_000)],
    ["maps", "{a: ".repeat(30_000)],
    ["sequences on one line", "- ".repeat(30_000)],
    ["complex keys", "? ".repeat(30_000)],
  ])("that nests %s without end is refused before it is composed", (_what, text) => {
    expect(problems(text)).toEqual([
      expect.stringMatching(
        new RegExp(`^x\\.yaml:1:\\d+: expected at most ${DEPTH_MAX} levels of lists and maps; got more$`),
      ),
    ]);
  });

  test("whose aliases multiply is refused", () => {
    const rows = Array.from(
      { length: 8 },
      (_, n) =>
        `k${n}: &k${n} [${Array(9)
          .fill(n === 0 ? "x" : `*k${n - 1}`)
          .join(", ")}]`,
    );
    expect(problems(rows.join("\n"))).toEqual([
      expect.stringMatching(/^x\.yaml:\d:\d+: expected aliases that add at most \d+ values to the file; got more$/),
    ]);
  });

  test("gets no more than so many problems told", () => {
    const told = problemsOfStep(`    Win72: [${"{ foo: }, ".repeat(PROBLEMS_MAX + 7)}]\n`);
    expect(told).toHaveLength(PROBLEMS_MAX + 1);
    expect(told.at(-1)).toBe("x.yaml: and 7 more");
  });

  test("with control characters gets problems of one line each", () => {
    for (const told of problems('"a\\n\\e[2J": 1\n"\\u2028": 2\n')) expect(told).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  test("of any text gives a scenario or problems, and never throws", () => {
    const pieces = fc.constantFrom(
      ..."[]{}:,-?&*!|>'\"%@`# \n\tab1~<".split(""),
      "<<: ",
      "steps:\n",
      "  - ",
      "title: x\n",
      "*a",
      "&a ",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        for (const line of problems(parts.join(""))) expect(line).toMatch(/^x\.yaml(:\d+:\d+)?: /);
      }),
    );
  });
});

describe("a file that cannot be read", () => {
  test.each([
    [
      "is not there",
      undefined,
      /^.*missing\.yaml:1:1: expected a file that can be read; there is nothing of that name$/,
    ],
    ["is too long", Buffer.alloc(FILE_BYTES_MAX + 1, "#"), /:1:1: expected at most 262144 bytes; got 262145$/],
    ["is not UTF-8", Buffer.from([0xff, 0xfe]), /:1:1: expected UTF-8 text; got UTF-16: save the file as UTF-8$/],
  ])("because it %s is told of", async (_what, bytes, problem) => {
    const folder = await mkdtemp(join(tmpdir(), "howdy-load-"));
    try {
      const file = join(folder, "missing.yaml");
      if (bytes !== undefined) await writeFile(file, bytes);
      expect(await loadScenario(file, REPORT_HOSTS, HCP)).toEqual({
        kind: "wrong",
        problems: [expect.stringMatching(problem)],
      });
      expect(await loadScenario(folder, REPORT_HOSTS, HCP)).toMatchObject({
        problems: [expect.stringMatching(/expected a file/)],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
