// Owns what the client's command line and environment may say: the faces' options and those of every face. It must not
// start anything. Invariant: options that leave here can be used as they are.

import {
  type CommandLine,
  choice,
  type Environment,
  type Kind,
  layOutHelp,
  misuse,
  type OptionTable,
  optionRows,
  parseCommandLine,
  parseIpAddress,
  readValues,
  TEXT,
  UsageError,
  type Values,
  wholeNumber,
} from "../options/index.ts";
import { MESSAGE_GAP_MS } from "../protocol/hcp1/index.ts";
import type { ControlVersion } from "./control.ts";
import { HCP_CHOICES } from "./hcp-version.ts";
import { CLIENT_LOG_LEVELS } from "./log.ts";
import {
  readTerminalOptions,
  TERMINAL_OPTIONS,
  TERMINAL_WORDS,
  type TerminalCommandOptions,
} from "./terminal/terminal-options.ts";
import { TLS_CHOICES } from "./tls-rule.ts";
import { readWebOptions, WEB_OPTIONS, type WebOptions } from "./web/web-options.ts";

const LOCAL_ADDRESS: Kind<string> = { placeholder: "ADDRESS", expected: "an IP address", parse: parseIpAddress };

const CONTROL: Kind<ControlVersion> = {
  placeholder: "1|2",
  expected: "1 or 2",
  parse: (text) => (text === "1" ? 1 : text === "2" ? 2 : undefined),
};

const HEADLESS_OPTIONS = {
  headless: { kind: "flag", help: "commands on stdin, events on stdout, a JSON object a line (docs/control.md)" },
  control: {
    kind: CONTROL,
    default: 1,
    help: "the version of the control protocol that --headless speaks",
  },
} satisfies OptionTable;

const SHARED_OPTIONS = {
  "local-address": {
    kind: LOCAL_ADDRESS,
    variable: "HOWDY_LOCAL_ADDRESS",
    otherwise: "any",
    help: "the IP address of this machine to connect from",
  },
  hcp: {
    kind: choice(HCP_CHOICES),
    variable: "HOWDY_HCP",
    default: "auto",
    help: "the version of HCP to speak: auto is 2, and 1 with a server that does not answer in it (PROTOCOL.md, 13.4)",
  },
  tls: {
    kind: choice(TLS_CHOICES),
    variable: "HOWDY_TLS",
    default: "auto",
    help: "whether to speak TLS with the server: auto is where it is known to speak it, or offers it (PROTOCOL.md, 13.6)",
  },
  pins: {
    kind: TEXT,
    placeholder: "FILE",
    variable: "HOWDY_PINS",
    otherwise: "howdy/known-servers in the user's data folder, and none with --headless",
    help: "where the certificates of servers are kept, so that another one is noticed",
  },
  "tls-ca": {
    kind: TEXT,
    placeholder: "FILE",
    variable: "HOWDY_TLS_CA",
    otherwise: "none",
    help: "certificates of authorities in PEM: a new certificate must be one that they vouch for, in place of being taken at first sight",
  },
  "message-gap-ms": {
    kind: wholeNumber(0, 60_000, { unit: "ms" }),
    default: MESSAGE_GAP_MS,
    help: "least time between two messages to a server of version 1",
  },
  "log-level": {
    kind: choice(CLIENT_LOG_LEVELS),
    placeholder: "LEVEL",
    default: "warn",
    help: "how much is logged, to stderr",
  },
  help: { kind: "flag", short: "h", help: "show this and end" },
  version: { kind: "flag", help: "show the versions of the client and of its control protocol, and end" },
} satisfies OptionTable;

const OPTIONS = { ...TERMINAL_OPTIONS, ...HEADLESS_OPTIONS, ...WEB_OPTIONS, ...SHARED_OPTIONS };

export const CLIENT_HELP = `Usage: howdy-client [HOST [PORT [NAME]]] [options]
       howdy-client --headless | --web [options]

${layOutHelp([TERMINAL_WORDS, ...optionRows(OPTIONS)])}
`;

export interface ClientCommandOptions extends Values<typeof SHARED_OPTIONS> {
  readonly headless: boolean;
  readonly control: ControlVersion;
  /** Undefined without --web. */
  readonly web: WebOptions | undefined;
  /** Undefined with --headless or --web. */
  readonly terminal: TerminalCommandOptions | undefined;
}

/**
 * Reads arguments and environment. Of the faces' options it reads only those of the face that is meant.
 * @throws UsageError for anything that is not in CLIENT_HELP.
 */
export function readOptions(args: readonly string[], environment: Environment): ClientCommandOptions {
  const line = parseCommandLine(OPTIONS, args, { takesWords: true });
  const faces = (["headless", "web", "terminal"] as const).filter((face) => line.given.has(face));
  if (!line.given.has("help") && !line.given.has("version")) checkFaces(faces, line);
  const [face = "terminal"] = faces;
  return {
    headless: face === "headless",
    control: readValues(HEADLESS_OPTIONS, line, environment).control,
    web: face === "web" ? readWebOptions(line, environment) : undefined,
    terminal: face === "terminal" ? readTerminalOptions(line, environment) : undefined,
    ...readValues(SHARED_OPTIONS, line, environment),
  };
}

function checkFaces([face = "terminal", ...others]: readonly string[], { words }: CommandLine): void {
  if (others.length > 0) {
    const got = [face, ...others].map((one) => `--${one}`).join(", ");
    throw new UsageError(`expected one of --headless, --web and --terminal; got ${got}`);
  }
  const [word] = words;
  if (face !== "terminal" && word !== undefined) throw misuse(`--${face}`, "no HOST", word);
}
