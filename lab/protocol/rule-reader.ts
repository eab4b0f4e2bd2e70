// Owns the project's reader by rules (src/protocol/cut-reader.ts) as the lab wants a reader. It must not know any rule.

import { CutReader, type Piece } from "../../src/protocol/cut-reader.ts";
import type { FrameReader } from "./wire-protocol.ts";

export class RuleReader extends CutReader implements FrameReader {
  endByStream(): Piece | undefined {
    return this.endByClose();
  }
}
