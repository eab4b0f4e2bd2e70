// Owns a short command as a process of this machine, beside a program: a child process whose end is waited for. It must not
// know what it is for. Invariant: it is over after COMMAND_MS_MAX, and no more than COMMAND_BYTES_MAX of its output is kept.

import { spawn } from "node:child_process";
import { tellSystemError } from "../../src/options/index.ts";
import { killGroup } from "../machine/process-mark.ts";
import type { LocalCommand } from "./local-program.ts";
import { COMMAND_BYTES_MAX, COMMAND_MS_MAX, type CommandEnd } from "./testbed.ts";

/** Runs a command to its end. Rejects when it cannot be started at all. */
export function runLocalCommand({ file, args, env, directory }: LocalCommand): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: directory, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    // What it started holds its streams, too.
    const deadline = setTimeout(() => child.pid !== undefined && killGroup(child.pid), COMMAND_MS_MAX);
    let output = "";
    const take = (text: string): void => {
      output = (output + text).slice(0, COMMAND_BYTES_MAX);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", (cause) => {
      clearTimeout(deadline);
      reject(new Error(`${file} cannot be started: ${tellSystemError(cause)}`, { cause }));
    });
    child.once("close", (code) => {
      clearTimeout(deadline);
      resolve({ code, output });
    });
  });
}
