// Owns a small program beside the client that makes the terminal whole when the client cannot do it any more: it was killed
// (SIGKILL, out of memory) or crashed. It must not know what is on the terminal. It is outside the client's job and session,
// so that what ends or stops these does not reach it. Invariant: it ends when the client ends, and changes a terminal that
// is as the client had it, and no other: a shell may have made it whole already, and have modes of its own since.

import { spawn } from "node:child_process";

/** What Node's raw mode takes away. No shell that edits a line of its own takes away `isig`, which is looked at. */
const MODES = "brkint icrnl ixon echo icanon iexten isig";

const PROGRAM = `
  read -r said <&3
  [ "$said" = whole ] && exit
  set -- $(stty -a)
  case " $* " in *" -isig "*) stty ${MODES} && printf '\\033[?2004l\\r\\n' ;; esac
`;

export interface Keeper {
  /** The terminal is whole, or the shell's. */
  dismiss(): void;
}

/** Keeps the terminal that this process has on its standard streams. */
export function startKeeper(): Keeper {
  const child = spawn("sh", ["-c", PROGRAM], {
    cwd: "/",
    detached: true,
    stdio: [process.stdin, process.stdout, "ignore", "pipe"],
  });
  const [, , , pipe] = child.stdio;
  // Where it cannot be had, a client that is killed leaves the terminal as it was at that moment.
  child.on("error", () => undefined);
  pipe?.on("error", () => undefined);
  child.unref();
  if (pipe !== null && pipe !== undefined && "unref" in pipe && typeof pipe.unref === "function") pipe.unref();
  return {
    dismiss: () => {
      if (pipe !== null && pipe !== undefined && "write" in pipe) pipe.write("whole\n");
    },
  };
}
