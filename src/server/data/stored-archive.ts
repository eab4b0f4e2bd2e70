// Owns what a data folder has behind the history in memory: what everybody heard, and whoever asks' own whispers, in one order.

import type { Archive, ArchiveQuery, Line, UnreadQuery } from "../../room/history.ts";
import type { LineTable } from "./line-table.ts";
import type { WhisperTable } from "./whisper-table.ts";

export class StoredArchive implements Archive {
  readonly #lines: LineTable;
  readonly #whispers: WhisperTable;

  constructor(lines: LineTable, whispers: WhisperTable) {
    this.#lines = lines;
    this.#whispers = whispers;
  }

  get forgotten(): number {
    return this.#lines.forgotten;
  }

  unread(query: UnreadQuery & { readonly before: number }): number {
    return this.#lines.unread(query);
  }

  lines(query: ArchiveQuery): readonly Line[] {
    const whispers = this.#whispers.lines(query);
    const lines = this.#lines.lines(query);
    if (whispers.length === 0) return lines;
    const step = query.newestFirst ? -1 : 1;
    return [...lines, ...whispers].sort((a, b) => step * (a.sequence - b.sequence)).slice(0, query.linesMax);
  }
}
