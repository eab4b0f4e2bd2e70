import { describe, expect, it } from "vitest";
import { sampleEvidence, sampleResult, sampleScenario } from "../fixtures/sample-run.ts";
import { arrange, countLayers, LAYERS_AT_FIRST, type Layers } from "./arrange.ts";
import { makeTimeline } from "./timeline.ts";

const { rows } = makeTimeline(sampleScenario(), sampleEvidence(), sampleResult().hosts, "case-08");
const NONE: Layers = { wire: false, logs: false, windows: false, commands: false, own: false };

describe("the rows that are drawn", () => {
  it("leave the lab's own out at first", () => {
    const anchors = arrange(rows, LAYERS_AT_FIRST).flatMap((row) => ("anchor" in row ? [row.anchor] : []));
    expect(anchors).toContain("case-08-message-5");
    expect(anchors).not.toContain("case-08-fence-1");
    expect(countLayers(rows)).toEqual({ wire: 11, logs: 3, windows: 3, commands: 3, own: 2 });
  });

  it("keep the steps whatever is hidden", () => {
    expect(arrange(rows, NONE).map(({ kind }) => kind)).toEqual(["band", "band", "band"]);
  });

  it("have what one host does in one note, as long as nothing drawn lies between", () => {
    const notes = (layers: Layers) =>
      arrange(rows, layers).flatMap((row) => (row.kind === "note" ? [row.lines.map(({ text }) => text)] : []));
    expect(notes({ ...NONE, commands: true })).toEqual([["selects Stephen Colbert", "types “Hi”", "sends"]]);
    expect(notes({ ...NONE, logs: true })).toHaveLength(2);
    expect(notes({ ...NONE, logs: true, wire: true })).toHaveLength(3);
  });
});
