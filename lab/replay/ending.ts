// Owns how a program ended by itself, as a fact: its exit status or its signal, when, what it was started with, and its last
// lines on standard error, with what these mean where that is known. Pure. It must not know who listens on a port, or what
// was expected. Invariant: what is told of it is the same in each case in which it ends so.

import type { MetLimit } from "../hosts/program-limits.ts";
import type { ProgramRole } from "../hosts/topology.ts";
import type { ProgramExit } from "../testbed/testbed.ts";

export interface Ending {
  readonly host: string;
  readonly role: ProgramRole;
  readonly exit: ProgramExit;
  /** When the lab heard of it, in milliseconds since the epoch. */
  readonly atMs: number;
  /** How long it had run. */
  readonly ranMs: number;
  /** What it was started with, behind its image's entrypoint or its command. */
  readonly words: readonly string[];
  /** Its last lines on standard error. */
  readonly complaints: readonly string[];
  /** The limit that these lines tell of, where no other is known. */
  readonly limit?: MetLimit | undefined;
}

/** What a program's last lines say of why it ended. */
export type EndReason = "address in use" | "no entrypoint";

/** Lines of standard error that are kept of a program, and how much of each: as many as tell of an uncaught error. */
export const COMPLAINTS_MAX = 40;
const COMPLAINT_CHARS_MAX = 300;
/** What stands behind an error's message in Node and Java, and says nothing to who looks for the message. */
const STACK_LINE =
  /^\s+at |^\s*\^+$|^Node\.js v\d|^Emitted 'error' event|^ {2}(?:errno|code|syscall|path|dest|address|port|spawnargs): |^}$/;

/** As Linux, Java, Node, Go, Rust and Windows say it. */
const ADDRESS_IN_USE =
  /address (?:is )?already in use|EADDRINUSE|address in use|os error 98|errno 98|WSAEADDRINUSE|only one usage of each socket address/i;
/** Of tini, which is what `docker run --init` starts, and of the engine itself. */
const NOT_EXECUTED =
  /exec:? "?(?<word>[^\s":]+)"?(?:: | failed: )(?:no such file|executable file not found|permission denied|stat )/i;

/** Signals that a program gets for a fault of its own. */
const FAULT_SIGNALS: Readonly<Record<string, string>> = {
  SIGSEGV: "it read or wrote memory that is not its own",
  SIGBUS: "it read or wrote memory that is not there",
  SIGABRT: "it gave itself up",
  SIGFPE: "it divided by zero",
  SIGILL: "it ran into what is no instruction",
  SIGPIPE: "it wrote to a connection that was over: ignore SIGPIPE",
  SIGKILL: "something killed it, for want of memory most often",
};

/** "exit status 3", "by SIGSEGV". */
export function tellExit({ code, signal, limit }: ProgramExit): string {
  const end = signal === null ? `exit status ${code}` : `by ${signal}`;
  return limit === undefined ? end : `${end}: ${limit}`;
}

/** "the server ended by itself, by SIGSEGV: it read or wrote memory that is not its own". */
export function tellEnding({ role, exit, limit }: Pick<Ending, "role" | "exit" | "limit">): string {
  const fault = exit.signal === null ? undefined : FAULT_SIGNALS[exit.signal];
  const meaning = exit.limit === undefined ? (limit?.says ?? fault) : undefined;
  return `the ${role} ended by itself, ${tellExit(exit)}${meaning === undefined ? "" : `: ${meaning}`}`;
}

/** What its last lines mean; undefined where that is its own affair. */
export function reasonOf({ complaints, words }: Pick<Ending, "complaints" | "words">): EndReason | undefined {
  if (complaints.some((line) => ADDRESS_IN_USE.test(line))) return "address in use";
  const word = complaints.map((line) => NOT_EXECUTED.exec(line)?.groups?.word).find((each) => each !== undefined);
  return word !== undefined && word === words[0] ? "no entrypoint" : undefined;
}

/** The last lines with one more, each cut to what a person reads. */
export function withComplaint(complaints: readonly string[], line: string): readonly string[] {
  if (line.trim() === "" || STACK_LINE.test(line)) return complaints;
  const cut = line.length <= COMPLAINT_CHARS_MAX ? line : `${line.slice(0, COMPLAINT_CHARS_MAX)}…`;
  return [...complaints, cut].slice(-COMPLAINTS_MAX);
}
