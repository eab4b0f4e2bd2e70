import { expect, test } from "vitest";
import { TestClock } from "../fixtures/test-clock.ts";
import { ANSWER_MS, ASK_AFTER_MS, PROMPT_ANSWER_MS, WayWatch } from "./way-watch.ts";

/** Within which a connection that died silently is noticed. */
const NOTICED_MS = 30_000;

class Way {
  readonly clock = new SleepyClock();
  asked = 0;
  silent = 0;
  readonly watch = new WayWatch(this.clock, {
    ask: () => {
      this.asked += 1;
    },
    onSilent: () => {
      this.silent += 1;
    },
  });
}

/** A clock whose alarms can come late. */
class SleepyClock extends TestClock {
  #sleptMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.#sleptMs;
  }

  /** Time passes, and nothing runs until the next pass(). */
  sleep(ms: number): void {
    this.#sleptMs += ms;
  }
}

test("a way that dies silently is noticed within 30 s, wherever in the rhythm it dies", async () => {
  for (const diesMs of [0, 1, 9999, 10_000, 10_001, 24_999]) {
    const way = new Way();
    for (let passed = 0; passed < diesMs; passed += 1000) {
      await way.clock.pass(Math.min(1000, diesMs - passed));
      way.watch.heard("answer");
    }
    expect([way.asked, way.silent]).toEqual([0, 0]);
    await way.clock.pass(NOTICED_MS);
    expect([way.asked, way.silent]).toEqual([1, 1]);
  }
});

test("as long as answers come the way is kept, and asked no oftener than needed", async () => {
  const way = new Way();
  for (let count = 1; count <= 20; count += 1) {
    await way.clock.pass(ASK_AFTER_MS);
    expect(way.asked).toBe(count);
    await way.clock.pass(ANSWER_MS - 1);
    way.watch.heard("answer");
  }
  expect(way.silent).toBe(0);
});

test("who sends something knows soon, also when a question is open already", async () => {
  for (const askedBefore of [false, true]) {
    const way = new Way();
    if (askedBefore) await way.clock.pass(ASK_AFTER_MS + 1);
    way.watch.askNow();
    expect(way.asked).toBe(1);
    await way.clock.pass(PROMPT_ANSWER_MS - 1);
    way.watch.askNow();
    expect(way.silent).toBe(0);
    await way.clock.pass(1);
    expect(way.silent).toBe(1);
  }
});

test("an open question that is due sooner than somebody's stays due", async () => {
  const way = new Way();
  await way.clock.pass(ASK_AFTER_MS + ANSWER_MS - 1);
  way.watch.askNow();
  await way.clock.pass(1);
  expect(way.silent).toBe(1);
});

test("who sends something knows in 15 s at the latest when others are heard, but nobody hears", async () => {
  const way = new Way();
  way.watch.askNow();
  for (let passed = 0; passed < ANSWER_MS; passed += 1000) {
    expect([way.asked, way.silent]).toEqual([1, 0]);
    await way.clock.pass(1000);
    way.watch.heard("other");
  }
  expect([way.asked, way.silent]).toEqual([1, 1]);
});

test("words that stand before the answer give it time", async () => {
  const way = new Way();
  way.watch.askNow();
  await way.clock.pass(PROMPT_ANSWER_MS - 1);
  way.watch.heard("other");
  await way.clock.pass(PROMPT_ANSWER_MS - 1);
  way.watch.heard("answer");
  await way.clock.pass(ASK_AFTER_MS - 1);
  expect([way.asked, way.silent]).toEqual([1, 0]);
});

test("after a sleep one asks again, and an answer that was waiting is in time", async () => {
  const way = new Way();
  await way.clock.pass(ASK_AFTER_MS);
  way.clock.sleep(8 * 3_600_000);
  await way.clock.pass(ANSWER_MS);
  expect([way.asked, way.silent]).toEqual([2, 0]);
  way.watch.heard("answer");
  await way.clock.pass(PROMPT_ANSWER_MS);
  expect(way.silent).toBe(0);
});

test("after a sleep in which the way died that is noticed soon", async () => {
  const way = new Way();
  await way.clock.pass(ASK_AFTER_MS);
  way.clock.sleep(60_000);
  await way.clock.pass(ANSWER_MS);
  await way.clock.pass(PROMPT_ANSWER_MS - 1);
  expect(way.silent).toBe(0);
  await way.clock.pass(1);
  expect([way.asked, way.silent]).toEqual([2, 1]);
});

test("a hidden page's timers that come late do not put the end off for ever", async () => {
  const way = new Way();
  for (let count = 0; count < 3; count += 1) {
    way.clock.sleep(60_000);
    await way.clock.pass(ANSWER_MS);
  }
  expect(way.silent).toBe(1);
});

test("after the end nothing is asked", async () => {
  const way = new Way();
  way.watch.end();
  await way.clock.pass(NOTICED_MS);
  expect([way.asked, way.silent]).toEqual([0, 0]);
});
