import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Widget } from "../scenario/scenario.ts";
import {
  findNearest,
  matchDraft,
  matchLogged,
  matchNever,
  matchNothing,
  matchShown,
  matchUsers,
  matchWindow,
} from "./match.ts";
import { compilePattern, type Pattern } from "./text.ts";
import type { SeenWidget } from "./window-view.ts";

const patterns = (...texts: readonly string[]): readonly Pattern[] => texts.map(compilePattern);

describe("what a window shows", () => {
  test("holds when it is every expected line and no other", () => {
    expect(matchShown(patterns("a", "b"), ["a", "b"])).toEqual({ kind: "holds", seen: 'showed "a", "b"' });
  });

  test("is pending while lines are missing at its end", () => {
    expect(matchShown(patterns("a", "b"), ["a"])).toEqual({
      kind: "pending",
      expected: 'shows "b" (line 2 of 2)',
      seen: 'showed nothing after "a"',
    });
    expect(matchShown(patterns("a"), [])).toMatchObject({ kind: "pending", seen: "showed nothing" });
  });

  test.each([
    ["before", ["x", "a", "b"], 'shows "a" (line 1 of 2)', 'showed "x"'],
    ["between", ["a", "x"], 'shows "b" (line 2 of 2)', 'showed "x"'],
    ["after", ["a", "b", "x", "y"], 'shows nothing after "b"', 'showed "x", "y"'],
  ])("fails for good when another line stands %s them", (_where, lines, expected, seen) => {
    expect(matchShown(patterns("a", "b"), lines)).toEqual({
      kind: "fails",
      expected,
      seen,
      stray: lines.find((line) => line === "x"),
    });
  });

  test("gives two texts to compare only where they are of one kind", () => {
    const [expected, seen] = ["Jon whispers to you: Hi", "Jon says: Hi"];
    expect(matchShown(patterns(expected), [seen])).toMatchObject({ texts: { expected, seen } });
    expect(matchShown(patterns("Your username is accepted"), ["Jon"])).not.toHaveProperty("texts");
  });

  test("never holds again once it has failed, whatever is shown", () => {
    const line = fc.constantFrom("a", "b", "x");
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.array(line), (expected, shown, more) => {
        const first = matchShown(patterns(...expected), shown);
        const then = matchShown(patterns(...expected), [...shown, ...more]);
        expect(first.kind !== "fails" || then.kind === "fails").toBe(true);
        expect(first.kind === "holds").toBe(expected.join() === shown.join() && expected.length === shown.length);
      }),
    );
  });
});

describe("what a server logs", () => {
  test("holds when all of it was found", () => {
    expect(matchLogged(patterns("a…", "b"), ["a 1", "b"], [])).toEqual({ kind: "holds", seen: 'logged "a 1", "b"' });
  });

  test("is pending while one is missing, and tells of the line that is most like it", () => {
    const expected = patterns("Receiver name is Jon", "Forwarding message type 5 to All");
    const rest = ["Forwarding message type 5 to Jon", "something else"];
    expect(matchLogged(expected, ["Receiver name is Jon"], rest)).toEqual({
      kind: "pending",
      expected: 'logs "Forwarding message type 5 to All" (line 2 of 2)',
      seen: 'did not; the nearest line is "Forwarding message type 5 to Jon"',
      missing: "Forwarding message type 5 to All",
      texts: { expected: "Forwarding message type 5 to All", seen: "Forwarding message type 5 to Jon" },
    });
  });

  test("does not take another of the expected lines for one in other words", () => {
    const expected = patterns("Sending packet type 2 to A", "Sending packet type 4 to all receivers");
    const match = matchLogged(expected, [], ["Sending packet type 4 to all receivers"]);
    expect(match).toMatchObject({ missing: "Sending packet type 2 to A" });
    expect(match).not.toHaveProperty("texts");
  });

  test("tells what there was when nothing is like it, or nothing was there", () => {
    expect(matchLogged(patterns("abcdef"), [], ["xyz"])).toMatchObject({ seen: 'logged only "xyz"' });
    expect(matchLogged(patterns("a"), [], [])).toMatchObject({ seen: "logged nothing" });
    expect(matchLogged(patterns("a", "b"), ["a"], [])).toMatchObject({ seen: 'logged nothing after "a"' });
  });
});

test("very long lines are told by their beginning, and as few of them as fit", () => {
  const { seen } = matchNothing("shows", ["x".repeat(60_000), "y".repeat(60_000)]);
  expect(seen).toMatch(/^showed "x+… \(56000 more characters\)" and 1 more$/);
});

test("nothing holds on no line, and fails with what there was", () => {
  expect(matchNothing("shows", [])).toEqual({ kind: "holds", seen: "showed nothing" });
  expect(matchNothing("logs", ["a", "b"])).toEqual({
    kind: "fails",
    expected: "logs nothing",
    seen: 'logged "a", "b"',
    stray: "a",
  });
});

test("a line that must never be logged fails with the line that was", () => {
  expect(matchNever(patterns("a…"), undefined)).toEqual({ kind: "holds", seen: "logged none of it" });
  expect(matchNever(patterns("x", "a…"), "abc")).toEqual({
    kind: "fails",
    expected: 'never logs "a…"',
    seen: 'logged "abc"',
  });
});
test("a list holds when it has the expected names in their order", () => {
  expect(matchUsers(["Server", "All"], ["Server", "All"]).kind).toBe("holds");
  expect(matchUsers(["Server", "All"], ["All", "Server"])).toEqual({
    kind: "pending",
    expected: "lists Server, All",
    seen: "lists All, Server",
    texts: { expected: "Server\nAll", seen: "All\nServer" },
  });
  expect(matchUsers(["Server"], [])).toMatchObject({ seen: "lists nobody" });
});

test("a draft holds when the entry has that text", () => {
  expect(matchDraft("half a", "half a").kind).toBe("holds");
  expect(matchDraft("half a", "")).toEqual({
    kind: "fails",
    expected: 'has "half a" in its entry',
    seen: 'has "" in its entry',
    texts: { expected: "half a", seen: "" },
  });
});

describe("a window", () => {
  const connect: Widget = { role: "button", name: "Connect", options: undefined };
  const list: Widget = { role: "listbox", name: "Send To", options: ["Server", "All"] };
  const seen = (role: string, name: string, ...options: string[]): SeenWidget => ({ role, name, options });

  test("holds when it has every widget that is expected, whatever stands between them", () => {
    const widgets = [seen("img", "Howdy"), seen("listbox", "Send To", "Server", "All"), seen("button", "Connect")];
    expect(matchWindow([connect, list], widgets)).toEqual({
      kind: "holds",
      seen: 'has the button "Connect", the listbox "Send To" with Server, All',
    });
  });

  test.each([
    [connect, [], "has no button"],
    [connect, [seen("button", "Conect")], 'has only the button "Conect"'],
    [connect, [seen("button", "Go"), seen("button", "Stop")], 'has a button "Go", "Stop"'],
    [connect, [seen("link", "Connect")], 'has "Connect" as a link'],
    [list, [seen("listbox", "Send To", "All")], 'has the listbox "Send To" with All'],
    [list, [seen("listbox", "Send To")], 'has the listbox "Send To" with no option'],
  ])("without %j fails, and tells what is there in its place", (widget, widgets, told) => {
    expect(matchWindow([widget], widgets)).toMatchObject({ kind: "fails", seen: told });
  });

  test("may have any options in a list of which none are expected", () => {
    const any: Widget = { ...list, options: undefined };
    expect(matchWindow([any], [seen("listbox", "Send To", "Server")]).kind).toBe("holds");
  });
});

test("a text that is seen is told on one line, whatever it holds", () => {
  expect(matchNothing("shows", ["a\n\u001b[2J"])).toMatchObject({ seen: 'showed "a\\n\\u001b[2J"' });
});

test("the nearest line shares the most pairs of letters, and none is near when they share few", () => {
  expect(
    findNearest("A username is accepted: Jon", ["A username is received: Jon", "A username is accepted: Jo"]),
  ).toBe("A username is accepted: Jo");
  expect(findNearest("abc", ["xyz"])).toBeUndefined();
});
