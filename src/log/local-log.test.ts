import { expect, test } from "vitest";
import { describeRoomLog } from "./fixtures/log-contract.ts";
import { LocalLog } from "./local-log.ts";

describeRoomLog("of one process", async () => ({
  log: newLog(),
  settled: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}));

function newLog(dateMs = Date.now): LocalLog {
  return new LocalLog({ identity: "5eed00c0ffee0001", sequence: 0, atMs: 0 }, dateMs);
}

test("a clock that is set back sets no entry before another", () => {
  const dates = [5, 3, 9];
  const log = newLog(() => dates.shift() ?? 0);
  const timesMs: number[] = [];
  log.follow((_, { atMs }) => timesMs.push(atMs));
  for (let times = 0; times < 3; times += 1) log.append({ kind: "announce", text: "Hi" });
  expect(timesMs).toEqual([5, 5, 9]);
});

test("what is appended is applied before append() returns, and a follower's fault is the appender's", () => {
  const log = newLog();
  const numbers: number[] = [];
  log.follow((_, { sequence }) => numbers.push(sequence));
  log.append({ kind: "announce", text: "Hi" });
  log.append({ kind: "announce", text: "Hi" });
  expect(numbers).toEqual([1, 2]);
  log.follow(() => {
    throw new Error("a bug");
  });
  expect(() => log.append({ kind: "announce", text: "Hi" })).toThrow("a bug");
  log.follow(() => {
    throw new Error("another");
  });
  expect(() => log.append({ kind: "announce", text: "Hi" })).toThrow(AggregateError);
  expect(numbers).toEqual([1, 2, 3, 4]);
});
