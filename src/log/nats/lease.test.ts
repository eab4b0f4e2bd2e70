import { describe, expect, test } from "vitest";
import { Lease, Watch } from "./lease.ts";
import type { NodeState } from "./order.ts";

const NODE: NodeState = { name: "a server", leaseMs: 1000, number: 1, sequence: 1 };

describe("a lease", () => {
  test("lasts from when the last heartbeat was sent that came back, whenever it came back", () => {
    const lease = new Lease(1000, 0);
    lease.echoed(500);
    lease.echoed(300);
    expect([lease.isOver(1300), lease.isOver(1301)]).toEqual([false, true]);
    expect(lease.doubtMs(700)).toBe(200);
  });

  test("is not made longer by what is no heartbeat", () => {
    const lease = new Lease(1000, 0);
    lease.echoed(Number.NaN);
    expect(lease.isOver(900)).toBe(true);
  });
});

describe("the silence of the others", () => {
  test("ends in letting go after a lease and a heartbeat, once a whole heartbeat after the node has given up", () => {
    const watch = new Watch();
    const nodes = new Map([["a", NODE]]);
    // The node's last heartbeat was sent and heard at 0, and every look comes at the worst time: at once.
    watch.heard("a");
    const looks = Array.from({ length: 11 }, () => watch.look(nodes, 100));
    expect(looks.slice(0, 10).flat()).toEqual([]);
    expect(looks[10]).toEqual(["a"]);
    // The first of 11 looks comes right behind the heartbeat, so the last one comes 10 heartbeats later.
    expect(new Lease(1000, 0).isOver(9 * 100)).toBe(true);
  });

  test("is none while it is heard, and is forgotten where nothing could be heard", () => {
    const watch = new Watch();
    const nodes = new Map([["a", NODE]]);
    for (let looks = 0; looks < 100; looks += 1) {
      watch.heard("a");
      expect(watch.look(nodes, 100)).toEqual([]);
    }
    for (let looks = 0; looks < 10; looks += 1) watch.look(nodes, 100);
    watch.forget();
    expect(watch.look(nodes, 100)).toEqual([]);
  });

  test("of a node that was never heard counts from when it is known", () => {
    const watch = new Watch();
    const nodes = new Map([["a", NODE]]);
    const looks = Array.from({ length: 12 }, () => watch.look(nodes, 100).length);
    expect(looks.indexOf(1)).toBe(11);
  });

  test("is looked at once a heartbeat of whoever has the shortest", () => {
    const nodes = new Map([["a", NODE]]);
    expect(new Watch().paceMs(nodes, 60_000)).toBe(100);
    expect(new Watch().paceMs(nodes, 500)).toBe(50);
    expect(new Watch().paceMs(new Map(), 60_000)).toBe(500);
  });
});
