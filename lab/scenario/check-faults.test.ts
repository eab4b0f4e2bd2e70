import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { REPORT_HOSTS } from "./fixtures/report-hosts.ts";
import { parseScenario } from "./load.ts";

const HEAD = `title: A case
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { client: {}, named: Zoe }
steps:
`;

function parse(steps: string) {
  return parseScenario("x.yaml", `${HEAD}${steps}`, REPORT_HOSTS, HCP);
}

function problems(steps: string): readonly string[] {
  const result = parse(steps);
  return result.kind === "wrong" ? result.problems : [];
}

function problemsOf(fault: string): readonly string[] {
  return problems(`  - title: A step\n    faults: [${fault}]\n`);
}

describe("what a step does to links", () => {
  test("is taken with its ends, its way and its sizes, before what hosts do", () => {
    const result = parse(`  - title: A step
    Win72: [pause]
    faults:
      - cut: { between: [Win72, all], to: Win72 }
      - delay: { between: [Win71, Win73], ms: 200 }
      - drop-after: { between: [Win71, Win73], to: Win71, bytes: 0 }
`);
    expect(result).toMatchObject({
      scenario: {
        steps: [
          {
            faults: [
              { fault: { kind: "cut" }, between: ["Win72", "all"], to: "Win72" },
              { fault: { kind: "delay", ms: 200, jitter: 0 }, between: ["Win71", "Win73"], to: undefined },
              { fault: { kind: "drop-after", bytes: 0 }, between: ["Win71", "Win73"], to: "Win71" },
            ],
            work: [{ host: "Win72", actions: [{ kind: "pause" }] }],
          },
        ],
      },
    });
  });

  test.each([
    [
      "cut: { between: [Win71, Win79] }",
      '8:40: steps[0].faults[0].cut.between[1]: expected one of the hosts Win71, Win72, Win73, Win74, or all; got "Win79"',
    ],
    [
      "cut: { between: [all, Win71] }",
      '8:33: steps[0].faults[0].cut.between[0]: expected one of the hosts Win71, Win72, Win73, Win74; got "all"',
    ],
    [
      "cut: { between: [Win71, Win71] }",
      '8:40: steps[0].faults[0].cut.between[1]: expected another host than Win71; got "Win71"',
    ],
    [
      "cut: { between: [Win71, Win72], to: Win73 }",
      '8:52: steps[0].faults[0].cut.to: expected Win71 or Win72; got "Win73"',
    ],
    [
      "heal: { between: [Win71, Win72] }",
      "8:33: steps[0].faults[0].heal.between: expected a link to which something was done before; got Win71 – Win72",
    ],
    [
      "delay: { between: [Win71, Win72], ms: 10, jitter: 11 }",
      "8:66: steps[0].faults[0].delay.jitter: expected at most the delay, 10; got 11",
    ],
  ])("%s", (fault, problem) => {
    expect(problemsOf(`{ ${fault} }`)).toEqual([`x.yaml:${problem}`]);
  });

  test.each([
    [
      "rate: { between: [Win71, Win72], kbps: 0 }",
      /^x\.yaml:8:\d+: steps\[0\]\.faults\[0\]\.rate\.kbps: expected .*1.*0$/,
    ],
    ["delay: { between: [Win71, Win72], ms: 60001 }", /delay\.ms: expected .*60000.*60001$/],
    ["rate: { between: [Win71, Win72] }", /faults\[0\]\.rate\.kbps: expected a number; it is missing$/],
    ["cut: { between: Win71 }", /cut\.between: expected a list; got "Win71"$/],
    ["cut: { between: [Win71] }", /cut\.between: expected at least 2 entries; got 1$/],
    ["cat: { between: [Win71, Win72] }", /faults\[0\]: expected one of cut, heal, .*; got "cat"$/],
  ])("%s", (fault, problem) => {
    expect(problemsOf(`{ ${fault} }`)).toEqual([expect.stringMatching(problem)]);
  });
});

describe("what is done to a program", () => {
  test.each([
    ["Win72: [resume]", "Win72[0]: expected a host that is paused; got Win72"],
    ["Win74: [restart]", "Win74[0]: expected a host whose program was started before; got Win74"],
    ["Win74: [pause]", "Win74[0]: expected a host whose program runs; got Win74"],
    ["Win72: [pause, send]", 'Win72[1]: expected resume, kill or restart, since Win72 is paused in step 1; got "send"'],
  ])("%s", (step, problem) => {
    expect(problems(`  - title: A step\n    ${step}\n`)).toEqual([expect.stringContaining(problem)]);
  });

  test("can be done again once it is over", () => {
    expect(
      problems(`  - title: A step
    Win72: [pause, resume, send, kill, restart, pause, restart, close, restart]
`),
    ).toEqual([]);
  });
});

describe("nothing, where nothing can show it", () => {
  const CUT = "  - title: A step\n    faults: [{ cut: { between: [Win71, Win72] } }]\n";
  const QUIET = "    expect: { Win72: { shows: nothing } }\n";

  test("is a mistake where a cut lasts to the end", () => {
    expect(problems(CUT + QUIET)).toEqual([
      "x.yaml:9:31: steps[0].expect.Win72.shows: expected a nothing that can be proved: nothing passes between Win71 and Win72 from step 1 to the end of the case, so that no message can show it; end that, or say within",
    ]);
  });

  test("is a mistake where the host or the server stays paused", () => {
    for (const host of ["Win71", "Win72"]) {
      expect(problems(`  - title: A step\n    ${host}: [pause]\n${QUIET}`)).toEqual([
        expect.stringContaining(`${host} is paused from step 1 to the end`),
      ]);
    }
  });

  test("is none where the cut heals, the pause ends, another link is cut, or a time is said", () => {
    const heal = "  - title: Then\n    faults: [{ heal: { between: [Win72, all] } }]\n";
    expect(problems(CUT + QUIET + heal)).toEqual([]);
    expect(problems(`  - title: A step\n    Win72: [pause]\n${QUIET}  - title: Then\n    Win72: [resume]\n`)).toEqual(
      [],
    );
    expect(problems(CUT.replace("Win72", "Win73") + QUIET)).toEqual([]);
    expect(problems(CUT + QUIET.replace("nothing", "nothing, within: 2 s"))).toEqual([]);
  });
});

describe("nothing for a raw peer, where nothing can come", () => {
  const PEER = "  Win74: { peer: {} }\nsteps:\n";
  const CONNECTED = "  - title: First\n    Win74: [connect]\n";
  const cut = (to: string): string =>
    `  - title: Then\n    faults: [{ cut: { between: [Win71, Win74], to: ${to} } }]\n`;
  const HEAL = "  - title: Last\n    faults: [{ heal: { between: [Win71, Win74] } }]\n";
  const found = (steps: string): readonly string[] => {
    const result = parseScenario("x.yaml", HEAD.replace("steps:\n", `${PEER}${CONNECTED}${steps}`), REPORT_HOSTS, HCP);
    return result.kind === "wrong" ? result.problems : [];
  };

  test.each([
    ["Win74: [{ wire: { expect: nothing } }]", "steps[1].Win74[0].wire.expect"],
    ["expect: { Win74: { receives: nothing } }", "steps[1].expect.Win74.receives"],
    ["expect: { Win74: { receives: { Win74: nothing } } }", "steps[1].expect.Win74.receives.Win74"],
  ])("is a mistake where a cut lasts to the end: %s", (step, path) => {
    const steps = `${cut("Win74")}    ${step}\n`;
    const told = `${path}: expected a nothing that can be proved: nothing passes between Win71 and Win74 from step 2`;
    expect(found(steps)).toContainEqual(expect.stringContaining(told));
    expect(found(steps + HEAL).join()).not.toContain("can be proved");
  });

  test("is none where something may come all the same, or a time is said", () => {
    const step = "    Win74: [{ wire: { expect: nothing } }]\n";
    expect(found(cut("Win71") + step)).toEqual([]);
    expect(found(cut("Win74") + step.replace("nothing", "nothing, within: 1 s"))).toEqual([]);
    const dropped = cut("Win74").replace("cut:", "drop-after:").replace("to:", "bytes: 500, to:");
    expect(found(dropped + step)).toEqual([]);
  });
});

describe("within", () => {
  test.each([
    ["{ shows: x, within: 35 s }", undefined],
    ["{ shows: x, within: soon }", 'Win72.within: expected a time such as 5 ms or 2 s, of at most 3600 s; got "soon"'],
    [
      "{ shows: x, within: 3601 s }",
      'Win72.within: expected a time such as 5 ms or 2 s, of at most 3600 s; got "3601 s"',
    ],
    ["{ within: 35 s }", "Win72.within: expected something that may take so long beside within; it is missing"],
  ])("%s", (expected, problem) => {
    const found = problems(`  - title: A step\n    Win73: [send]\n    expect: { Win72: ${expected} }\n`);
    expect(found).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
  });
});
