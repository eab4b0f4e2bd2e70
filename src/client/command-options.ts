// Owns what the client's command line and environment may say. It must not start anything.
// Invariant: options that leave here can be used as they are; what cannot be used is a UsageError of one line.

import { parseArgs } from "node:util";
import { MESSAGE_GAP_MS } from "../protocol/hcp1/index.ts";
import { LOG_LEVELS, type LogLevel } from "./log.ts";
import { isDottedQuad } from "./server-address.ts";
import { readTerminalOptions, TERMINAL_HELP, type TerminalCommandOptions } from "./terminal/terminal-options.ts";
import { readWebOptions, WEB_FLAGS, WEB_HELP, type WebOptions } from "./web/web-options.ts";

/** Longest gap between two messages, in milliseconds: a minute. */
const MESSAGE_GAP_MS_MAX = 60_000;

export const HELP = `Usage: howdy-client [HOST [PORT [NAME]]] [options]
       howdy-client --headless | --web [options]

${TERMINAL_HELP}  --headless           Commands on stdin, events on stdout, a JSON object a line (docs/control.md).
${WEB_HELP}  --local-address A    The IPv4 address of this machine to connect from. Else HOWDY_LOCAL_ADDRESS, else any.
  --message-gap-ms N   Least time between two messages to the server, 0 to ${MESSAGE_GAP_MS_MAX}; ${MESSAGE_GAP_MS} unless given.
  --log-level L        ${LOG_LEVELS.join(", ")}; warn unless given. The log goes to stderr.
  --help               This text.
  --version            The versions of the client and of its control protocol.
`;

/** The user's mistake: one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface ClientCommandOptions {
  readonly headless: boolean;
  /** Undefined without --web. */
  readonly web: WebOptions | undefined;
  /** Undefined with --headless or --web. */
  readonly terminal: TerminalCommandOptions | undefined;
  readonly localAddress: string | undefined;
  readonly messageGapMs: number;
  readonly logLevel: LogLevel;
  readonly help: boolean;
  readonly version: boolean;
}

/**
 * Reads arguments and environment.
 * @throws UsageError for anything that is not in HELP.
 */
export function readOptions(args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): ClientCommandOptions {
  const { values, positionals } = parse(args);
  const faces = (["headless", "web", "terminal"] as const).filter((face) => values[face]);
  if (!values.help && !values.version) checkFaces(faces, positionals);
  const isTerminal = faces[0] === undefined || faces[0] === "terminal";
  return {
    headless: values.headless,
    web: values.web ? readWebOptions(values, env, refuse) : undefined,
    terminal: isTerminal ? readTerminalOptions(positionals, values.server, env, refuse) : undefined,
    localAddress: readLocalAddress(values["local-address"], env.HOWDY_LOCAL_ADDRESS),
    messageGapMs: readMessageGap(values["message-gap-ms"]),
    logLevel: readLogLevel(values["log-level"]),
    help: values.help,
    version: values.version,
  };
}

function checkFaces(faces: readonly string[], positionals: readonly string[]): void {
  const [face, ...others] = faces;
  if (others.length > 0) {
    const got = faces.map((one) => `--${one}`).join(", ");
    throw new UsageError(`expected one of --headless, --web and --terminal; got ${got}`);
  }
  const takesServer = face === undefined || face === "terminal";
  if (!takesServer && positionals[0] !== undefined)
    throw new UsageError(`--${face}: expected no HOST; got ${JSON.stringify(positionals[0])}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        headless: { type: "boolean", default: false },
        terminal: { type: "boolean", default: false },
        ...WEB_FLAGS,
        "local-address": { type: "string" },
        "message-gap-ms": { type: "string", default: String(MESSAGE_GAP_MS) },
        "log-level": { type: "string", default: "warn" },
        help: { type: "boolean", default: false, short: "h" },
        version: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function refuse(source: string, expected: string, got: string): never {
  throw new UsageError(`${source}: expected ${expected}; got ${JSON.stringify(got)}`);
}

function readLocalAddress(flag: string | undefined, variable: string | undefined): string | undefined {
  if (flag !== undefined) return expectAddress("--local-address", flag);
  return variable ? expectAddress("HOWDY_LOCAL_ADDRESS", variable) : undefined;
}

function expectAddress(source: string, value: string): string {
  if (isDottedQuad(value)) return value;
  throw new UsageError(`${source}: expected an IPv4 address; got ${JSON.stringify(value)}`);
}

function readMessageGap(value: string): number {
  const gapMs = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (gapMs <= MESSAGE_GAP_MS_MAX) return gapMs;
  throw new UsageError(
    `--message-gap-ms: expected a whole number from 0 to ${MESSAGE_GAP_MS_MAX}; got ${JSON.stringify(value)}`,
  );
}

function readLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === value);
  if (level !== undefined) return level;
  throw new UsageError(`--log-level: expected one of ${LOG_LEVELS.join(", ")}; got ${JSON.stringify(value)}`);
}
