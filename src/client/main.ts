// Owns the client as a program: options in, a face run, an exit status out. It must not know how a face works.
// Invariant: a user's mistake is one line on stderr and exit status 2; a signal is a close and exit status 0.

import { readFileSync } from "node:fs";
import { SYSTEM_CLOCK } from "../clock.ts";
import { ListenError, UsageError } from "../options/index.ts";
import { makeVisibleLine } from "../visible.ts";
import { PREFACE_ANSWER_MS } from "./call-opening.ts";
import type { CallerOptions } from "./caller.ts";
import { CLIENT_HELP, type ClientCommandOptions, readOptions } from "./command-options.ts";
import { CONTROL_VERSIONS } from "./control.ts";
import { DIAL_TIMEOUT_MS } from "./dial.ts";
import { KnownVersions } from "./hcp-version.ts";
import { type HeadlessEnd, runHeadless } from "./headless/headless.ts";
import { createLog } from "./log.ts";
import type { TerminalEnd } from "./terminal/terminal.ts";
import type { TerminalCommandOptions } from "./terminal/terminal-options.ts";
import { readTlsSettings } from "./tls-settings.ts";
import type { WebOptions } from "./web/web-options.ts";

/** After a signal, how long a close may take, in milliseconds. */
const SIGNAL_DEADLINE_MS = 1000;

const EXIT_STATUS: Readonly<Record<HeadlessEnd, number>> = { closed: 0, "reader-gone": 0, "reader-stuck": 1 };

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** What is said when the terminal could not go on. Each of these ends has exit status 1. */
const TERMINAL_FAULTS: Readonly<Partial<Record<TerminalEnd, string>>> = {
  unreachable: "the server cannot be reached",
  "name-refused": "the server does not take this name, and nobody is there to choose another",
  "not-registered": "the name was not registered; the line above says why",
  distrusted: "the server is not the one that it should be; the line above says why",
  "input-ended":
    "standard input ended before the server had accepted a name; give lines on it, or start the client on a terminal",
  "reader-stuck": "nobody reads what is printed on stdout",
};

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(CLIENT_HELP);
    return 0;
  }
  if (options.version) {
    process.stdout.write(`howdy-client ${packageVersion()}, control protocol ${CONTROL_VERSIONS.join(", ")}\n`);
    return 0;
  }
  return await run(options);
}

async function run(options: ClientCommandOptions): Promise<number> {
  // A log that nobody reads any more is no reason to end.
  process.stderr.on("error", () => undefined);
  const log = createLog(options.logLevel, writeStderr);
  const { localAddress, messageGapMs, hcp, web, terminal } = options;
  const tls = readTlsSettings({ ...options, keepsPins: !options.headless }, process.env);
  // A terminal that is closed says SIGHUP. The other faces may be meant to outlive theirs (nohup), and to be dumped (SIGQUIT).
  const stop = stopSignal(terminal === undefined ? SIGNALS : [...SIGNALS, "SIGHUP", "SIGQUIT"]);
  const versions = { hcp, versions: new KnownVersions(), prefaceAnswerMs: PREFACE_ANSWER_MS };
  const face = { stop, localAddress, dialTimeoutMs: DIAL_TIMEOUT_MS, messageGapMs, log, ...versions, ...tls };
  if (web !== undefined) return await serveWindows(web, face);
  if (terminal !== undefined) return await talk(terminal, face);
  const end = await runHeadless({ ...face, input: process.stdin, output: process.stdout, control: options.control });
  if (end === "reader-stuck") log.error("nobody reads the events on stdout");
  return EXIT_STATUS[end];
}

async function serveWindows(web: WebOptions, face: CallerOptions & { readonly stop: AbortSignal }): Promise<number> {
  // Loaded only here: the bundler and the WebSocket would double the start of every other face.
  const { runWeb } = await import("./web/web.ts");
  try {
    await runWeb({ ...face, web, announce: writeStderr });
    return 0;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    writeStderr(makeVisibleLine(`howdy-client: ${error.message}`));
    return 1;
  }
}

async function talk(
  terminal: TerminalCommandOptions,
  face: CallerOptions & { readonly stop: AbortSignal },
): Promise<number> {
  // Loaded only here, as the window is: the other faces start without it.
  const { runTerminal, surfaceOf } = await import("./terminal/terminal.ts");
  const surface = surfaceOf(process.stdin, process.stdout, process.env);
  const end = await runTerminal({ ...face, ...terminal, surface, clock: SYSTEM_CLOCK, chance: Math.random });
  const fault = TERMINAL_FAULTS[end];
  if (fault === undefined) return 0;
  writeStderr(`howdy-client: ${fault}`);
  return 1;
}

function writeStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

function stopSignal(signals: readonly NodeJS.Signals[]): AbortSignal {
  const stop = new AbortController();
  for (const signal of signals) {
    process.on(signal, () => {
      stop.abort();
      setTimeout(() => process.exit(0), SIGNAL_DEADLINE_MS);
    });
  }
  return stop.signal;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return JSON.parse(text).version;
}

try {
  // process.exitCode alone would not do: an open stdin, or a stdout that nobody reads, would keep the program alive.
  process.exit(await main());
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  writeStderr(makeVisibleLine(`howdy-client: ${error.message}`));
  process.exit(2);
}
