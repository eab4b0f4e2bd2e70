// Owns what one program may take of the machine that it runs on: the limits, their defaults, and how a program that
// reaches one is told of it. It must not know beds. Invariant: every limit has a default, which is safe.

/** What a program may take. Each has its name in an implementation's file, under `limits`. */
export interface ProgramLimits {
  /** Of memory, with what it has in folders that are kept in memory. There is no swap. */
  readonly memoryMib: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Of the processor's time: 1 is one core. */
  readonly cpus: number;
  /** Files and sockets that one process has open. */
  readonly openFiles: number;
  /** Of each folder that it may write in. */
  readonly folderMib: number;
  /** Folders that it may write in beside WRITABLE. "/" is all of its root file system, whose size nothing then limits. */
  readonly writable: readonly string[];
}

export const DEFAULT_LIMITS: ProgramLimits = {
  memoryMib: 512,
  processes: 256,
  cpus: 1,
  openFiles: 1024,
  folderMib: 64,
  writable: [],
};

/** Files that a folder takes for each of its MiB: one without content has no size, and still takes a KiB of memory. */
export const FILES_PER_MIB = 256;

/** Folders that every program may write in. They are in memory, and empty at its start. */
export const WRITABLE = ["/tmp", "/var/tmp"] as const;

/** What many programs may take at most. What is not said stays each program's own. */
export type MostLimits = { readonly [Key in keyof ProgramLimits]?: ProgramLimits[Key] | undefined };

/** A program's limits, none of them above what is said for many programs. */
export function capLimits(own: ProgramLimits, most: MostLimits): ProgramLimits {
  const least = (key: Exclude<keyof ProgramLimits, "writable">): number => Math.min(own[key], most[key] ?? own[key]);
  // Folders in memory count as its memory. "/" is the one that would be on the engine's disk, without a size.
  const { folderMib, writable = folderMib === undefined ? ["/"] : [] } = most;
  return {
    memoryMib: least("memoryMib"),
    processes: least("processes"),
    cpus: least("cpus"),
    openFiles: least("openFiles"),
    folderMib: least("folderMib"),
    writable: own.writable.filter((path) => path !== "/" || writable.includes("/")),
  };
}

/** What a program can come to the end of. */
export const LIMITS = ["folders", "folder-size", "open-files", "processes", "memory", "cpus", "network"] as const;
export type Limit = (typeof LIMITS)[number];

/** A limit that a program reached and lived on with. */
export interface MetLimit {
  readonly limit: Limit;
  /** Which, and how that showed, for a person. */
  readonly says: string;
}

/** How a program's last words look when it reached a limit: the system's error, or what a language makes of it. */
const SIGNS: readonly (readonly [RegExp, Limit, (limits: ProgramLimits) => string])[] = [
  [
    /\bEROFS\b|read-only file system/i,
    "folders",
    ({ writable }) =>
      `it may write only in ${[...WRITABLE, ...writable].join(", ")} and {folder}: name the folder under limits.writable`,
  ],
  [
    /\bENOSPC\b|no space left on device/i,
    "folder-size",
    ({ folderMib }) => tell("a folder's size", folderMib, `MiB or ${folderMib * FILES_PER_MIB} files`, "folder-mib"),
  ],
  [/\bEMFILE\b|too many open files/i, "open-files", ({ openFiles }) => tell("open files", openFiles, "", "open-files")],
  [
    // Not of a write that would have had to wait, which fails with the same error.
    /^(?!\s*code:|.*\b(?:read|write|send|recv|accept|connect)\b).*(?:\bEAGAIN\b|resource temporarily unavailable)|cannot fork|can't start new thread|pthread_create/im,
    "processes",
    tellProcesses,
  ],
  [
    /\bENETUNREACH\b|\bEAI_AGAIN\b|network is unreachable|temporary failure in name resolution/i,
    "network",
    () =>
      "it may reach the case's own hosts and nothing else: have it go without the network, or bring it in its image",
  ],
  [/\bENOMEM\b|cannot allocate memory|\bMemoryError\b|OutOfMemory|out of memory/i, "memory", tellMemory],
];

/** The limit that somebody's last words tell of, for whoever reads the report; undefined where they tell of none. */
export function limitIn(words: string, limits: ProgramLimits): string | undefined {
  return SIGNS.find(([sign]) => sign.test(words))?.[2](limits);
}

/** Which limit somebody's last words tell of. */
export function whichLimitIn(words: string): Limit | undefined {
  return SIGNS.find(([sign]) => sign.test(words))?.[1];
}

/** The limit that a program reached when the system ended it for want of memory. */
export function tellMemory({ memoryMib }: ProgramLimits): string {
  return tell("memory", memoryMib, "MiB", "memory-mib");
}

/** The limit that a program reached when the system refused it one more process. */
export function tellProcesses({ processes }: ProgramLimits): string {
  return tell("processes and threads", processes, "", "processes");
}

/** The limit for which a program waited, though a processor may have been free. */
export function tellCpus({ cpus }: ProgramLimits): string {
  return tell("the processor's time", cpus, cpus === 1 ? "core" : "cores", "cpus");
}

function tell(what: string, value: number, unit: string, key: string): string {
  return `it reached its limit of ${what}, ${value}${unit && ` ${unit}`} (limits.${key})`;
}
