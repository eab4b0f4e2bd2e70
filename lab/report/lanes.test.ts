import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import type { Activity } from "../replay/driver.ts";
import { columnsOf } from "./columns.ts";
import { Lanes } from "./lanes.ts";
import { painter } from "./paint.ts";

const PLAIN = painter(false);

function sampleLanes(...activities: readonly Activity[]): Lanes {
  const lanes = new Lanes({
    given: [
      { kind: "server", host: "Win71", settings: {} },
      { kind: "client", host: "Win72", connected: true, name: "Jon Stewart" },
      { kind: "client", host: "Win73", connected: false, name: null },
    ],
    steps: [
      {
        title: "",
        faults: [],
        withinMs: new Map(),
        work: [
          { host: "Win72", actions: [] },
          { host: "Win74", actions: [] },
        ],
        expectations: [],
      },
    ],
  });
  for (const activity of activities) lanes.take(activity);
  return lanes;
}

describe("the lanes", () => {
  test("tell of each host who is there and the last thing that it did", () => {
    const lanes = sampleLanes(
      { host: "Win71", kind: "log", text: "an older line" },
      { host: "Win71", kind: "log", text: "Receiver name is All" },
      { host: "Win72", kind: "command", text: '{"type":"Hi all"}' },
      { host: "Win73", kind: "shown", text: "Welcome" },
      { host: "Win74", kind: "command", text: '{"connect":{"address":"127.6.1.116","port":20002}}' },
    );
    expect(lanes.lines(80, 10, PLAIN)).toEqual([
      "  Win71  server       Receiver name is All",
      "  Win72  Jon Stewart  > type Hi all",
      "  Win73  client       < Welcome",
      "  Win74  client       > connect 127.6.1.116 20002",
    ]);
  });

  test("call a raw peer one, and one that clients connect to a peer as server", () => {
    const lanes = new Lanes({
      given: [
        { kind: "peer", host: "Win71", listen: 20002, protocol: HCP },
        { kind: "peer", host: "Win72", listen: null, protocol: HCP },
      ],
      steps: [],
    });
    lanes.take({ host: "Win72", kind: "command", text: "c1 sends 65 bytes" });
    lanes.take({ host: "Win71", kind: "shown", text: 's1 received proposal "Jon"' });
    expect(lanes.lines(80, 10, PLAIN)).toEqual([
      '  Win71  peer, as server  < s1 received proposal "Jon"',
      "  Win72  peer             > c1 sends 65 bytes",
    ]);
  });

  test("include a host that the scenario does not name once it does something", () => {
    const started = { host: "Win99", kind: "started", text: "server started" } as const;
    const lines = sampleLanes(started).lines(80, 10, PLAIN);
    expect(lines.map((line) => line.trim().split(" ")[0])).toEqual(["Win71", "Win72", "Win73", "Win74", "Win99"]);
    expect(lines.at(-1)).toMatch(/^ {2}Win99 +server started$/);
    const logged = sampleLanes(started, { host: "Win99", kind: "log", text: "listening" });
    expect(logged.lines(80, 10, PLAIN).at(-1)).toBe("  Win99  server       listening");
  });

  test("are fewer where there is less room, and leave out who is there on a narrow terminal", () => {
    const lanes = sampleLanes({ host: "Win72", kind: "shown", text: "Welcome to the room" });
    expect(lanes.lines(19, 2, PLAIN)).toEqual(["  Win71", "  Win72  < Welcome…"]);
    expect(lanes.lines(80, 0, PLAIN)).toEqual([]);
    expect(lanes.lines(80, -3, PLAIN)).toEqual([]);
  });

  test.each([
    ["a wide text", "你好".repeat(300)],
    ["marks of no width", `e${"\u0301\u0302".repeat(100_000)}`],
    ["commands to the terminal", "\u001b[2J\u001b]0;x\u0007\u009b3J\u202e".repeat(9)],
    ["a text of many lines", "a\r\nb\n".repeat(99)],
    ["a broken command", '{"type":{"text":'],
    ["no object", "5"],
  ])("take %s without losing the line", (_what, text) => {
    const kinds = ["log", "shown", "command", "started", "ended"] as const;
    for (const kind of kinds) {
      for (const columns of [19, 60]) {
        const line = sampleLanes({ host: "Win72", kind, text }).lines(columns, 9, painter(true))[1] ?? "";
        const plain = stripVTControlCharacters(line);
        expect(plain).not.toMatch(/\p{Cc}|\p{Cf}/u);
        expect(columnsOf(plain)).toBeLessThanOrEqual(columns);
        expect(plain.length).toBeLessThan(1000);
      }
    }
  });
});
