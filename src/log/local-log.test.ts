import { expect, test } from "vitest";
import { describeRoomLog } from "./fixtures/log-contract.ts";
import { LocalLog } from "./local-log.ts";

describeRoomLog("of one process", async () => ({
  log: new LocalLog(),
  settled: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}));

test("what is appended is applied before append() returns, and a follower's fault is the appender's", () => {
  const log = new LocalLog();
  const numbers: number[] = [];
  log.follow((_, sequence) => numbers.push(sequence));
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
