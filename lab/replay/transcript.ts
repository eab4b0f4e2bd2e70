// Owns what a client's or a peer's driver writes down: what was done, and what came of it. It must not know what is expected.
// Invariant: entries stand in their order; of very many the middle is not kept, and the transcript says so.

import type { ControlCommand2, ControlEvent, ControlEvent2 } from "../../src/client/control.ts";
import { KeptLines, type Omitted } from "../testbed/kept-lines.ts";
import type { ProgramExit } from "../testbed/testbed.ts";
import type { PeerNote } from "./peer-note.ts";

/** One line of a transcript; `fence` marks what the lab did and saw on its own account. */
export type TranscriptEntry = { readonly atMs: number; readonly fence?: true } & (
  | { readonly command: ControlCommand2 }
  | { readonly event: ControlEvent | ControlEvent2 }
  | { readonly stderr: string }
  | { readonly unreadable: string }
  | { readonly exit: ProgramExit }
  | { readonly peer: PeerNote }
  | { readonly omitted: Omitted }
);

export class Transcript extends KeptLines<TranscriptEntry> {
  constructor() {
    super((entry) => JSON.stringify(entry).length);
  }

  /** What is kept, with an entry in the place of what is not. */
  collect(): TranscriptEntry[] {
    return this.withMark((omitted, before) => ({ atMs: before?.atMs ?? 0, omitted }));
  }
}
