import { describe, expect, it } from "vitest";
import type { Breach } from "../../result/result.ts";
import { sampleConformance } from "../fixtures/sample-conformance.ts";
import { BREACHES, FAULTS, HOSTILE_TEXT, sampleReport, sampleResult, sampleScenario } from "../fixtures/sample-run.ts";
import { cutAtHits, findables, search } from "./search.ts";

const all = findables(sampleReport());
const anchorsOf = (sought: string) => search(all, sought).map(({ anchor }) => anchor);

describe("the search", () => {
  it("finds titles, steps, messages, log lines and what windows showed, each at its place", () => {
    expect(anchorsOf("single user offline")).toEqual(["case-10"]);
    expect(anchorsOf("stephen listens")).toEqual(["case-09-step-1"]);
    expect(anchorsOf("unknown-type")[0]).toBe("case-08-message-7");
    expect(anchorsOf("server is started")[0]).toBe("case-08-log-0-1");
    expect(anchorsOf("you whisper to stephen")[0]).toBe("case-08-window-1-4");
    expect(anchorsOf("[howdy-lab fence 1]")[0]).toBe("case-08-fence-1");
  });

  it("finds a case by its clause, and by why it is known to fail", () => {
    const conformance = findables(sampleConformance());
    const cases = (sought: string) => search(conformance, sought).map(({ anchor }) => anchor);
    expect(cases("PROTOCOL.md 7.4")).toEqual(["case-receiver-unknown"]);
    expect(cases("issues/7")).toEqual(["case-frames-merged", "case-text-limit"]);
  });

  it("finds a case by what it fails for, and by the rules that it broke beside that", () => {
    const scenario = sampleScenario({
      cause: { kind: "broken-rule", ...(BREACHES[0] as Breach) },
      breaches: [...BREACHES],
    });
    const found = findables({ ...sampleReport(), result: sampleResult([scenario]), evidence: [] });
    expect(search(found, "before the ack").map(({ anchor }) => anchor)).toEqual(["case-08"]);
    expect(search(found, "came twice").map(({ anchor }) => anchor)).toEqual(["case-08"]);
  });

  it("finds a fault by its words, where it begins and where it ends", () => {
    const scenario = sampleScenario({ faults: [...FAULTS] });
    const found = findables({ ...sampleReport(), result: sampleResult([scenario]), evidence: [] });
    expect(search(found, "cut win71").map(({ anchor }) => anchor)).toEqual(["case-08-fault-1", "case-08-fault-1-end"]);
    expect(search(found, "holds to the end: pause").map(({ where }) => where)).toEqual(["08, fault 2"]);
  });

  it("finds what is drawn for a character that cannot be seen", () => {
    expect(all.some(({ text }) => text.includes("\u001b"))).toBe(false);
    expect(search(all, "U+001B").length).toBeGreaterThan(0);
    expect(search(all, HOSTILE_TEXT.slice(0, 10)).length).toBeGreaterThan(0);
  });

  it("finds nothing for nothing", () => {
    expect(search(all, "  ")).toEqual([]);
    expect(cutAtHits("a b", " ")).toEqual(["a b"]);
  });

  it("takes what is sought as text, and cuts a text where it stands", () => {
    expect(cutAtHits("Type 5 (type 5)", "TYPE 5")).toEqual(["", "Type 5", " (", "type 5", ")"]);
    expect(cutAtHits("a.*b", ".*")).toEqual(["a", ".*", "b"]);
    for (const sought of ["[", "(", "\\", "a{2", "-", "/", "^$|?+"])
      expect(cutAtHits(`x${sought}y`, sought)[1]).toBe(sought);
  });
});
