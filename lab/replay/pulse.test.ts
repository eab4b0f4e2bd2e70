import { expect, test } from "vitest";
import { type Clock, InterruptedError, Pulse } from "./pulse.ts";

/** A clock that stands still until it is moved. */
class StillClock implements Clock {
  readonly #timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  move(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of this.#timers) if (timer.atMs <= this.#nowMs) timer.call();
  }
}

test("a wait ends at once when it is true already", async () => {
  expect(await new Pulse(new StillClock()).until(() => "yes", 1000)).toBe("yes");
});

test("a wait looks again when something happens, once for all that happens in one go", async () => {
  const pulse = new Pulse(new StillClock());
  let looks = 0;
  let isTrue = false;
  const waited = pulse.until(() => {
    looks += 1;
    return isTrue || undefined;
  }, 1000);
  isTrue = true;
  for (let n = 0; n < 1000; n += 1) pulse.ring();
  expect(await waited).toBe(true);
  expect(looks).toBe(2);
});

test("a wait ends without a value when its time is over, and not before", async () => {
  const clock = new StillClock();
  const waited = new Pulse(clock).until(() => undefined, 1000);
  clock.move(999);
  expect(await Promise.race([waited, Promise.resolve("still waiting")])).toBe("still waiting");
  clock.move(1);
  expect(await waited).toBeUndefined();
});

test("a wait that has ended leaves no timer behind", async () => {
  const clock = new StillClock();
  await new Pulse(clock).until(() => 1, 1000);
  expect(clock.timers).toBe(0);
});

test("a run that is called off ends every wait, also those that begin later", async () => {
  const controller = new AbortController();
  const pulse = new Pulse(new StillClock(), controller.signal);
  const waited = pulse.until(() => undefined, 1000);
  controller.abort();
  await expect(waited).rejects.toThrow(InterruptedError);
  await expect(pulse.until(() => 1, 1000)).rejects.toThrow(InterruptedError);
});
