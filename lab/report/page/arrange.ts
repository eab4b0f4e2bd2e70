// Owns which rows of a timeline are drawn, and which of them stand together. Pure. Invariant: bands, faults and findings are never
// hidden; lines stand together only where nothing that is drawn lies between them.

import type { Band, FaultRow, FindingRow, FrameRow, Layer, Row, SaidRow, TurnRow } from "./rows.ts";

/** What one host said in a row. */
export interface Note {
  readonly kind: "note";
  readonly lane: number;
  readonly lines: readonly [SaidRow, ...SaidRow[]];
}

export type Drawn = Band | FaultRow | FindingRow | FrameRow | TurnRow | Note;

export type Layers = Readonly<Record<Layer, boolean>>;

export const LAYERS_AT_FIRST: Layers = { wire: true, logs: true, windows: true, commands: true, own: false };

/** The rows to draw, in their order. */
export function arrange(rows: readonly Row[], layers: Layers): readonly Drawn[] {
  const drawn: Drawn[] = [];
  for (const row of rows) {
    if ("layer" in row && !layers[row.layer]) continue;
    if (row.kind !== "said") drawn.push(row);
    else addLine(drawn, row);
  }
  return drawn;
}

/** How many rows each layer holds. */
export function countLayers(rows: readonly Row[]): Readonly<Record<Layer, number>> {
  const counts = { wire: 0, logs: 0, windows: 0, commands: 0, own: 0 };
  for (const row of rows) if ("layer" in row) counts[row.layer] += 1;
  return counts;
}

function addLine(drawn: Drawn[], line: SaidRow): void {
  const last = drawn.at(-1);
  const isSameNote = last?.kind === "note" && last.lane === line.lane && last.lines[0].layer === line.layer;
  if (isSameNote) drawn[drawn.length - 1] = { ...last, lines: [...last.lines, line] };
  else drawn.push({ kind: "note", lane: line.lane, lines: [line] });
}
