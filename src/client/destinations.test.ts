import fc from "fast-check";
import { expect, test } from "vitest";
import { compareLists, destinations, findDestination } from "./destinations.ts";

test.each([
  { users: [], names: ["Jon"], left: [], joined: ["Jon"], changed: true },
  { users: ["Jon"], names: ["Jon"], left: [], joined: [], changed: false },
  { users: ["Jon"], names: [], left: ["Jon"], joined: [], changed: true },
  { users: ["A", "B", "C"], names: ["D", "C", "E"], left: ["A", "B"], joined: ["D", "E"], changed: true },
  { users: ["A", "B"], names: ["B", "A"], left: [], joined: [], changed: true },
])("from $users to $names, $left left and $joined joined", ({ users, names, left, joined, changed }) => {
  expect(compareLists(users, names)).toEqual({ users: names, left, joined, changed });
});

test("doubled, empty and reserved names of a hostile list count for nothing", () => {
  const change = compareLists([], ["Jon", "Server", "Jon", "", "All", "Zoë"]);
  expect(change.users).toEqual(["Jon", "Zoë"]);
  expect(destinations(change.users)).toEqual(["Server", "All", "Jon", "Zoë"]);
});

test("a destination is found in any spelling that composes to it", () => {
  expect(findDestination(["Zoë"], "Zoe\u0308")).toBe("Zoë");
  expect(findDestination(["Zoe\u0308"], "Zoe\u0308")).toBe("Zoe\u0308");
  expect(findDestination([], "All")).toBe("All");
  expect(findDestination(["Jon"], "jon")).toBeUndefined();
});

test("leavers and joiners turn the old list into the new one", () => {
  const names = fc.array(fc.constantFrom("A", "B", "C", "D", "All", "Server", ""));
  fc.assert(
    fc.property(names, names, (first, second) => {
      const { users } = compareLists([], first);
      const change = compareLists(users, second);
      const stayed = users.filter((name) => !change.left.includes(name));
      expect(new Set([...stayed, ...change.joined])).toEqual(new Set(change.users));
      expect(new Set(change.users).size).toBe(change.users.length);
    }),
  );
});
