// Owns how log lines leave the server: JSON by pino on a pipe or a file, the plain wording on a terminal. It must not
// know what is logged. Invariant: a slow reader of a pipe neither blocks the server nor grows it without limit.

import { inspect, styleText } from "node:util";
import { pino } from "pino";
import { LOG_BYTES_MAX, LOG_CLOSE_MS, LOG_FLUSH_MS } from "../limits.ts";
import { type LogLevelName, type LogLine, type LogSink, logLine } from "./log-line.ts";

/** pino's number for the level info. */
const INFO = 30;

/** ECMA-48: the cursor goes home, the screen is cleared, and what has scrolled off it. */
const CLEAR_SCREEN = "\u001b[H\u001b[2J\u001b[3J";

export interface ServerLog {
  readonly sink: LogSink;
  /** A line that is shown whatever the level is: a question on the console. */
  show(text: string): void;
  /** What the operator's console answers, whatever the level is, each line as one of the log's. */
  answer(text: string): void;
  /** Clears the terminal; false when standard output is none. */
  clear(): boolean;
  /** Settles when everything is written, or cannot be in the time that is given for it. */
  close(): Promise<void>;
}

/**
 * The server's log on standard output.
 *
 * @param closeMs - How long the last lines may take to be read.
 */
export function openLog(level: LogLevelName, closeMs: number = LOG_CLOSE_MS): ServerLog {
  const output = new LogOutput(process.stdout, process.stdout.isTTY ? plain : asItIs, (lines) =>
    sink.write(dropped(lines)),
  );
  const logger = pino({ level, base: null }, output);
  const prompts = logger.child({}, { level: "info" });
  const wanted = { info: logger.isLevelEnabled("info"), warn: logger.isLevelEnabled("warn") } as const;
  // A line that is written again is pino's line with the new time: most lines of a busy room have been written before.
  const behindTime = new WeakMap<LogLine, string>();
  const sink: LogSink = {
    wants: (lineLevel) => wanted[lineLevel],
    write: (line) => {
      if (!wanted[line.level]) return;
      const known = behindTime.get(line);
      if (known !== undefined) {
        output.write(`{"level":${logger.levels.values[line.level]},"time":${Date.now()}${known}`);
        return;
      }
      logger[line.level]({ event: line.event, ...line.fields }, line.text);
      behindTime.set(line, output.last.slice(output.last.indexOf(',"event":')));
    },
  };
  return {
    sink,
    show: (text) => prompts.info({ event: "prompt" }, text),
    answer: (text) => {
      if (text !== "") for (const line of text.split("\n")) prompts.info({ event: "operator" }, line);
    },
    clear: () => process.stdout.isTTY && output.clear(),
    close: () => output.close(closeMs),
  };
}

function dropped(lines: number): LogLine {
  const text = `${lines} log lines were dropped: standard output was not read fast enough.`;
  return logLine("log-dropped", text, { lines }, "warn");
}

/**
 * A bug ends the program as Node would end it, but not before its log is written: the kernel takes only so much of a pipe
 * at once, and what was logged last is what one wants to read. A second bug meanwhile ends it there and then.
 */
export function closeOnCrash(log: Pick<ServerLog, "close">): void {
  process.once("uncaughtException", (error) => {
    process.stderr.write(`${inspect(error)}\n`);
    void log.close().then(() => process.exit(1));
  });
}

/**
 * Batches lines into writes: those of one turn of the event loop, and in a busy room those of LOG_FLUSH_MS. A write for
 * every turn would wake whoever reads the log as often.
 */
class LogOutput {
  readonly #stream: NodeJS.WriteStream;
  readonly #format: (json: string) => string;
  readonly #onDropped: (lines: number) => void;
  /** The line that was written last, as JSON. */
  last = "";
  #batch = "";
  #flushedMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #broken = false;

  constructor(stream: NodeJS.WriteStream, format: (json: string) => string, onDropped: (lines: number) => void) {
    this.#stream = stream;
    this.#format = format;
    this.#onDropped = onDropped;
    // Whoever read the log is gone: the room goes on without one.
    stream.on("error", () => {
      this.#broken = true;
    });
    stream.on("drain", () => this.#tellDropped());
    // What a crash logged last is what one wants to read.
    process.on("exit", () => this.#flush());
  }

  write(json: string): void {
    this.last = json;
    if (this.#broken) return;
    if (this.#stream.writableLength + this.#batch.length > LOG_BYTES_MAX) {
      this.#dropped += 1;
      return;
    }
    if (this.#batch === "") this.#flushSoon();
    this.#batch += this.#format(json);
  }

  /** Everything so far goes out first: it is to be cleared, too. */
  clear(): boolean {
    this.#flush();
    if (!this.#broken) this.#stream.write(CLEAR_SCREEN);
    return true;
  }

  async close(waitMs: number): Promise<void> {
    this.#tellDropped();
    this.#flush();
    if (this.#broken) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, waitMs).unref();
      this.#stream.once("error", () => resolve());
      this.#stream.write("", () => resolve());
    });
  }

  #flushSoon(): void {
    const flush = (): void => this.#flush();
    if (performance.now() - this.#flushedMs < LOG_FLUSH_MS) setTimeout(flush, LOG_FLUSH_MS);
    else setImmediate(flush);
  }

  #flush(): void {
    this.#flushedMs = performance.now();
    const batch = this.#batch;
    this.#batch = "";
    if (batch !== "" && !this.#broken) this.#stream.write(Buffer.from(batch));
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const lines = this.#dropped;
    this.#dropped = 0;
    this.#onDropped(lines);
  }
}

function asItIs(json: string): string {
  return json;
}

function plain(json: string): string {
  const line: { readonly level: number; readonly msg: string } = JSON.parse(json);
  const { msg } = line;
  return `${line.level > INFO ? styleText("yellow", msg, { stream: process.stdout }) : msg}\n`;
}
