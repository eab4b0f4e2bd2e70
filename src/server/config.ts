// Owns where the server's settings come from: flags, else the environment, else the console. It must not know what the
// settings do. Invariant: what it returns is within its limits.

import { isIP } from "node:net";
import { parseArgs } from "node:util";
import { DEFAULT_PORT, MESSAGE_GAP_MS, PORT_MAX, PORT_MIN } from "../protocol/hcp1/index.ts";
import { CONNECTIONS_MAX, FLOOD_BURST, FLOOD_RATE_PER_S, MAIL_DAYS, MAIL_LINES, SILENT_DEATH_S } from "./limits.ts";
import { LOG_LEVELS, type LogLevelName } from "./log/log-line.ts";
import { userFolder } from "./operator/control-path.ts";
import { helpText } from "./operator/operator.ts";
import type { BucketLimits } from "./peers/token-bucket.ts";

/** A setting is not as it must be: one line for the user, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Config {
  /** Undefined: ask on the console. */
  readonly host: string | undefined;
  /** Undefined: ask on the console. */
  readonly port: number | undefined;
  readonly messageGapMs: number;
  readonly silentDeathS: number;
  readonly connectionsMax: number;
  /** Undefined: no flood control. */
  readonly flood: BucketLimits | undefined;
  /** A path, "auto" for one of the user's own, or undefined for none. */
  readonly controlSocket: string | undefined;
  /** Undefined: nothing is kept for users who are away. */
  readonly mailbox: { readonly file: string; readonly linesMax: number; readonly days: number } | undefined;
  readonly logLevel: LogLevelName;
  readonly help: boolean;
  readonly version: boolean;
}

export const HELP = `Usage: server [options]

Runs a Howdy Server, version 1 of the Howdy Chat Protocol. Without an address or a port it asks on the console.

  --host ADDRESS         address of this machine to listen on              (else HOWDY_HOST, else asked for)
  --port PORT            TCP port, ${PORT_MIN} to ${PORT_MAX}; 0 takes any free one     (else HOWDY_PORT, else asked for)
  --message-gap-ms N     least time between two messages to one client; the report's client needs about 20;
                         0 to 1000, 0 is none (default ${MESSAGE_GAP_MS})
  --silent-death-s N     seconds until a client that vanished without a close is given up, 6 to 3600 (default ${SILENT_DEATH_S})
  --connections-max N    connections at once, 1 to 65535 (default ${CONNECTIONS_MAX})
  --flood-burst N        messages that a user may send at once, 1 to 100000   (else HOWDY_FLOOD_BURST, default ${FLOOD_BURST})
  --flood-rate N         and after that each second, to 100000; whoever sends more is read later, and nobody else;
                         0 is no flood control                              (else HOWDY_FLOOD_RATE, default ${FLOOD_RATE_PER_S})
  --control-socket PATH  Unix socket for the operator's commands, which howdyctl and \`npm run ctl\` give; "auto" is one
                         for this port in ${userFolder()}
                                                                            (else HOWDY_CONTROL_SOCKET, else none)
  --mailbox FILE         keeps whispers to users who were here and are away, until they are back; there are no
                         passwords: whoever takes a name gets its mail              (else HOWDY_MAILBOX, else none)
  --mailbox-lines N      lines to All that a user hears of those that were said meanwhile, to 1000 (default ${MAIL_LINES})
  --mailbox-days N       days that a message waits, 1 to 3650 (default ${MAIL_DAYS})
  --log-level LEVEL      ${LOG_LEVELS.join(", ")} (default info)
  --help, --version

On its own terminal, or once it has asked there, the server takes its operator's commands:
${helpText().replace(/^/gm, "  ")}

Log lines go to standard output: plain on a terminal, else JSON, one object a line.
quit, SIGTERM and SIGINT write what is queued, close every connection and end with exit status 0.
Exit status: 0 stopped, 1 the address cannot be had, 2 wrong usage, or a mailbox that cannot be used.
`;

const OPTIONS = {
  host: { type: "string" },
  port: { type: "string" },
  "message-gap-ms": { type: "string" },
  "silent-death-s": { type: "string" },
  "connections-max": { type: "string" },
  "flood-burst": { type: "string" },
  "flood-rate": { type: "string" },
  "control-socket": { type: "string" },
  mailbox: { type: "string" },
  "mailbox-lines": { type: "string" },
  "mailbox-days": { type: "string" },
  "log-level": { type: "string" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

type NumberFlag =
  | "message-gap-ms"
  | "silent-death-s"
  | "connections-max"
  | "flood-burst"
  | "flood-rate"
  | "mailbox-lines"
  | "mailbox-days";

/**
 * The settings in a command line and an environment.
 * @throws UsageError when one of them is not as it must be.
 */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const values = parse(args);
  const host = ofFlag("--host", values.host) ?? ofEnvironment("HOWDY_HOST", env.HOWDY_HOST);
  const port = ofFlag("--port", values.port) ?? ofEnvironment("HOWDY_PORT", env.HOWDY_PORT);
  const number = (flag: NumberFlag, min: number, max: number, fallback: number, variable = "") => {
    const value = ofFlag(`--${flag}`, values[flag]) ?? ofEnvironment(variable, env[variable]);
    return value === undefined ? fallback : wholeNumber(value, min, max);
  };
  const burst = number("flood-burst", 1, 100_000, FLOOD_BURST, "HOWDY_FLOOD_BURST");
  const ratePerS = number("flood-rate", 0, 100_000, FLOOD_RATE_PER_S, "HOWDY_FLOOD_RATE");
  const mailboxFile = values.mailbox || env.HOWDY_MAILBOX || undefined;
  const linesMax = number("mailbox-lines", 0, 1000, MAIL_LINES);
  const days = number("mailbox-days", 1, 3650, MAIL_DAYS);
  return {
    host: host === undefined ? undefined : checkHost(host),
    port: port === undefined ? undefined : checkPort(port),
    messageGapMs: number("message-gap-ms", 0, 1000, MESSAGE_GAP_MS),
    silentDeathS: number("silent-death-s", 6, 3600, SILENT_DEATH_S),
    connectionsMax: number("connections-max", 1, 65_535, CONNECTIONS_MAX),
    flood: ratePerS === 0 ? undefined : { burst, ratePerS },
    controlSocket: values["control-socket"] || env.HOWDY_CONTROL_SOCKET || undefined,
    mailbox: mailboxFile === undefined ? undefined : { file: mailboxFile, linesMax, days },
    logLevel: checkLevel(values["log-level"] ?? "info"),
    help: values.help ?? false,
    version: values.version ?? false,
  };
}

/** The port in a line typed at the prompt, or undefined when it is none. */
export function readPort(text: string): number | undefined {
  if (text === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port >= PORT_MIN && port <= PORT_MAX ? port : undefined;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replaceAll("\n", " "), { cause: error });
  }
}

interface NamedValue {
  readonly source: string;
  readonly value: string;
}

function ofFlag(source: string, value: string | undefined): NamedValue | undefined {
  return value === undefined ? undefined : { source, value };
}

/** A variable that is set to nothing is not set: that is how a shell or a compose file clears one. */
function ofEnvironment(source: string, value: string | undefined): NamedValue | undefined {
  return value === "" ? undefined : ofFlag(source, value);
}

function checkHost({ source, value }: NamedValue): string {
  if (value === "localhost") return "127.0.0.1";
  if (isIP(value) === 0) throw new UsageError(`${source}: expected an IP address; got ${JSON.stringify(value)}`);
  return value;
}

function checkPort(port: NamedValue): number {
  return port.value === "0" ? 0 : wholeNumber(port, PORT_MIN, PORT_MAX, " (or 0 for any that is free)");
}

function wholeNumber({ source, value }: NamedValue, min: number, max: number, or = ""): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  const expected = `expected a whole number from ${min} to ${max}${or}`;
  throw new UsageError(`${source}: ${expected}; got ${JSON.stringify(value)}`);
}

function checkLevel(level: string): LogLevelName {
  const known = LOG_LEVELS.find((name) => name === level);
  if (known === undefined) {
    throw new UsageError(`--log-level: expected one of ${LOG_LEVELS.join(", ")}; got ${JSON.stringify(level)}`);
  }
  return known;
}
