import { expect, test } from "vitest";
import { type CaseOutcome, outcomeUnsupported } from "../replay/outcome.ts";
import type { Cause } from "../result/cause.ts";
import { oneStep } from "./fixtures/one-step.ts";
import { SPEECHLESS_CASES_MAX, Speechlessness } from "./speechlessness.ts";

const BOTH = oneStep("{ Win71: { server: {} }, Win72: { client: {} } }");
const CLIENT_ALONE = oneStep("{ Win71: { peer: { listen: 20002 } }, Win72: { client: {} } }");
const CAUSE: Cause = { kind: "silent", host: "Win71", says: "nothing", clause: null, mend: "flush", details: [] };
const SPOKEN = outcomeUnsupported(BOTH, "", 0);
const SILENT: CaseOutcome = {
  ...SPOKEN,
  speechless: {
    host: "Win71",
    role: "server",
    isHeldBack: false,
    linesBefore: 0,
    hasComplained: false,
    unendedBytes: 0,
  },
};

test("a server that said nothing in so many cases is not waited for again, where it takes part", () => {
  const known = new Speechlessness();
  for (let count = 0; count < SPEECHLESS_CASES_MAX; count += 1) {
    expect(known.of(BOTH)).toBeUndefined();
    known.note(BOTH, SILENT, CAUSE);
  }
  expect(known.of(BOTH)).toMatchObject({
    host: "Win71",
    cause: CAUSE,
    seen: expect.stringContaining("2 cases before"),
  });
  expect(known.of(CLIENT_ALONE)).toBeUndefined();
});

test("a server that was seen to hold its output back is not waited for a second time", () => {
  const known = new Speechlessness();
  const speechless = {
    host: "Win71",
    role: "server",
    isHeldBack: true,
    linesBefore: 0,
    hasComplained: false,
    unendedBytes: 0,
  } as const;
  known.note(BOTH, { ...SPOKEN, speechless }, CAUSE);
  expect(known.of(BOTH)).toMatchObject({ seen: expect.stringContaining("came in a case before"), cause: CAUSE });
  expect(known.of(CLIENT_ALONE)).toBeUndefined();
});

test("one that said something in between is", () => {
  const known = new Speechlessness();
  known.note(BOTH, SILENT, CAUSE);
  known.note(BOTH, SPOKEN, null);
  known.note(BOTH, SILENT, CAUSE);
  expect(known.of(BOTH)).toBeUndefined();
});

test("a case in which it takes no part says nothing of it", () => {
  const known = new Speechlessness();
  known.note(BOTH, SILENT, CAUSE);
  known.note(CLIENT_ALONE, SPOKEN, null);
  known.note(BOTH, SILENT, CAUSE);
  expect(known.of(BOTH)).toBeDefined();
});
