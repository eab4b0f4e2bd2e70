// Owns what a renderer may know of standard output: whether it is a terminal, how large, whether colours are wanted; and
// the lines at its bottom that are drawn again and again. It must not know what is written. Invariant: it keeps no
// process alive, and however the process ends or is stopped (Ctrl-Z), nothing that was drawn is left and the cursor can be
// seen.

import { createRequire } from "node:module";
import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

const require = createRequire(import.meta.url);

type LiveLines = ReturnType<typeof import("log-update").createLogUpdate>;

/** Where a renderer writes. */
export interface Screen {
  /** Writes lines that stay, above those that are drawn. */
  write(lines: string): void;
  /**
   * Draws lines at the bottom in place of those drawn before; none takes them away. They must not be wider than the
   * terminal, and are for terminals only.
   */
  draw(lines: readonly string[]): void;
  /** Of a terminal that can be drawn on; undefined where lines are all that can be written. */
  readonly size: ScreenSize | undefined;
  readonly hasColors: boolean;
  nowMs(): number;
  /** Calls again and again; the function that comes back ends it. */
  every(periodMs: number, call: () => void): () => void;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Standard output, with colours as NO_COLOR, FORCE_COLOR and the terminal say. */
export function processScreen(): Screen {
  const screen = streamScreen(process.stdout, process.env);
  if (screen.size === undefined) return screen;
  process.once("exit", () => screen.draw([]));
  process.on("SIGTSTP", function stop() {
    screen.draw([]);
    // Without a listener the signal does what it always does: kill() returns when the shell lets the lab go on, and what is
    // to be seen then is drawn the next time. The terminal has told the rest of the job by itself.
    process.off("SIGTSTP", stop);
    process.kill(process.pid, "SIGTSTP");
    process.on("SIGTSTP", stop);
  });
  return screen;
}

/** What a stream may tell of a terminal behind it. */
export type ScreenStream = NodeJS.WritableStream &
  Partial<Pick<WriteStream, "isTTY" | "columns" | "rows" | "cork" | "uncork">>;

/**
 * @param environment - CI, and TERM=dumb, ask for lines alone. So does a terminal that does not tell its size: one that
 *   nobody looks at, most often.
 */
export function streamScreen(stream: ScreenStream, environment: NodeJS.ProcessEnv): Screen {
  const { isTTY = false, columns = 0, rows = 0 } = stream;
  const isTerminal = isTTY && columns > 0 && rows > 0 && !isCi(environment) && environment.TERM !== "dumb";
  // Where nothing is drawn it is not loaded: with its tables of emoji it takes a tenth of the lab's start.
  let loaded: LiveLines | undefined;
  const live = (): LiveLines => {
    loaded ??= (require("log-update") as typeof import("log-update")).createLogUpdate(stream);
    return loaded;
  };
  let drawn = "";
  return {
    write: (lines) => {
      stream.cork?.();
      if (drawn !== "") live().clear();
      stream.write(lines);
      if (drawn !== "") live()(drawn);
      stream.uncork?.();
    },
    draw: (lines) => {
      if (!isTerminal || (drawn === "" && lines.length === 0)) return;
      drawn = lines.join("\n");
      if (drawn !== "") return live()(drawn);
      live().clear();
      live().done();
    },
    get size() {
      return isTerminal ? { columns: stream.columns ?? columns, rows: stream.rows ?? rows } : undefined;
    },
    hasColors: styleText("bold", "x", { stream }) !== "x",
    nowMs: () => Date.now(),
    every: (periodMs, call) => {
      const timer = setInterval(call, periodMs).unref();
      return () => clearInterval(timer);
    },
  };
}

function isCi({ CI = "" }: NodeJS.ProcessEnv): boolean {
  return CI !== "" && CI !== "false" && CI !== "0";
}
