import { expect, test } from "vitest";
import { tellDifference } from "./text-diff.ts";

test.each([
  ["Jon whispers to you: Hi", "Jon says: Hi", "Jon [-whispers to you-]{+says+}: Hi"],
  ["same", "same", "same"],
  ["", "anything", "{+anything+}"],
  ["one two", "one", "one[-·two-]"],
  ["a b", "a  b", "a[-·-]{+··+}b"],
  ["a b", "a\u00a0b", "a[-·-]{+<U+00A0>+}b"],
  ["a b", "a\tb", "a[-·-]{+⇥+}b"],
  ["a\tb c", "a\tb d", "a⇥b [-c-]{+d+}"],
  ["Jon", "Jon\nServer", "Jon{+↵Server+}"],
  ["Server\nAll\nJon", "Server\nJon", "Server↵[-All↵-]Jon"],
])("%j expected and %j seen reads %j", (expected, seen, told) => {
  expect(tellDifference({ expected, seen }, false)).toBe(told);
});

test("what stands for any text or for a port is no difference", () => {
  const told = tellDifference({ expected: "packet 2 to …", seen: "packet 3 to ('127.6.1.116', 4711)" }, false);
  expect(told).toBe("packet [-2-]{+3+} to ('127.6.1.116', 4711)");
  expect(tellDifference({ expected: "from ('a', PORT)", seen: "from ('b', 4711)" }, false)).toBe(
    "from ('[-a-]{+b+}', 4711)",
  );
  expect(tellDifference({ expected: "at PORT", seen: "at home" }, false)).toBe("at [-PORT-]{+home+}");
});

test("with colours the expected text is red and struck out, and the seen one green", () => {
  expect(tellDifference({ expected: "a b", seen: "a c" }, true)).toBe(
    "a \u001b[31m\u001b[9mb\u001b[29m\u001b[39m\u001b[32mc\u001b[39m",
  );
});

test("no control character comes through, and one that makes the difference is named", () => {
  const told = tellDifference(
    { expected: "Hi \u001b]0;x\u0007 you", seen: "Hi \u001b]0;x\u0007 \u202eyou\u200b" },
    false,
  );
  expect(told).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(told).toContain("<U+202E>");
  expect(told).toContain("<U+200B>");
  expect(tellDifference({ expected: "a", seen: "\u001b[2J" }, true)).not.toContain("\u001b[2J");
});

test("texts without end are compared in bounded time, and told in bounded length", () => {
  const [expected, seen] = ["ab".repeat(500_000), Array.from({ length: 200_000 }, (_, index) => index).join(" ")];
  expect(tellDifference({ expected, seen }, false).length).toBeLessThan(10_000);
});
