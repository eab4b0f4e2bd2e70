import { describe, expect, test } from "vitest";
import type { LinkFault, WayFault } from "../network/link-fault.ts";
import { FaultLog } from "./fault-log.ts";

const HOSTS = ["Win71", "Win72", "Win73"];

function keep(wayTo = () => ["Win71"]) {
  let nowMs = 0;
  const log = new FaultLog({ nowMs: () => (nowMs += 1), after: () => () => {} }, HOSTS, wayTo);
  const link = (fault: WayFault, between: LinkFault["between"] = ["Win71", "Win72"], to?: string): void =>
    log.noteLink({ fault, between, to });
  return { log, link };
}

describe("the log of faults", () => {
  test("tells each with its hosts and its time, in their order", () => {
    const { log, link } = keep();
    link({ kind: "cut" });
    log.noteProgram("pause", "Win73");
    link({ kind: "reset" }, ["Win73", "all"], "Win73");
    link({ kind: "heal" });
    expect(log.spans).toEqual([
      { kind: "cut", hosts: ["Win71", "Win72"], says: "cut Win71 – Win72, both ways", startMs: 1, endMs: 4 },
      { kind: "pause", hosts: ["Win73"], says: "Win73 is paused", startMs: 2, endMs: null },
      {
        kind: "reset",
        hosts: ["Win73", "Win71", "Win72"],
        says: "reset Win73 – all others, to Win73",
        startMs: 3,
        endMs: 3,
      },
    ]);
  });

  test("holds until all of its ways are healed, or the same is done to them anew", () => {
    const { log, link } = keep();
    link({ kind: "delay", ms: 5, jitter: 0 });
    link({ kind: "heal" }, ["Win71", "Win72"], "Win71");
    expect(log.spans).toMatchObject([{ endMs: null }]);
    link({ kind: "delay", ms: 9, jitter: 1 });
    expect(log.spans).toMatchObject([
      { startMs: 1, endMs: 2 },
      { startMs: 3, says: "delay Win71 – Win72, both ways: 9 ms ± 1 ms", endMs: null },
    ]);
  });

  test("knows whom nothing reaches, and why", () => {
    const { log, link } = keep();
    expect(log.whyUnheard("Win72")).toBeUndefined();
    link({ kind: "cut" }, ["Win71", "Win72"], "Win71");
    expect(log.whyUnheard("Win72")).toBe("nothing passes between Win71 and Win72 (cut Win71 – Win72, to Win71)");
    expect(log.whyUnheard("Win73")).toBeUndefined();
    expect(log.whyUnheard("Win71")).toBeUndefined();
    log.noteProgram("pause", "Win71");
    expect(log.whyUnheard("Win73")).toBe("Win71 is paused");
    log.noteProgram("restart", "Win71");
    expect(log.whyUnheard("Win73")).toBeUndefined();
    link({ kind: "slice", bytes: 1 }, ["Win71", "Win73"]);
    expect(log.whyUnheard("Win73")).toBeUndefined();
  });

  test("knows it of a broker, which all passes that is to come out anywhere", () => {
    const { log, link } = keep(() => ["Nats", "Win71"]);
    link({ kind: "cut" }, ["Win71", "Nats"], "Nats");
    const why = "nothing passes between Nats and Win71 (cut Win71 – Nats, to Nats)";
    expect([log.whyUnheard("Win72"), log.whyUnheard("Win71")]).toEqual([why, why]);
    link({ kind: "heal" }, ["Win71", "Nats"]);
    expect(log.whyUnheard("Win72")).toBeUndefined();
    log.noteProgram("pause", "Nats");
    expect(log.whyUnheard("Win72")).toBe("Nats is paused");
    log.noteProgram("fill", "Nats");
    expect(log.whyUnheard("Win72")).toBe("Nats has no room for more");
    log.noteProgram("pause", "Nats");
    log.endProgram("pause", "Nats");
    expect(log.whyUnheard("Win72")).toBe("Nats has no room for more");
    log.endProgram("fill", "Nats");
    expect(log.whyUnheard("Win72")).toBeUndefined();
    expect(log.spans.filter(({ endMs }) => endMs === null)).toEqual([]);
  });
});
