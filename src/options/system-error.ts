// Owns how a program tells its user what the system said about a file, an address or a program. It must not know which.
// Invariant: it is one line in the project's words, and says nothing of calls or of the path, which whoever tells it names.

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "this user may not do that there",
  EADDRINUSE: "it is in use",
  EADDRNOTAVAIL: "this machine has no such address",
  EBUSY: "something else uses it",
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the other side ended it",
  EDQUOT: "this user may write no more",
  EEXIST: "something is there already",
  EFBIG: "it would be too large",
  EINVAL: "that is not possible there",
  EIO: "the disk cannot be read or written",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENFILE: "too many files are open",
  ENOENT: "there is nothing of that name",
  ENOEXEC: "it is nothing that this system can run",
  ENOMEM: "there is no memory left",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is no folder",
  ENOTEMPTY: "the folder is not empty",
  ENXIO: "nobody listens there",
  EPERM: "this user may not do that there",
  EROFS: "nothing can be written there",
  ETIMEDOUT: "there was no answer",
  ETXTBSY: "it is being run",
};

/** What a system's error says; of any other error its own words, on one line. */
export function tellSystemError(error: unknown): string {
  const code = codeOf(error);
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return words;
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
