// Owns what the command line and the environment may say about the web face. It must not start anything.
// Invariant: what leaves here can be used as it is; the default server is on the list of allowed servers.

import {
  type CommandLine,
  type Environment,
  IP_ADDRESS,
  misuse,
  type OptionTable,
  readValues,
  wholeNumber,
} from "../../options/index.ts";
import { PORT_MAX } from "../../protocol/hcp1/index.ts";
import type { ServerAddress, Servers } from "../server-address.ts";
import { readServers, SERVER_ADDRESS, SERVER_OPTION } from "../server-option.ts";
import { ALLOWED_MAX } from "./limits.ts";
import { parseOrigin } from "./origin-rule.ts";

export const WEB_OPTIONS = {
  web: { kind: "flag", help: "a window in the browser, served on --web-host and --web-port" },
  "web-host": {
    kind: IP_ADDRESS,
    variable: "HOWDY_WEB_HOST",
    default: "127.0.0.1",
    help: "the IP address to listen on",
  },
  "web-port": {
    kind: wholeNumber(0, PORT_MAX, { noun: "a port" }),
    variable: "HOWDY_WEB_PORT",
    default: 8080,
    help: "the port to listen on, 0 for any free one",
  },
  server: SERVER_OPTION,
  "allow-server": {
    kind: SERVER_ADDRESS,
    repeats: true,
    variable: "HOWDY_ALLOW_SERVERS",
    help: "one more server that the window may connect to",
  },
  "allow-origin": {
    kind: { placeholder: "O", expected: "an origin such as https://chat.example", parse: parseOrigin },
    repeats: true,
    variable: "HOWDY_ALLOW_ORIGINS",
    help: "an origin such as https://chat.example under which the window may be reached beside IP addresses and localhost",
  },
} satisfies OptionTable;

export interface WebOptions {
  readonly host: string;
  readonly port: number;
  /** The first is what the page's entries hold at the start. */
  readonly servers: Servers;
  readonly allowedServers: readonly ServerAddress[];
  /** As a browser writes them: scheme, host, and the port unless it is the scheme's own. */
  readonly allowedOrigins: readonly string[];
}

/** @throws UsageError when an option is not as it must be, or too many servers or origins are allowed. */
export function readWebOptions(line: CommandLine, environment: Environment): WebOptions {
  const values = readValues(WEB_OPTIONS, line, environment);
  const { webHost: host, webPort: port, allowServer, allowOrigin: allowedOrigins } = values;
  const servers = readServers(line, environment);
  // The window's address would hold it.
  if (host.includes("%")) throw misuse("--web-host", "an IP address without a zone, which no browser takes", host);
  checkCount("--allow-server", allowServer);
  checkCount("--allow-origin", allowedOrigins);
  return { host, port, servers, allowedServers: [...servers, ...allowServer], allowedOrigins };
}

function checkCount(source: string, values: readonly unknown[]): void {
  if (values.length > ALLOWED_MAX) throw misuse(source, `at most ${ALLOWED_MAX} of them`, String(values.length));
}
