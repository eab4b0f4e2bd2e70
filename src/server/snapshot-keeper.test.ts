import { expect, test } from "vitest";
import { TestClock } from "../fixtures/test-clock.ts";
import type { Follower, SharedLog, Standing } from "../log/room-log.ts";
import { openInMemory } from "./data/database.ts";
import { MIGRATIONS } from "./data/schema.ts";
import { TakenSnapshot } from "./data/take-snapshot.ts";
import { SNAPSHOT_EVERY_MS } from "./limits.ts";
import { SnapshotKeeper } from "./snapshot-keeper.ts";

const ENTRIES = 10;

/** A keeper beside a log of the test's own, which takes a snapshot or does not. */
class Scene implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly odd: string[] = [];
  puts = 0;
  isPutRefused = false;
  /** The newest one's message, as another server put it. */
  reached = 0;
  /** What the log is asked is answered when this settles. */
  answering = Promise.resolve();
  readonly #database = openInMemory(MIGRATIONS);
  readonly #keeper: SnapshotKeeper;
  #follower: Follower = () => undefined;
  #watcher: (standing: Standing) => void = () => undefined;

  constructor() {
    this.#database.exec("UPDATE log SET identity = 'a log', position = '9', applied = 9");
    const log: Pick<SharedLog, "follow" | "watch" | "nodes" | "snapshots"> = {
      nodes: [{ node: "a", name: "a", isOwn: true, leaseMs: 1, silentMs: 0, behind: 0 }],
      follow: (follower) => {
        this.#follower = follower;
      },
      watch: (watcher) => {
        this.#watcher = watcher;
      },
      snapshots: {
        newest: async () => "none",
        reached: () => this.answering.then(() => this.reached),
        put: async () => {
          this.puts += 1;
          if (this.isPutRefused) throw new Error("the broker does not answer");
          return true;
        },
      },
    };
    this.#keeper = new SnapshotKeeper({
      log: log as SharedLog,
      data: { snapshot: () => TakenSnapshot.begin(this.#database) },
      clock: this.clock,
      report: (text) => this.odd.push(text),
      entries: ENTRIES,
    });
  }

  stands(kind: "ready" | "full" | "sessions-over"): void {
    this.#watcher(kind === "sessions-over" ? { kind, why: "its log is full" } : { kind });
  }

  apply(entries: number): void {
    for (let sequence = 1; sequence <= entries; sequence += 1) {
      this.#follower({ kind: "announce", text: "x" }, { sequence, atMs: 0 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.close();
    this.#database.close();
  }
}

test("a log that is full is given one at once, though another server has put one since", async () => {
  await using scene = new Scene();
  scene.reached = 5;
  scene.stands("full");
  await expect.poll(() => scene.puts).toBe(1);
});

test("what comes to nothing while the log is full is tried again, also when sessions are over, until there is a place again", async () => {
  await using scene = new Scene();
  scene.isPutRefused = true;
  scene.stands("full");
  await expect.poll(() => scene.odd).toHaveLength(1);
  scene.stands("sessions-over");
  await scene.clock.pass(SNAPSHOT_EVERY_MS);
  await expect.poll(() => scene.odd).toHaveLength(2);
  scene.isPutRefused = false;
  await scene.clock.pass(SNAPSHOT_EVERY_MS);
  await expect.poll(() => scene.puts).toBe(3);
  scene.stands("ready");
  await scene.clock.pass(10 * SNAPSHOT_EVERY_MS);
  expect(scene.puts).toBe(3);
});

test("one that is under way when the log gets full, and comes to nothing since there is a newer one, does not count", async () => {
  await using scene = new Scene();
  const answer = Promise.withResolvers<void>();
  scene.answering = answer.promise;
  await scene.clock.pass(SNAPSHOT_EVERY_MS);
  scene.reached = 5;
  scene.apply(ENTRIES);
  scene.stands("full");
  answer.resolve();
  await expect.poll(() => scene.puts).toBe(1);
});

test("a server that stops tries no more", async () => {
  const scene = new Scene();
  scene.isPutRefused = true;
  scene.stands("full");
  await expect.poll(() => scene.odd).toHaveLength(1);
  await scene[Symbol.asyncDispose]();
  await scene.clock.pass(10 * SNAPSHOT_EVERY_MS);
  expect(scene.puts).toBe(1);
});
