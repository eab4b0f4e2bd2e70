import { expect, test } from "vitest";
import { TestClock } from "../../fixtures/test-clock.ts";
import { FLOOD_LEAVE_MS, FLOOD_LOOK_MS, FLOOD_TELL_MS } from "../limits.ts";
import { FloodControl, type PeerState } from "./flood-control.ts";

/** One sender behind flood control: a message in 100 ms after the first. */
class Gated {
  readonly clock = new TestClock();
  readonly ended: string[] = [];
  told = 0;
  held = 0;
  /** True: whenever it is read again, another message lies there. */
  floods = false;
  state: PeerState = "open";
  readonly sender = {
    address: { address: "127.0.0.1", port: 1 },
    connection: {
      hold: () => {
        this.held += 1;
        return () => {
          this.held -= 1;
          const waited = this.floods;
          if (waited) this.control.spent(this.sender);
          return waited;
        };
      },
    },
  };
  readonly control = new FloodControl<Gated["sender"]>(
    { burst: 1, ratePerS: 10 },
    this.clock,
    async () => () => this.state,
    {
      tell: () => {
        this.told += 1;
      },
      end: (_, { code }) => {
        this.ended.push(code);
      },
    },
  );
}

test("a sender is held until its next message is due", async () => {
  const gated = new Gated();
  gated.control.spent(gated.sender);
  expect(gated.held).toBe(1);
  await gated.clock.pass(99);
  expect(gated.held).toBe(1);
  await gated.clock.pass(1);
  expect(gated.held).toBe(0);
  expect(gated.control.counts).toEqual({ delayed: 0, waiting: 0, leftUnheard: 0 });
});

test("what waited is counted, and who still waits", async () => {
  const gated = new Gated();
  gated.floods = true;
  gated.control.spent(gated.sender);
  await gated.clock.pass(300);
  expect(gated.control.counts).toEqual({ delayed: 3, waiting: 1, leftUnheard: 0 });
  gated.floods = false;
  await gated.clock.pass(200);
  expect(gated.control.counts).toEqual({ delayed: 3, waiting: 0, leftUnheard: 0 });
});

test("who waits long is told so, now and then, and who waits a moment is not", async () => {
  const gated = new Gated();
  gated.control.spent(gated.sender);
  await gated.clock.pass(3 * FLOOD_TELL_MS);
  expect(gated.told).toBe(0);
  gated.floods = true;
  gated.control.spent(gated.sender);
  await gated.clock.pass(FLOOD_TELL_MS + FLOOD_LOOK_MS);
  expect(gated.told).toBe(1);
  await gated.clock.pass(FLOOD_TELL_MS);
  expect(gated.told).toBe(2);
});

test("a flooder that closed is heard for a while, then ended", async () => {
  const gated = new Gated();
  gated.floods = true;
  gated.control.spent(gated.sender);
  await gated.clock.pass(1000);
  gated.state = "ended";
  await gated.clock.pass(FLOOD_LEAVE_MS - FLOOD_LOOK_MS);
  expect(gated.ended).toEqual([]);
  await gated.clock.pass(3 * FLOOD_LOOK_MS);
  expect(gated.ended).toEqual(["peer-ended"]);
  expect(gated.control.counts).toMatchObject({ waiting: 0, leftUnheard: 1 });
});

test("a flooder that the kernel does not know any more is ended, but not for one look that missed it", async () => {
  const gated = new Gated();
  gated.floods = true;
  gated.control.spent(gated.sender);
  await gated.clock.pass(FLOOD_LOOK_MS);
  gated.state = "gone";
  await gated.clock.pass(FLOOD_LOOK_MS);
  gated.state = "open";
  await gated.clock.pass(FLOOD_LOOK_MS);
  expect(gated.ended).toEqual([]);
  gated.state = "gone";
  await gated.clock.pass(3 * FLOOD_LOOK_MS);
  expect(gated.ended).toEqual(["peer-reset"]);
});

test("a sender that is forgotten is not read again", async () => {
  const gated = new Gated();
  gated.floods = true;
  gated.control.spent(gated.sender);
  gated.control.forget(gated.sender);
  await gated.clock.pass(1000);
  expect(gated.held).toBe(1);
  expect(gated.control.counts.delayed).toBe(0);
});
