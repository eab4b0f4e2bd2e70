// Owns the lab's relay in the network of a host in namespaces: a process of the run's namespaces. It must not know what the
// relay does. Invariant: it ends with its input, and with the run's namespaces.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RelayStreams } from "../relay-process.ts";
import type { Command } from "./holder.ts";

const MAIN = fileURLToPath(new URL("../../network/relay-main.ts", import.meta.url));

/** @param enter - Runs words in the host's network, with this machine's files. */
export function startNamespaceRelay(
  enter: (words: readonly string[]) => Command,
  env: Readonly<Record<string, string>>,
  seed: number,
): RelayStreams {
  const { file, args } = enter([process.execPath, MAIN, String(seed)]);
  const child = spawn(file, args, { cwd: "/", detached: true, env: { ...env }, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => {});
  const closed = Promise.race([once(child, "close"), once(child, "error")]);
  return {
    write: (line) => void child.stdin.write(line),
    onOutput: (hear) => {
      child.stdout.on("data", (chunk: Buffer) => hear(chunk));
      void closed.then(() => hear(null));
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
