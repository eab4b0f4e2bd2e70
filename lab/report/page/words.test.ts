import { describe, expect, it } from "vitest";
import type { CaseVerdict } from "../../result/case-verdict.ts";
import { sampleFrame, sampleScenario } from "../fixtures/sample-run.ts";
import { headline, tellClock, tellCommand, tellDuration, tellEvent, tellMarks, tellPeer, tellUsers } from "./words.ts";

it.each<[readonly CaseVerdict[], string]>([
  [[], "No case was run"],
  [["pass"], "The case passes"],
  [["pass", "pass"], "All 2 cases pass"],
  [["pass", "fail", "fail", "unsupported"], "1 of 4 cases pass; 2 fail, 1 is unsupported here"],
  [["pass", "known-failure"], "1 of 2 cases pass; 1 is a known failure"],
  [["error", "unsupported", "unsupported"], "0 of 3 cases pass; 1 could not be judged, 2 are unsupported here"],
])("the run in one sentence: %j is %j", (verdicts, sentence) => {
  expect(headline(verdicts.map((verdict) => sampleScenario({ verdict })))).toBe(sentence);
});

it("times are told as short as they can be", () => {
  expect([512, 12_345, 125_400].map(tellDuration)).toEqual(["512 ms", "12.3 s", "2 min 5 s"]);
  expect([0.04, 1.26, 110.25, -3].map(tellClock)).toEqual(["0", "1.2", "110", "-3"]);
});

describe("a frame", () => {
  it("has a mark in words for everything out of the ordinary", () => {
    expect(tellMarks(sampleFrame({ bytes: "0541", wireBytes: 2 }))).toEqual([]);
    const odd = { bytes: "0541", wireBytes: 1, segments: 3, merged: true, fault: "unknown-type", fence: true };
    expect(tellMarks(sampleFrame(odd))).toEqual([
      "malformed: unknown-type",
      "split in 3",
      "merged",
      "short of padding",
      "the lab’s own",
    ]);
  });
});

it.each([
  [
    { link: "c1", kind: "sends", times: 2, pieces: 1, words: 'proposal "Zoe"', hex: "01" },
    { saying: "sends", text: 'c1: 2 × proposal "Zoe" (01)', isDeed: true },
  ],
  [
    { link: "c1", kind: "receives", words: 'ack "Zoe"', hex: "02" },
    { saying: "receives", text: 'c1: ack "Zoe" (02)', isDeed: false },
  ],
  [
    { link: "c1", kind: "does", deed: "resets the connection" },
    { saying: "other", text: "c1 resets the connection", isDeed: true },
  ],
  [
    { link: "c1", kind: "turns", into: "reset by the other side" },
    { saying: "other", text: "c1 reset by the other side", isDeed: false },
  ],
] as const)("of a peer %j is a deed, or what came to it", (note, told) => {
  expect(tellPeer(note)).toEqual(told);
});

it("of a host's names the first are told, and how many more there are", () => {
  expect(tellUsers(["a", "b", "c"])).toBe("a, b, c");
  expect(tellUsers(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
});

it.each([
  ['{"connect":{"address":"10.6.1.116","port":20002}}', "connects to 10.6.1.116:20002"],
  ['{"connect":{}}', "connects with empty entries"],
  ['{"select":"All"}', "selects All"],
  ['{"type":{"text":"Hi"}}', "types “Hi”"],
  ['{"send":true}', "sends"],
  ['{"dance":{}}', '{"dance":{}}'],
  ["not JSON", "not JSON"],
])("the command %s is what a user does", (json, words) => {
  expect(tellCommand(json)).toBe(words);
});

it("an event that nobody knows stands as it came", () => {
  expect(tellEvent('{"disconnected":{"reason":"peer-ended"}}')).toBe("is disconnected: peer-ended");
  for (const json of ['{"ignored":{"a":1}}', "[]", "null", '{"state":1,"connected":2}'])
    expect(tellEvent(json)).toBe(json);
});
