// Owns what programs on hosts in namespaces may see of this machine's files: no home, no temporary files and no sockets
// of this machine's services, but what the programs under test are made of. It must not know how that is brought about.
// Invariant: what is kept lies below a hidden folder and in nothing else that is kept; every path but a link's is real.

import { existsSync, realpathSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { ProgramCommand } from "../../hosts/program-source.ts";

/** What may be seen. */
export interface HostView {
  /** Folders that are empty to programs. */
  readonly hidden: readonly string[];
  /** Folders and files below them that are there all the same. */
  readonly kept: readonly string[];
  /** Links below them to what is there. */
  readonly links: readonly (readonly [link: string, target: string])[];
  /** Whether everybody may read all of it. */
  readonly isOpen: boolean;
}

/** Homes, temporary files, sockets of services, disks of people; and the limits of groups, which root could change. */
const HIDDEN = ["/home", "/root", "/tmp", "/var/tmp", "/run", "/mnt", "/media", "/sys/fs/cgroup"] as const;

/** Bits of a mode: others may read, or go through. */
const [READ_BY_ALL, PASS_BY_ALL] = [0o004, 0o001];

/** The outermost folder of packages that a path leads through. */
const PACKAGES = /^.*?[/\\]node_modules(?=[/\\])/;

/** What the view depends on, so that a test can change it. */
export interface ViewOptions {
  readonly hidden?: readonly string[];
  /** Of the programs; bare words are looked for there. */
  readonly path: string;
}

/**
 * The view that these programs need.
 *
 * @param folders - What is to be seen beside the programs' own.
 */
export function viewFor(
  programs: readonly ProgramCommand[],
  folders: readonly string[],
  { hidden = [...HIDDEN, homedir(), tmpdir()], path }: ViewOptions,
): HostView {
  const tops = outermost(hidden.filter((each) => existsSync(each)).map((each) => realpathSync(each))).filter(
    (each) => each !== sep,
  );
  const isHidden = (each: string): boolean => tops.some((top) => each.startsWith(`${top}${sep}`));
  const named = [...folders, ...programs.flatMap((program) => namedBy(program, path, tops))].filter(existsSync);
  const real = named.map((each) => realpathSync(each));
  return {
    hidden: tops,
    kept: outermost(real.filter(isHidden)),
    links: named.flatMap((each, index) => {
      const target = real[index] ?? each;
      return each === target || !isHidden(each) ? [] : [[each, target] as const];
    }),
    // A folder that hides another can be passed by all.
    isOpen: real.every((each) => isReadable(each) && (isHidden(each) || isPassable(dirname(each)))),
  };
}

function isReadable(path: string): boolean {
  return (statSync(path).mode & READ_BY_ALL) !== 0;
}

function isPassable(folder: string): boolean {
  return (statSync(folder).mode & PASS_BY_ALL) !== 0 && (dirname(folder) === folder || isPassable(dirname(folder)));
}

/**
 * A program is its file's folder, what its file calls the context, and what its words name: a file brings its folder. What
 * npm has installed brings what it is installed among, where its packages are.
 */
function namedBy({ words, directory, context }: ProgramCommand, path: string, tops: readonly string[]): string[] {
  const paths = words.map((word) => resolve(directory, word)).filter(existsSync);
  const [word = ""] = words;
  const found = word.includes(sep) ? [] : installationOf(word, path, tops);
  const own = [
    directory,
    ...(context === undefined ? [] : [context]),
    ...paths.flatMap((each) => ownFolder(each, tops)),
    ...found,
  ];
  return own.map((each) => PACKAGES.exec(each)?.[0] ?? each);
}

function ownFolder(path: string, tops: readonly string[]): readonly string[] {
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  // A home is never seen whole.
  return [tops.includes(realpathSync(folder)) ? path : folder];
}

/**
 * A program on the PATH that is installed in somebody's home brings what it is installed in: of /home/jon/.nvm/v24/bin/node
 * that is /home/jon/.nvm. What many programs share, .local, is not seen whole.
 */
function installationOf(word: string, path: string, tops: readonly string[]): readonly string[] {
  const found = path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, word))
    .find(existsSync);
  if (found === undefined) return [];
  return [found, realpathSync(found)].flatMap((each) => {
    const home = homedir();
    if (!each.startsWith(`${home}${sep}`)) return ownFolder(each, tops);
    const parts = each.slice(home.length + 1).split(sep);
    const depth = parts[0] !== ".local" ? 1 : parts[1] === "share" ? 3 : 2;
    return [join(home, ...parts.slice(0, Math.min(depth, parts.length - 1) || 1))];
  });
}

/** The paths without those that lie in another one. */
function outermost(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => path.startsWith(`${other}${sep}`)));
}
