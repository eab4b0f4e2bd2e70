import { setImmediate as turnsEnd } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Peer } from "../door.ts";
import { Presence } from "./presence.ts";

const peer = (session: string) => ({ session }) as Peer;
const frame = (letter: string) => Uint8Array.of(letter.charCodeAt(0));

class Stage {
  readonly sent: string[] = [];
  readonly waiting: (() => void)[] = [];
  readonly presence = new Presence({
    send: ({ session }, bytes) => this.sent.push(`${session}: ${Buffer.from(bytes)}`),
    after: (_ms, run) => {
      this.waiting.push(run);
      return () => undefined;
    },
  });
  #named: readonly Peer[] = [];

  come(name: string): void {
    this.presence.tell(frame(name), this.#named);
    this.presence.came(peer(name));
    this.#named = [...this.#named, peer(name)];
  }

  /** What was sent since. */
  take(): readonly string[] {
    return this.sent.splice(0);
  }
}

test("whoever was there hears all of a turn at once, and whoever came in it what happened behind", async () => {
  const stage = new Stage();
  stage.come("a");
  await turnsEnd();
  expect(stage.take()).toEqual([]);
  for (const next of stage.waiting.splice(0)) next();
  for (const name of ["b", "c", "d"]) stage.come(name);
  expect(stage.take()).toEqual([]);
  await turnsEnd();
  expect(stage.take()).toEqual(["a: bcd", "b: cd", "c: d"]);
});

test("what happens soon after waits for the pause to end, but never longer than anything else that is sent", async () => {
  const stage = new Stage();
  stage.come("a");
  stage.come("b");
  await turnsEnd();
  expect(stage.take()).toEqual(["a: b"]);
  stage.come("c");
  await turnsEnd();
  expect(stage.take()).toEqual([]);
  stage.presence.flush();
  expect(stage.take()).toEqual(["a: c", "b: c"]);
  stage.come("d");
  await turnsEnd();
  expect(stage.take()).toEqual([]);
  expect(stage.waiting).toHaveLength(1);
  stage.waiting.splice(0)[0]?.();
  expect(stage.take()).toEqual(["a: d", "b: d", "c: d"]);
  stage.waiting.splice(0)[0]?.();
  stage.come("e");
  await turnsEnd();
  expect(stage.take()).toEqual(["a: e", "b: e", "c: e", "d: e"]);
});
