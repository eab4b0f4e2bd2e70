// A protocol that is not HCP goes the whole way through the port: a scenario file, raw peers, programs, fences, the decoded
// wire, and a report.

import { expect, test } from "vitest";
import { runLines } from "./fixtures/run-lines.ts";

const TEST_MS_MAX = 60_000;

test.concurrent(
  "a case of another protocol passes, and its report tells of its frames in that protocol's words",
  async () => {
    const { scenario, files } = await runLines();
    expect(scenario.steps.map(({ verdict, seen }) => [verdict, seen])).toEqual([
      ["pass", expect.stringContaining('Win71 logged "named Jon"')],
      ["pass", expect.stringContaining("Win74 received nothing")],
      ["pass", expect.stringContaining("Zoe says: Well")],
      ["pass", expect.stringContaining("Win73 showed nothing")],
    ]);
    expect(scenario.steps[0]?.actions).toContain('Win72 sends "NAME Zoe", expects "TAKEN Zoe"');
    const frames = scenario.wire.events.filter((event) => event.kind === "frame");
    expect(frames.map(({ title, namesTold, text }) => [title, namesTold, text])).toEqual(
      expect.arrayContaining([
        ["welcome", "Zoe", null],
        ["here", "Zoe, Jon", null],
        ["say", "Jon to Zoe", "Hi there"],
      ]),
    );
    expect(frames.find(({ title }) => title === "welcome")).toMatchObject({
      givenName: "Zoe",
      ended: "by its newline",
    });
    expect(frames.some(({ fence }) => fence)).toBe(true);
    expect(files["index.html"]).toContain('"name":"word","value":"SAY"');
    expect(files["summary.md"]).toContain("Talk in lines");
    expect(files["junit.xml"]).toContain("Talk in lines");
  },
  TEST_MS_MAX,
);

// How long anything may take. What never comes is waited for so long, by some more than once.
test.concurrent.each([
  ["echoes", 15_000, "Win72 c1 receives nothing", 'Win72 received "SAY Jon Zoe Hi there" ('],
  ["sends astray", 6000, 'Win73 shows "Jon says: Hi there" (line 2 of 2)', 'Win73 showed nothing after "Eve is here"'],
  ["gossips", 15_000, "Win71 logs nothing", 'Win71 logged "and I heard it"'],
  ["leaves out echoes", 4000, "Win74 receives nothing", "Win74 not proved: a whisper of c1 to itself was to come back"],
  ["keeps quiet", 6000, 'Win73 shows "Jon says: Hi there" (line 2 of 2)', 'Win73 showed nothing after "Eve is here"'],
])(
  "a server that %s is found out",
  async (defect, timeoutMs, expected, seen) => {
    const { scenario } = await runLines(defect, timeoutMs);
    const broken = scenario.steps.find(({ verdict }) => verdict !== "pass");
    expect(broken).toMatchObject({ expected: expect.stringContaining(expected), seen: expect.stringContaining(seen) });
  },
  TEST_MS_MAX,
);
