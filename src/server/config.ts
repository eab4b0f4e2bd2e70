// Owns the server's settings: a table of its options. It must not know what the settings do.
// Invariant: what it returns is within its limits.

import { type BrokerAddress, NATS_PORT, parseBrokerAddress, ROOM, withoutSecret } from "../log/nats/address.ts";
import {
  choice,
  type Environment,
  IP_ADDRESS,
  type Kind,
  layOutHelp,
  type OptionTable,
  optionRows,
  parseCommandLine,
  readValues,
  TEXT,
  UsageError,
  type Values,
  wholeNumber,
} from "../options/index.ts";
import { CHATROOM_PORT } from "../protocol/chatroom.ts";
import { CLASSCHAT_PORT } from "../protocol/classchat.ts";
import { CS513_PORT } from "../protocol/cs513.ts";
import { MESSAGE_GAP_MS, PORT_MAX, PORT_MIN } from "./doors/hcp1/defaults.ts";
import {
  CONNECTIONS_MAX,
  FLOOD_BURST,
  FLOOD_RATE_PER_S,
  LEASE_S,
  LEASE_S_MAX,
  MAIL_DAYS,
  MAIL_LINES,
  SILENT_DEATH_S,
} from "./limits.ts";
import { LOG_LEVELS } from "./log/log-line.ts";
import { userFolder } from "./operator/control-path.ts";
import { helpText } from "./operator/operator.ts";
import type { BucketLimits } from "./peers/token-bucket.ts";

const PORT = wholeNumber(PORT_MIN, PORT_MAX);

const LISTENING_PORT: Kind<number> = {
  placeholder: "PORT",
  expected: `${PORT.expected} (or 0 for any that is free)`,
  limits: `${PORT.limits}, or 0 for any that is free`,
  parse: (text) => (text === "0" ? 0 : PORT.parse(text)),
};

/** The doors beside version 1's, and where each listens unless told. */
const DOOR_PORTS = { cs513: CS513_PORT, classchat: CLASSCHAT_PORT, chatroom: CHATROOM_PORT } as const;

export type DoorName = keyof typeof DOOR_PORTS;

/** A door that is open, and its port. */
export interface DoorSetting {
  readonly name: DoorName;
  readonly port: number;
}

const DOOR_NAMES = Object.entries(DOOR_PORTS).map(([name, port]) => `${name} (${port})`);

const DOOR: Kind<DoorSetting> = {
  placeholder: "NAME[:PORT]",
  expected: `one of ${Object.keys(DOOR_PORTS).join(", ")}, and behind it nothing or a colon and ${LISTENING_PORT.expected}`,
  limits: DOOR_NAMES.join(", "),
  parse: (text) => {
    const [, word = "", given] = /^([a-z0-9]+)(?::(.*))?$/s.exec(text) ?? [];
    if (!isDoorName(word)) return undefined;
    const port = given === undefined ? DOOR_PORTS[word] : LISTENING_PORT.parse(given);
    return port === undefined ? undefined : { name: word, port };
  },
};

const BROKER: Kind<BrokerAddress> = {
  placeholder: "nats://HOST[:PORT]",
  expected:
    "nats://HOST, with a port, USER:PASSWORD@ before HOST and /ROOM behind it or without, or tls:// for nats://",
  limits: `port ${NATS_PORT}, room ${ROOM} unless told`,
  harmless: withoutSecret,
  parse: parseBrokerAddress,
};

function isDoorName(word: string): word is DoorName {
  return Object.hasOwn(DOOR_PORTS, word);
}

const OPTIONS = {
  host: {
    kind: IP_ADDRESS,
    variable: "HOWDY_HOST",
    otherwise: "asked for",
    help: "address of this machine to listen on",
  },
  port: { kind: LISTENING_PORT, variable: "HOWDY_PORT", otherwise: "asked for", help: "TCP port to listen on" },
  door: {
    kind: DOOR,
    repeats: true,
    variable: "HOWDY_DOORS",
    help: "lets the clients of another chat program into the room, on a port of their own",
  },
  "room-log": {
    kind: BROKER,
    variable: "HOWDY_ROOM_LOG",
    otherwise: "none",
    help: "shares the room with other servers, by a NATS server: docs/cluster.md",
  },
  "room-log-creds": {
    kind: TEXT,
    placeholder: "FILE",
    variable: "HOWDY_ROOM_LOG_CREDS",
    otherwise: "those in --room-log",
    help: "credentials for that NATS server, as NATS's tools write them, or the seed of a user's key",
  },
  "room-log-ca": {
    kind: TEXT,
    placeholder: "FILE",
    variable: "HOWDY_ROOM_LOG_CA",
    otherwise: "the system's",
    help: "certificates in PEM of those who vouch for that NATS server; TLS is asked for then",
  },
  "lease-s": {
    kind: wholeNumber(1, LEASE_S_MAX, { unit: "s" }),
    default: LEASE_S,
    help: "time after which the room's other servers let this one go when they hear nothing of it",
  },
  "message-gap-ms": {
    kind: wholeNumber(0, 1000, { unit: "ms" }),
    default: MESSAGE_GAP_MS,
    help: "least time between two messages to one client; the report's client needs about 20; 0 is none",
  },
  "silent-death-s": {
    kind: wholeNumber(6, 3600, { unit: "s" }),
    default: SILENT_DEATH_S,
    help: "time until a client that vanished without a close is given up",
  },
  "connections-max": { kind: wholeNumber(1, 65_535), default: CONNECTIONS_MAX, help: "connections at once" },
  "flood-burst": {
    kind: wholeNumber(1, 100_000),
    variable: "HOWDY_FLOOD_BURST",
    default: FLOOD_BURST,
    help: "messages that a user may send at once",
  },
  "flood-rate": {
    kind: wholeNumber(0, 100_000),
    variable: "HOWDY_FLOOD_RATE",
    default: FLOOD_RATE_PER_S,
    help: "and after that each second; whoever sends more is read later, and nobody else; 0 is no flood control",
  },
  "control-socket": {
    kind: TEXT,
    placeholder: "PATH",
    variable: "HOWDY_CONTROL_SOCKET",
    otherwise: "none",
    help: `Unix socket for the operator's commands, which howdyctl and \`npm run ctl\` give; "auto" is one for this port in ${userFolder()}`,
  },
  data: {
    kind: TEXT,
    placeholder: "DIR",
    variable: "HOWDY_DATA",
    otherwise: "none",
    help: "folder that keeps what is said, and whispers to users who were here and are away; without it nothing outlives the server, unless the room's log does: then it is this server's copy, and the next start is short",
  },
  "mailbox-lines": {
    kind: wholeNumber(0, 1000),
    default: MAIL_LINES,
    help: "lines to All that a user hears of those that were said meanwhile",
  },
  "mailbox-days": {
    kind: wholeNumber(1, 3650, { unit: "days" }),
    default: MAIL_DAYS,
    help: "how long a message waits",
  },
  "tls-cert": {
    kind: TEXT,
    placeholder: "FILE",
    variable: "HOWDY_TLS_CERT",
    otherwise: "one of its own in the data folder",
    help: "a certificate in PEM, with those that vouch for it: whoever begins with TLS speaks it, on the same port",
  },
  "tls-key": { kind: TEXT, placeholder: "FILE", variable: "HOWDY_TLS_KEY", otherwise: "none", help: "its key in PEM" },
  "log-level": {
    kind: choice(LOG_LEVELS),
    placeholder: "LEVEL",
    default: "info",
    help: "the least level that is logged",
  },
  help: { kind: "flag", help: "show this and end" },
  version: { kind: "flag", help: "show the server's version and end" },
} satisfies OptionTable;

export const SERVER_HELP = `Usage: server [options]

Runs a Howdy Server, version 1 of the Howdy Chat Protocol. Without an address or a port it asks on the console.

${layOutHelp(optionRows(OPTIONS))}

On its own terminal, or once it has asked there, the server takes its operator's commands:
${helpText().replace(/^/gm, "  ")}

Log lines go to standard output: plain on a terminal, else JSON, one object a line.
quit, SIGTERM and SIGINT write what is queued, close every connection and end with exit status 0.
Exit status: 0 stopped, 1 the address or the room's log cannot be had, 2 wrong usage, or a data folder that cannot be used.
`;

type OptionValues = Values<typeof OPTIONS>;

/** The options' values, but for those that say one thing together. An undefined host or port is asked for on the console. */
export interface Config
  extends Omit<
    OptionValues,
    "door" | "floodBurst" | "floodRate" | "data" | "mailboxLines" | "mailboxDays" | "tlsCert" | "tlsKey"
  > {
  readonly doors: readonly DoorSetting[];
  /** Undefined: no flood control. */
  readonly flood: BucketLimits | undefined;
  /** The files of a certificate that the server was given. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Without a folder nothing outlives the server, unless the room's log does. */
  readonly data: { readonly folder: string | undefined; readonly linesMax: number; readonly days: number };
}

/**
 * The settings in a command line and an environment.
 * @throws UsageError when one of them is not as it must be.
 */
export function readConfig(args: readonly string[], environment: Environment): Config {
  refuseMailbox(args, environment);
  const line = parseCommandLine(OPTIONS, args, { takesWords: false });
  const values = readValues(OPTIONS, line, environment);
  checkRoomLog(values);
  const { door, floodBurst, floodRate, data, mailboxLines, mailboxDays, tlsCert, tlsKey, ...rest } = values;
  return {
    ...rest,
    doors: door,
    // An empty path is none.
    controlSocket: rest.controlSocket || undefined,
    tls: tlsFiles(tlsCert, tlsKey),
    flood: floodRate === 0 ? undefined : { burst: floodBurst, ratePerS: floodRate },
    data: { folder: data || undefined, linesMax: mailboxLines, days: mailboxDays },
  };
}

function checkRoomLog({ roomLog, roomLogCreds }: Pick<OptionValues, "roomLog" | "roomLogCreds">): void {
  if (roomLogCreds && roomLog?.secret !== undefined) {
    throw new UsageError("--room-log-creds: expected none beside the credentials in --room-log");
  }
}

/** An empty path is none. */
function tlsFiles(cert: string | undefined, key: string | undefined): Config["tls"] {
  if (cert && key) return { cert, key };
  if (!cert && !key) return undefined;
  throw new UsageError(`TLS: expected --tls-cert and --tls-key; got ${cert ? "--tls-cert" : "--tls-key"} alone`);
}

/** The mailbox had a file of its own once, which is the data folder's database today. */
function refuseMailbox(args: readonly string[], environment: Environment): void {
  const isGiven = args.some((word) => word === "--mailbox" || word.startsWith("--mailbox="));
  if (!isGiven && !environment.HOWDY_MAILBOX) return;
  const what = isGiven ? "--mailbox FILE" : "HOWDY_MAILBOX";
  throw new UsageError(
    `${what} is --data DIR now (HOWDY_DATA): the mail of an old file FILE is kept on when you move FILE to DIR/howdy.db, and FILE-wal, if there is one, to DIR/howdy.db-wal`,
  );
}
