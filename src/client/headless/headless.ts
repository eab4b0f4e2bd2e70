// Owns the face without a window: commands on stdin, events on stdout, a JSON object a line. It must not know what a
// command does. Invariant: commands are taken in their order, each after everything that the one before it showed.

import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { linesOf } from "../../line-cutter.ts";
import { printableJson } from "../../unseen.ts";
import type { CallerOptions } from "../caller.ts";
import { Client } from "../client.ts";
import {
  asVersion1,
  COMMAND_LINE_BYTES_MAX,
  type ControlCommand2,
  type ControlEvent2,
  type ControlVersion,
} from "../control.ts";
import { givesUpDial } from "../parse-command.ts";
import { readCommand } from "./command-line.ts";
import { PasswordFileError, readPasswordFile } from "./password-file.ts";

/** Events that may wait for somebody who does not read stdout, in bytes; then the client gives up. */
const STDOUT_WAITING_BYTES_MAX = 67_108_864;

/** How the face ended. `reader-stuck` is the one that is no proper end. */
export type HeadlessEnd = "closed" | "reader-gone" | "reader-stuck";

export interface HeadlessOptions extends CallerOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Its abort closes the client, as the command `close` does. */
  readonly stop: AbortSignal;
  /** The version of the control protocol that its user speaks. */
  readonly control: ControlVersion;
}

/** Runs a client until its input ends, `close` comes, or nobody reads its events any more. */
export async function runHeadless(options: HeadlessOptions): Promise<HeadlessEnd> {
  const { output, stop, control } = options;
  const ended = Promise.withResolvers<HeadlessEnd>();
  const write = (event: ControlEvent2) => {
    const told = control === 1 ? asVersion1(event) : event;
    if (!output.writable || told === undefined) return;
    output.write(`${printableJson(JSON.stringify(told))}\n`);
    if (output.writableLength > STDOUT_WAITING_BYTES_MAX) ended.resolve("reader-stuck");
  };
  output.on("error", (error) => {
    if (!isSystemError(error)) throw error;
    ended.resolve("reader-gone");
  });
  const client = new Client({ ...options, linesOnJoin: 0 }, { onEvent: write, onEnded: () => ended.resolve("closed") });
  const close = () => client.take({ close: {} });
  stop.addEventListener("abort", close, { once: true });
  void obeyLines(options, client, write).then(close);
  const end = await ended.promise;
  if (end === "closed") await flush(output);
  return end;
}

/** Takes commands until the input ends or fails, or `close` was one. */
async function obeyLines(
  { input, output, control }: HeadlessOptions,
  client: Client,
  write: (event: ControlEvent2) => void,
): Promise<void> {
  try {
    for await (const line of linesOf(input, COMMAND_LINE_BYTES_MAX)) {
      const parsed = readCommand(line, control);
      if (parsed === undefined) continue;
      if (!givesUpDial(parsed)) await client.settled();
      if ("fault" in parsed) write({ error: { message: parsed.fault } });
      else await obey(parsed.command, client, write);
      if ("command" in parsed && "close" in parsed.command) return;
      if (output.writableNeedDrain) await once(output, "drain");
    }
  } catch (error) {
    // Whoever gave commands or read events went away without a word: that is an end, too.
    if (!isSystemError(error)) throw error;
  }
}

async function obey(command: ControlCommand2, client: Client, write: (event: ControlEvent2) => void): Promise<void> {
  if (!("signIn" in command) && !("register" in command)) {
    client.take(command);
    return;
  }
  try {
    if ("signIn" in command) client.signIn(command.signIn.name, await readPasswordFile(command.signIn.passwordFile));
    else client.register(await readPasswordFile(command.register.passwordFile));
  } catch (error) {
    if (!(error instanceof PasswordFileError)) throw error;
    write({ error: { message: error.message } });
  }
}

/** Settles when everything written has left, or cannot any more. */
function flush(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    output.write("", () => resolve());
  });
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
