// Owns what programs get that are processes of this machine: the environment, the lab's raw peer as one of them, and that the
// project's own start fast. It must not know where they run. Invariant: nothing of the lab's environment reaches a program but
// what is named here.

import { delimiter, dirname, join, resolve } from "node:path";
import { haveBundles } from "../../src/bundle/make-bundles.ts";
import type { ProgramCommand } from "../hosts/program-source.ts";

/** What has Node start the project's programs from their bundles. */
export const PRELOAD = "compile-cache.mjs";
/** The programs that cases are run with. */
export const OWN_PROGRAMS = [
  "src/server/main.ts",
  "src/server/operator/howdyctl.ts",
  "src/client/main.ts",
  "lab/terminal-adapter/main.ts",
] as const;

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

/** Has what is started as the project's own programs are start from bundles that are like their sources. */
export async function bundleOwnPrograms(repository: string, commands: readonly ProgramCommand[]): Promise<void> {
  const preload = join(repository, PRELOAD);
  const areOwn = commands.some(({ words, directory }) => words.some((word) => resolve(directory, word) === preload));
  if (areOwn) await haveBundles(repository, OWN_PROGRAMS);
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
