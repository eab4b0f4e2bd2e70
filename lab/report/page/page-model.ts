// Owns what of a report is open, shown, sought and pointed at. It must not know the document. Invariant: whatever it is
// told to reveal is open and not hidden afterwards.

import { causeKey } from "../../result/cause.ts";
import type { ReportData } from "../../result/report-data.ts";
import type { ScenarioResult } from "../../result/result.ts";
import { caseAnchors, caseOf } from "./anchors.ts";
import { LAYERS_AT_FIRST, type Layers } from "./arrange.ts";
import type { FrameRow, Layer, Timeline } from "./rows.ts";
import { type Findable, findables, search } from "./search.ts";
import { makeTimeline } from "./timeline.ts";

/** Of a run in which much fails, so many cases stand open at first. */
const OPEN_AT_FIRST_MAX = 5;

export class PageModel {
  readonly data: ReportData;
  readonly anchors: readonly string[];
  open: ReadonlySet<number>;
  /** Keys of the closed parts that were opened. */
  details: ReadonlySet<string> = new Set();
  layers: Layers = LAYERS_AT_FIRST;
  sought = "";
  hits: readonly Findable[] = [];
  /** The hit in hand, by its index; -1 before the first step. */
  hitAt = -1;
  /** The hits are listed until one of them is gone to. */
  isListing = false;
  /** The anchor that was revealed last. */
  here: string | undefined;
  isPrinting = false;
  /** Frames whose bytes are wanted: for as long as they are pointed at, or until they are let go. */
  pointed: FrameRow | undefined;
  pinned: FrameRow | undefined;
  readonly #timelines = new Map<number, Timeline>();
  #findables: readonly Findable[] | undefined;

  constructor(data: ReportData) {
    this.data = data;
    this.anchors = caseAnchors(data.result.scenarios);
    this.open = new Set(openedAtFirst(data.result.scenarios).slice(0, OPEN_AT_FIRST_MAX));
  }

  /** A case's rows; made when they are first asked for. */
  timeline(index: number): Timeline {
    const known = this.#timelines.get(index);
    if (known !== undefined) return known;
    const { hosts, scenarios } = this.data.result;
    const scenario = scenarios[index];
    const evidence = this.data.evidence[index];
    if (scenario === undefined || evidence === undefined) return { lanes: [], rows: [] };
    const made = makeTimeline(scenario, evidence, hosts, this.anchors[index] ?? "");
    this.#timelines.set(index, made);
    return made;
  }

  isOpen(index: number): boolean {
    return this.isPrinting || this.open.has(index);
  }

  openCase(index: number, isOpen: boolean): void {
    this.open = withMember(this.open, index, isOpen);
  }

  openAll(isOpen: boolean): void {
    this.open = new Set(isOpen ? this.anchors.keys() : []);
  }

  openDetail(key: string, isOpen: boolean): void {
    if (!this.isPrinting) this.details = withMember(this.details, key, isOpen);
  }

  showLayer(layer: Layer, isShown: boolean): void {
    this.layers = { ...this.layers, [layer]: isShown };
  }

  search(sought: string): void {
    this.#findables ??= findables(this.data);
    this.sought = sought;
    this.hits = search(this.#findables, sought);
    this.hitAt = -1;
    this.isListing = this.hits.length > 0;
  }

  /** The next hit, or the one before; after the last comes the first. */
  stepHit(by: 1 | -1): string | undefined {
    if (this.hits.length === 0) return undefined;
    const from = this.hitAt === -1 && by === -1 ? 0 : this.hitAt;
    return this.takeHit((from + by + this.hits.length) % this.hits.length);
  }

  takeHit(index: number): string | undefined {
    const hit = this.hits[index];
    if (hit === undefined) return undefined;
    this.hitAt = index;
    this.isListing = false;
    this.reveal(hit.anchor);
    return hit.anchor;
  }

  /** Opens and shows what an anchor stands for; false where the report has no such thing. */
  reveal(anchor: string): boolean {
    const index = caseOf(anchor, this.anchors);
    if (index === undefined) return false;
    this.openCase(index, true);
    this.here = anchor;
    const row = this.timeline(index).rows.find((each) => "anchor" in each && each.anchor === anchor);
    if (row !== undefined && "layer" in row) this.showLayer(row.layer, true);
    return true;
  }

  frame(anchor: string): FrameRow | undefined {
    const index = caseOf(anchor, this.anchors);
    const rows = index === undefined ? [] : this.timeline(index).rows;
    return rows.find((row): row is FrameRow => row.kind === "frame" && row.anchor === anchor);
  }

  /** The frame whose bytes are to be shown: what was pinned, else what is pointed at. */
  get inspected(): FrameRow | undefined {
    return this.pinned ?? this.pointed;
  }
}

/** Cases that did not pass; of those that fail for one cause, the first. */
function openedAtFirst(scenarios: readonly ScenarioResult[]): readonly number[] {
  const told = new Set<string>();
  return scenarios.flatMap(({ cause, verdict }, index) => {
    if (verdict !== "fail" && verdict !== "error") return [];
    if (cause === null) return [index];
    const isNew = !told.has(causeKey(cause));
    told.add(causeKey(cause));
    return isNew ? [index] : [];
  });
}

function withMember<Member>(set: ReadonlySet<Member>, member: Member, isIn: boolean): ReadonlySet<Member> {
  const changed = new Set(set);
  if (isIn) changed.add(member);
  else changed.delete(member);
  return changed;
}
