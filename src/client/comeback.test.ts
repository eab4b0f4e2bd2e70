import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Comeback, NAME_TRIES_MAX } from "./comeback.ts";
import type { ServerAddress, Servers } from "./server-address.ts";

const at = (port: number): ServerAddress => ({ address: "10.6.1.116", port });
const THREE: Servers = [at(1), at(2), at(3)];

function comeback(servers: Servers = THREE, toOne = false): Comeback {
  return new Comeback(servers, { toOne, chance: () => 0 });
}

describe("a client that lost its server", () => {
  test("goes to each of the others at once, and pauses longer after each round", () => {
    const one = comeback();
    const steps = Array.from({ length: 9 }, () => [one.lost("Jon", false), one.server.port]);
    expect(steps).toEqual([
      [0, 2],
      [0, 3],
      [1000, 1],
      [0, 2],
      [0, 3],
      [2000, 1],
      [0, 2],
      [0, 3],
      [4000, 1],
    ]);
  });

  test("begins a new round where it had a name", () => {
    const one = comeback();
    one.lost(undefined, false);
    one.lost(undefined, false);
    expect(one.named()).toBe(false);
    expect([one.lost("Jon", false), one.server.port, one.name]).toEqual([0, 1, "Jon"]);
    expect(one.named()).toBe(true);
    expect(one.name).toBeUndefined();
  });

  test("that sent it away is not back at once", () => {
    const one = comeback();
    expect(one.lost("Jon", true)).toBe(1000);
    expect(one.lost("Jon", true)).toBe(2000);
    expect(one.lost(undefined, false)).toBe(0);
  });

  test("comes back to the only one where that is wanted, after a pause", () => {
    expect(comeback([at(1)]).lost("Jon", false)).toBeUndefined();
    const one = comeback([at(1)], true);
    expect([one.lost("Jon", false), one.lost(undefined, false), one.name]).toEqual([1000, 2000, "Jon"]);
  });

  test("however it goes, every server has its turn before one has a second, and a pause lies between two rounds", () => {
    const servers = fc.integer({ min: 1, max: 16 });
    const losses = fc.array(fc.boolean(), { maxLength: 100 });
    fc.assert(
      fc.property(servers, losses, (count, sentAway) => {
        const [first = at(1), ...others] = Array.from({ length: count }, (_, index) => at(index + 1));
        const one = comeback([first, ...others], true);
        let since: number[] = [1];
        for (const wasSentAway of sentAway) {
          const { port } = one.server;
          const pauseMs = one.lost("Jon", wasSentAway);
          expect(one.server.port).toBe((port % count) + 1);
          if (pauseMs === 0) expect(since).not.toContain(one.server.port);
          since = pauseMs === 0 ? [...since, one.server.port] : [one.server.port];
        }
      }),
    );
  });
});

describe("a name that is refused", () => {
  test("because it is taken is asked for again, and given up after a while", () => {
    const one = comeback();
    one.lost("Jon", false);
    const tries = Array.from({ length: NAME_TRIES_MAX + 1 }, () => one.refused(true));
    expect(tries).toEqual([...Array.from({ length: NAME_TRIES_MAX }, () => true), false]);
    expect([one.name, one.refusals]).toEqual([undefined, 0]);
    expect(one.refused(true)).toBe(false);
  });

  test("is asked for no longer where the connection goes meanwhile", () => {
    const one = comeback();
    one.lost("Jon", false);
    for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
      expect(one.refused(true)).toBe(true);
      one.lost("Jon", false);
    }
    expect(one.refused(true)).toBe(false);
  });

  test("for another reason, or by the only server, or that was not had before, is refused", () => {
    const [one, only, fresh] = [comeback(), comeback([at(1)], true), comeback()];
    for (const each of [one, only]) each.lost("Jon", false);
    expect([one.refused(false), only.refused(true), fresh.refused(true)]).toEqual([false, false, false]);
    expect([one.name, only.name]).toEqual([undefined, undefined]);
  });
});

test("the same servers are the same whichever comes first", () => {
  const one = comeback();
  expect([one.isOf([at(2), at(3), at(1)]), one.isOf([at(1), at(2)]), one.isOf([at(1), at(2), at(4)])]).toEqual([
    true,
    false,
    false,
  ]);
});
