import { expect, test } from "vitest";
import { passesUnawares, tellKnown, webAddress } from "./known.ts";

const KNOWN = { by: "server 1.0", why: "it merges", link: null };

test("a failure that is known is told with whose it is, and its link where there is one", () => {
  expect(tellKnown(KNOWN)).toBe("server 1.0: it merges");
  expect(tellKnown({ ...KNOWN, link: "https://example.org/7" })).toBe("server 1.0: it merges (https://example.org/7)");
});

test.each([
  ["https://example.org/a b", "https://example.org/a%20b"],
  ["http://example.org", "http://example.org/"],
  ["javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["issues/7", null],
  [null, null],
])("%j leads to %j", (link, address) => {
  expect(webAddress(link)).toBe(address);
});

test("only a pass is one that nobody expected", () => {
  const verdicts = ["pass", "known-failure", "fail"] as const;
  expect(verdicts.map((verdict) => passesUnawares({ verdict, known: KNOWN }))).toEqual([true, false, false]);
  expect(passesUnawares({ verdict: "pass", known: null })).toBe(false);
});
