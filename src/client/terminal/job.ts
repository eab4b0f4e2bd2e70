// Owns what the client is to the shell that started it: a job, which is stopped (Ctrl-Z) and goes on (fg, bg). It must not
// know what is on the terminal. Invariant: a stopped client goes on by itself where no shell took the terminal.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { wakerArguments } from "./waker.ts";

export interface JobListener {
  /** Somebody else asked the client to stop: `kill -TSTP`. */
  onStopAsked(): void;
  /** The client goes on, after a stop that it was not asked about: SIGSTOP, or SIGTTIN of a background job. */
  onGoesOn(): void;
  /** The shell has taken the terminal though nobody stopped the client: what it was started through (npm) was killed. */
  onTerminalTaken(): void;
}

/** The client as a job. */
export interface Job {
  listen(listener: JobListener): void;
  leave(): void;
  /** Stops the client with everything that it was started through. Settles when it goes on. */
  stop(): Promise<void>;
}

const OWN_STATUS = "/proc/self/stat";

/** How often the client looks whose the terminal is, in milliseconds. */
const LOOK_MS = 500;
/** At the first of these looks a client that went on (bg) may not have been stopped again yet. */
const LOOKS_TAKEN = 2;

export class ShellJob implements Job {
  #listener: JobListener | undefined;
  #looking: NodeJS.Timeout | undefined;
  /** Looks, one behind the other, at which the terminal was somebody else's; undefined until it was the client's. */
  #taken: number | undefined;
  readonly #onStopAsked = () => this.#listener?.onStopAsked();
  readonly #onGoesOn = () => this.#listener?.onGoesOn();

  listen(listener: JobListener): void {
    this.#listener = listener;
    process.on("SIGTSTP", this.#onStopAsked);
    process.on("SIGCONT", this.#onGoesOn);
    if (!existsSync(OWN_STATUS)) return;
    this.#look();
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  leave(): void {
    process.off("SIGTSTP", this.#onStopAsked);
    process.off("SIGCONT", this.#onGoesOn);
    clearInterval(this.#looking);
  }

  // A shell waits for the process that it started, which may be npm: so all of the job is stopped, as by a terminal that is
  // not raw. Without listeners the signal does what it always does, and kill() returns when somebody lets the job go on. It
  // returns at once where the system stops no such job, since nobody is there to let it go on.
  async stop(): Promise<void> {
    startWaker();
    this.leave();
    process.kill(0, "SIGTSTP");
    if (this.#listener !== undefined) this.listen(this.#listener);
    // A signal that ends the client may have come first: `kill %1`. It is taken in the first of these turns.
    for (let turn = 0; turn < 2; turn += 1) await new Promise(setImmediate);
  }

  #look(): void {
    if (hasTerminal()) this.#taken = 0;
    else if (this.#taken !== undefined) this.#taken += 1;
    if (this.#taken === LOOKS_TAKEN) this.#listener?.onTerminalTaken();
  }
}

/** Whether keys are this process's group's; proc(5), stat: 5 the group, 8 the terminal's foreground group. */
function hasTerminal(): boolean {
  const stat = readFileSync(OWN_STATUS, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[2] === fields[5];
}

/** Where there is no /proc there are no containers either, and a terminal has a shell. */
function startWaker(): void {
  if (!existsSync(OWN_STATUS)) return;
  const waker = spawn(process.execPath, wakerArguments(process.pid), { detached: true, stdio: "ignore" });
  // Without it Ctrl-Z works as it does in any other program.
  waker.on("error", () => undefined);
  waker.unref();
}
