// Owns how a line of stdin becomes a command. It must not know what a command does.
// Invariant: whatever the bytes are, the answer is a command, a fault or nothing.

import type { CutLine } from "../../line-cutter.ts";
import { COMMAND_LINE_BYTES_MAX, type ControlVersion } from "../control.ts";
import { describeFault } from "../fault.ts";
import { type ParsedCommand, parseCommand } from "../parse-command.ts";

const strictDecoder = new TextDecoder("utf-8", { fatal: true });
const lenientDecoder = new TextDecoder("utf-8");

/** The command that a line says, or what is wrong with the line; undefined for a blank line. */
export function readCommand(line: CutLine, version: ControlVersion): ParsedCommand | undefined {
  if (line.tooLong) {
    const expected = `expected a command line of at most ${COMMAND_LINE_BYTES_MAX} bytes`;
    return { fault: describeFault(expected, lenientDecoder.decode(line.bytes)) };
  }
  const text = decodeStrictly(line.bytes);
  if (text === undefined) {
    return { fault: describeFault("expected a command line in UTF-8", lenientDecoder.decode(line.bytes)) };
  }
  return text.trim() === "" ? undefined : parseCommand(text, version);
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined; // TextDecoder's one error: the bytes are not UTF-8, which the caller reports.
  }
}
