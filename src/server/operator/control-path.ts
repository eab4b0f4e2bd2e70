// Owns where the control socket is, and who may reach it: a folder that belongs to this user and that nobody else may
// write. Invariant: a socket in another's folder is neither made nor asked.

import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** In place of a path: a socket in the user's own folder, named after the server's port. */
export const AUTO = "auto";

const SUFFIX = ".sock";
/** The mode bits by which the group and all others may write. */
const OTHERS_WRITE = 0o022;

/** The user's own folder for control sockets. */
export function userFolder(env: NodeJS.ProcessEnv = process.env): string {
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && runtime !== "") return join(runtime, "howdy");
  return join(tmpdir(), `howdy-${process.getuid?.() ?? "user"}`);
}

/** The path that a server on a port has in the user's own folder. */
export function autoPath(port: number, env?: NodeJS.ProcessEnv): string {
  return join(userFolder(env), `${port}${SUFFIX}`);
}

/** Makes the folder of a socket if it is not there. @throws when it is not this user's alone to write. */
export function prepareFolder(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fault = folderFault(folder);
  if (fault !== undefined) throw new Error(fault);
}

/** The control sockets in the user's own folder. */
export function socketsOf(folder: string): readonly string[] {
  if (folderFault(folder) !== undefined) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return names.sort().map((name) => join(folder, name));
}

function folderFault(folder: string): string | undefined {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return `${folder} is no folder`;
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) return `${folder} belongs to another user`;
  return (stat.mode & OTHERS_WRITE) === 0 ? undefined : `others may write in ${folder}`;
}
