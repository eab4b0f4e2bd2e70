import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeHcp2, Hcp2Reader } from "../../../protocol/hcp2/index.ts";
import type { User } from "../../../room/entry.ts";
import { Roster } from "./roster.ts";

/** What somebody reads of frames: the names, and of each frame whether there are more. */
function read(frames: readonly Uint8Array[]) {
  const reader = new Hcp2Reader();
  const names: string[] = [];
  const more: boolean[] = [];
  for (const bytes of frames) {
    reader.receive(bytes);
    const frame = reader.next();
    const message = frame !== undefined && "body" in frame ? decodeHcp2(frame) : undefined;
    if (message?.kind !== "roster") throw new Error(`no roster came but ${message?.kind}`);
    names.push(...message.names);
    more.push(message.more === true);
  }
  return { names, more };
}

const userNamed = (name: string, index: number): User => ({ session: `a.${index}`, name });

test("whoever comes and goes, the list is of those who are there", () => {
  const step = fc.record({ comes: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), goes: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const roster = new Roster();
      let users: readonly User[] = [];
      for (const [index, { comes, goes }] of steps.entries()) {
        users = [...users.filter((_, at) => goes > 0 || at !== index % 3), userNamed(comes, index)];
        const { names, more } = read(roster.frames(users, () => []));
        expect(names).toEqual(users.map(({ name }) => name));
        expect(more).toEqual([false]);
      }
    }),
  );
});

test("nobody is one frame without names; many are several, all of which fit, and say that more come", () => {
  expect(read(new Roster().frames([], () => []))).toEqual({ names: [], more: [false] });
  const users = Array.from({ length: 1000 }, (_, index) => userNamed(`${"n".repeat(50)} ${index}`, index));
  const frames = new Roster().frames(users, () => [{ tag: 33, value: Uint8Array.of(1) }]);
  const { names, more } = read(frames);
  expect(names).toEqual(users.map(({ name }) => name));
  expect(more).toEqual([true, true, true, false]);
});
