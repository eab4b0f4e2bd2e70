// Owns what programs get that are processes of this machine: the environment, and the lab's raw peer as one of them. It
// must not know where they run. Invariant: nothing of the lab's environment reaches a program but what is named here.

import { delimiter, dirname, join } from "node:path";
import type { ProgramCommand } from "../hosts/program-source.ts";

/** Where Node keeps programs compiled, so that a start takes a quarter of the time; others take no notice of it. */
const COMPILE_CACHE = "node_modules/.cache/howdy-lab";
/** What a program may see of the lab's environment; above all no HOWDY_*, which would configure it from outside. */
const PASSED_VARIABLES = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SystemRoot", "TEMP"] as const;

/** The lab's raw peer, which no other program takes the place of. */
export function peerCommand(repository: string): ProgramCommand {
  const folder = join(repository, "lab/peer");
  return { words: [process.execPath, join(folder, "main.ts")], directory: folder };
}

/** A broker of this machine's, which takes a case's orders. */
export function brokerCommand(repository: string): ProgramCommand {
  const folder = join(repository, "lab/broker");
  return { words: ["sh", join(folder, "main.sh")], directory: folder };
}

/** What the peer and the broker are made of, and the Node that runs the peer. */
export function ownFolders(repository: string): readonly string[] {
  const folders = ["lab/peer", "lab/broker", "package.json"].map((each) => join(repository, each));
  return [...folders, dirname(process.execPath)];
}

export function compileCache(repository: string): string {
  return join(repository, COMPILE_CACHE);
}

export function passedEnvironment(repository: string): Record<string, string> {
  const passed: Record<string, string> = { NODE_COMPILE_CACHE: compileCache(repository) };
  for (const name of PASSED_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) passed[name] = value;
  }
  // A command that begins with node means the one that runs the lab.
  passed.PATH = [dirname(process.execPath), ...(passed.PATH === undefined ? [] : [passed.PATH])].join(delimiter);
  return passed;
}
