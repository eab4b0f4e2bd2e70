// Owns the lab's raw peer as a program: a host of the test bed that speaks bytes. Commands come on stdin, events go to
// stdout, a JSON object a line; its environment says its address, and which silences it is to tell of. Invariant: it ends with its input, or with SIGTERM.

import { flushCompileCache } from "node:module";
import { Peer } from "./peer.ts";
import { CommandError, readCommand } from "./read-command.ts";
import { COMMAND_LINE_BYTES_MAX, type PeerEvent } from "./words.ts";

/** Events that may wait for a lab that does not read, in bytes; then the peer gives up. */
const EVENTS_WAITING_BYTES_MAX = 67_108_864;

function tell(event: PeerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
  if (process.stdout.writableLength > EVENTS_WAITING_BYTES_MAX) process.exit(1);
}

function obey(peer: Peer, line: string): void {
  try {
    peer.take(readCommand(line));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    tell({ error: { message: error.message } });
  }
}

async function main(): Promise<void> {
  const { HOWDY_LOCAL_ADDRESS, HOWDY_SILENCES_MS = "" } = process.env;
  const silencesMs = HOWDY_SILENCES_MS.split(" ").filter((word) => word !== "");
  const peer = new Peer(tell, HOWDY_LOCAL_ADDRESS || undefined, silencesMs.map(Number));
  tell({ ready: {} });
  // What Node compiled is kept now, where it is to be kept: many a peer is killed before it could be.
  flushCompileCache();
  process.stdin.setEncoding("utf8");
  let held = "";
  for await (const chunk of process.stdin) {
    const lines = `${held}${chunk}`.split("\n");
    held = lines.pop() ?? "";
    if (held.length > COMMAND_LINE_BYTES_MAX) throw new Error(`a command is at most ${COMMAND_LINE_BYTES_MAX} bytes`);
    for (const line of lines) if (line.trim() !== "") obey(peer, line);
  }
}

// A lab that has gone reads nothing any more, and that is an end too.
process.stdout.on("error", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
await main();
process.exit(0);
