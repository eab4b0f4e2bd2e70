import { expect, test } from "vitest";
import type { Connection } from "../../transport/connection.ts";
import { REQUESTS_UNDER_WAY_MAX, UnderWay } from "./under-way.ts";

/** A peer, and how often it is held at the moment. */
function newPeer(session: string) {
  const peer = {
    session,
    holds: 0,
    connection: {
      hold: () => {
        peer.holds += 1;
        return () => {
          peer.holds -= 1;
          return false;
        };
      },
    } as unknown as Connection,
  };
  return peer;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("a peer is not read while its join is under way, and then until its news are told", async () => {
  const underWay = new UnderWay();
  const [jon, zoe] = [newPeer("a.1"), newPeer("a.2")];
  underWay.asked(jon, { session: "a.1", kind: "join" });
  underWay.asked(zoe, { session: "a.2", kind: "say" });
  expect([jon.holds, zoe.holds]).toEqual([1, 0]);
  underWay.came({ session: "b.1", kind: "join" });
  underWay.came({ session: "a.1", kind: "join" });
  expect(jon.holds).toBe(1);
  await turn();
  expect(jon.holds).toBe(0);
});

test("a peer is not read while it has too much under way, and goes on when all of it has come back", async () => {
  const underWay = new UnderWay();
  const jon = newPeer("a.1");
  const say = { session: "a.1", kind: "say" };
  for (let count = 1; count < REQUESTS_UNDER_WAY_MAX; count += 1) underWay.asked(jon, say);
  expect(jon.holds).toBe(0);
  underWay.asked(jon, say);
  expect(jon.holds).toBe(1);
  for (let count = 1; count < REQUESTS_UNDER_WAY_MAX; count += 1) underWay.came(say);
  await turn();
  expect(jon.holds).toBe(1);
  underWay.came(say);
  await turn();
  expect(jon.holds).toBe(0);
});
