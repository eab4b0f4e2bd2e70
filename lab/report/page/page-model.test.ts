import { describe, expect, it } from "vitest";
import { sampleReport, sampleResult, sampleScenario } from "../fixtures/sample-run.ts";
import { PageModel } from "./page-model.ts";

describe("the page", () => {
  it("begins with the cases open that failed, and not with too many", () => {
    expect([...new PageModel(sampleReport()).open]).toEqual([1, 3]);
    const scenarios = Array.from({ length: 100 }, (_, index) => sampleScenario({ id: `${index}`, verdict: "fail" }));
    const many = new PageModel({ result: sampleResult(scenarios), requirements: {}, evidence: [] });
    expect(many.open.size).toBe(5);
  });

  it("begins with one case open of those that fail for one cause", () => {
    const failed = (id: string, says: string) =>
      sampleScenario({
        id,
        verdict: "fail",
        cause: { kind: "silent", host: "Win71", says, clause: null, mend: "flush", details: [] },
      });
    const scenarios = [failed("0", "nothing"), failed("1", "nothing"), failed("2", "a little"), failed("3", "nothing")];
    const page = new PageModel({ result: sampleResult(scenarios), requirements: {}, evidence: [] });
    expect([...page.open]).toEqual([0, 2]);
  });

  it("opens what it is told to reveal, and shows the layer that it lies in", () => {
    const model = new PageModel(sampleReport());
    model.showLayer("logs", false);
    expect(model.reveal("case-08-log-0-1")).toBe(true);
    expect(model.isOpen(0)).toBe(true);
    expect(model.layers.logs).toBe(true);
    expect(model.layers.own).toBe(false);
    model.reveal("case-08-fence-1");
    expect(model.layers.own).toBe(true);
    expect(model.reveal("somewhere")).toBe(false);
    expect(model.here).toBe("case-08-fence-1");
  });

  it("steps through the hits in a circle, both ways", () => {
    const model = new PageModel(sampleReport());
    expect(model.stepHit(1)).toBeUndefined();
    model.search("unknown-type");
    const anchors = model.hits.map(({ anchor }) => anchor);
    expect(anchors).toEqual(["case-08-message-7", "case-09-message-7", "case-10-message-7"]);
    expect(model.stepHit(-1)).toBe(anchors[2]);
    expect(model.stepHit(1)).toBe(anchors[0]);
    expect(model.stepHit(1)).toBe(anchors[1]);
    model.search("unknown");
    expect(model.stepHit(1)).toBe(anchors[0]);
  });

  it("has everything open while it prints, and afterwards as before", () => {
    const model = new PageModel(sampleReport());
    model.isPrinting = true;
    model.openDetail("x", true);
    expect([0, 1, 2, 3].every((index) => model.isOpen(index))).toBe(true);
    model.isPrinting = false;
    expect(model.isOpen(0)).toBe(false);
    expect(model.details.size).toBe(0);
  });
});
