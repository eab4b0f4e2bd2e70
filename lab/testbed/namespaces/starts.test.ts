import { expect, test } from "vitest";
import { type Start, Starts } from "./starts.ts";

class FakeStart implements Start {
  running = true;
  freshened = 0;
  readonly #spoken = Promise.withResolvers<void>();
  readonly hasSpoken = this.#spoken.promise;

  speak(): Promise<void> {
    this.#spoken.resolve();
    return this.hasSpoken;
  }

  freshen(): void {
    this.freshened += 1;
  }

  async kill(): Promise<void> {
    this.running = false;
    await this.speak();
  }
}

function openStarts() {
  const made: (readonly [host: string, start: FakeStart])[] = [];
  const starts = new Starts(["One", "Two"], (host) => {
    const start = new FakeStart();
    made.push([host, start]);
    return start;
  });
  return { made, starts, hosts: () => made.map(([host]) => host) };
}

test("each host's next start is made when all that start have spoken, and not before", async () => {
  const { starts, hosts } = openStarts();
  expect(hosts()).toEqual(["One", "Two"]);
  const [one, two] = [starts.take("One"), starts.take("Two")];
  await one.speak();
  expect(hosts()).toEqual(["One", "Two"]);
  await two.speak();
  expect(hosts()).toEqual(["One", "Two", "One", "Two"]);
});

test("a start is used once, and one that ended while it waited is not used", async () => {
  const { made, starts, hosts } = openStarts();
  const first = starts.take("One");
  const second = starts.take("One");
  expect(second).not.toBe(first);
  const waiting = made[1]?.[1];
  await waiting?.kill();
  expect(starts.take("Two")).not.toBe(waiting);
  expect(hosts()).toEqual(["One", "Two", "One", "Two"]);
});

test("what was made for a host that has another network now ends, and is not used", async () => {
  const { made, starts } = openStarts();
  starts.forget("One");
  expect(made[0]?.[1].running).toBe(false);
  expect(starts.take("One")).not.toBe(made[0]?.[1]);
});

test("what was made and not used ends, and nothing is made after that", async () => {
  const { made, starts, hosts } = openStarts();
  const one = starts.take("One");
  await starts.end();
  await one.speak();
  expect(made.map(([, { running }]) => running)).toEqual([true, false]);
  expect(hosts()).toEqual(["One", "Two"]);
});

test("what waits on a host makes it fresh when the host's program has ended, and no other does", async () => {
  const { made, starts } = openStarts();
  const [one, two] = made.map(([, start]) => start);
  starts.freshen("One");
  expect([one?.freshened, two?.freshened]).toEqual([1, 0]);
  starts.take("One");
  starts.freshen("One");
  expect(one?.freshened).toBe(1);
});
