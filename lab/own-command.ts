// Owns how the lab's command is called where it runs, for messages that tell a command: from a checkout by npm, from a
// package by its own name. It must not know commands.

import { basename } from "node:path";

const PACKAGED = "howdy-lab";

/** The lab's command with these words, which stand as they are. */
export function labCommand(...words: readonly string[]): string {
  const { argv, env } = process;
  if (!basename(argv[1] ?? "").startsWith(PACKAGED)) {
    return ["npm run lab", ...(words.length > 0 ? ["--"] : []), ...words].join(" ");
  }
  // Whoever gives it through npm has it in a folder's node_modules, and not on the PATH.
  return [...(env.npm_command === undefined ? [] : ["npx"]), PACKAGED, ...words].join(" ");
}
