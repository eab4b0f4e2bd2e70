// Owns the limits that a program has in namespaces, as a person is told of them. It must not know how they are set: see
// namespaces.sh. Invariant: only a limit that holds there is told.

/** How a program's last words look when it reached a limit. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/\bEROFS\b|read-only file system/i, "in namespaces it may write only in /tmp, /dev/shm and {folder}"],
  [/\bENOSPC\b|no space left on device/i, "it reached its limit of a folder's size, 64 MiB in namespaces"],
  [/\bEMFILE\b|too many open files/i, "it reached its limit of open files, 1024 in namespaces"],
];

/** What an ordinary user cannot limit, said at a run's start. */
export const UNLIMITED = "memory, processes and cores are not limited";

/** The limit that a program's last words tell of; undefined where they tell of none. */
export function limitIn(words: string): string | undefined {
  return SIGNS.find(([sign]) => sign.test(words))?.[1];
}
