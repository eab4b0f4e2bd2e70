import { expect, test } from "vitest";
import type { CaseVerdict } from "../replay/outcome.ts";
import { type Cause, groupByCause, isCompared, tellCause } from "./cause.ts";

const ACK: Cause = { kind: "broken-rule", host: "Win72", says: "list first", clause: "7.1", mend: "", details: [] };
const END: Cause = { kind: "ended", host: "Win71", says: "it ended", clause: null, mend: "", details: [] };

test("cases are grouped by cause, wherever and whenever it was, that of most cases first", () => {
  const later: Cause = { ...ACK, host: "Win73", details: ["to Win73"] };
  const groups = groupByCause([failed(END), failed(ACK), failed(later), failed(null)]);
  expect(groups.map(({ cause, cases }) => [cause.says, cases.length])).toEqual([
    ["list first", 2],
    ["it ended", 1],
  ]);
});

test("what is known to fail is in no group", () => {
  expect(groupByCause([failed(ACK, "known-failure")])).toEqual([]);
});

test("a cause names its clause where it has one, and texts are compared only where the words are the cause", () => {
  expect([tellCause(ACK), tellCause(END)]).toEqual(["list first (PROTOCOL.md 7.1)", "it ended"]);
  expect([null, END, { ...ACK, kind: "other-words" } as const].map(isCompared)).toEqual([true, false, true]);
});

function failed(cause: Cause | null, verdict: CaseVerdict = "fail") {
  return { cause, verdict };
}
