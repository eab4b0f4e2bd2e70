import { expect, test } from "vitest";
import { judge, whyTls } from "./tls-rule.ts";

const PINNED = { fingerprint: "A" };

test("TLS is spoken where it is asked for, and where the server is known to speak it unless a person says otherwise", () => {
  expect([whyTls("on", {}), whyTls("auto", {}), whyTls("off", {})]).toEqual(["asked", undefined, undefined]);
  expect([whyTls("on", PINNED), whyTls("auto", PINNED), whyTls("off", PINNED)]).toEqual(["known", "known", undefined]);
  expect(whyTls("auto", { hcp2: true })).toBe(undefined);
});

test.each([
  ["A", false, PINNED, false, "known"],
  ["A", false, PINNED, true, "known"],
  ["B", false, PINNED, false, "changed"],
  ["B", false, PINNED, true, "changed"],
  ["B", true, PINNED, true, "renewed"],
  ["B", false, {}, false, "first"],
  ["B", true, {}, true, "first"],
  ["B", false, {}, true, "nobody's"],
] as const)(
  "a certificate %s, vouched for: %s, to pin %j, an authority asked: %s, is %s",
  (fingerprint, isVouchedFor, pin, asks, what) => {
    expect(judge({ fingerprint, isVouchedFor }, pin, asks)).toBe(what);
  },
);
