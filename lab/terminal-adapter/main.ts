// Owns the terminal client as a program that anybody's lab can drive (docs/control.md): commands on standard input, events
// on standard output, the rest on standard error. It must not know terminals. Invariant: commands are taken in their order.

import { createInterface } from "node:readline";
import { type ControlCommand, type ControlEvent, commandSchema } from "../../src/client/control.ts";
import { TerminalClient } from "./terminal-client.ts";

const QUOTED_CHARS_MAX = 80;

const client = new TerminalClient({
  onEvent: give,
  onLog: (line) => process.stderr.write(`${line}\n`),
  // Without it this program is of no use.
  onGone: () => process.stdout.write("", () => process.exit(1)),
});
let work: Promise<void> = Promise.resolve();
let isClosing = false;

/** What is wrong with one command is told as an event, and the next one is taken. */
function take(line: string): void {
  const command = readCommand(line);
  if (command === undefined) {
    const expected = "expected one of connect, select, type, send, state, close";
    give({ error: { message: `${expected}; got ${line.slice(0, QUOTED_CHARS_MAX)}` } });
    return;
  }
  if ("close" in command) {
    close();
    return;
  }
  if ("connect" in command) client.giveUp();
  work = work.then(() => client.take(command)).catch(tellFault(Object.keys(command)[0] ?? ""));
}

function close(): void {
  if (isClosing) return;
  isClosing = true;
  client.giveUp();
  const end = () => process.stdout.write("", () => process.exit(0));
  void work
    .then(() => client.close())
    .catch(tellFault("close"))
    .then(end);
}

function tellFault(what: string) {
  return (error: unknown): void =>
    give({ error: { message: `${what}: ${error instanceof Error ? error.message : String(error)}` } });
}

function readCommand(line: string): ControlCommand | undefined {
  try {
    return commandSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // Not JSON, which the caller tells.
  }
}

function give(event: ControlEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

// Nobody reads the events any more.
process.stdout.on("error", close);
process.on("SIGTERM", close);
process.on("SIGINT", close);
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line.trim() !== "" && !isClosing) take(line);
  })
  .on("close", close);
