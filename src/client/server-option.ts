// Owns how a server is written in an option, ADDRESS:PORT or [ADDRESS]:PORT, and the option that more than one face has. It must not know the
// faces.

import {
  type CommandLine,
  type Environment,
  type Kind,
  misuse,
  readValues,
  type ValueOption,
} from "../options/index.ts";
import { DEFAULT_PORT } from "../protocol/hcp1/index.ts";
import { SERVERS_MAX } from "./control.ts";
import { parseServerAddress, type ServerAddress, type Servers } from "./server-address.ts";

export const SERVER_ADDRESS = {
  placeholder: "A:N",
  expected: "an IP address and a port such as 10.6.1.116:20002 or [::1]:20002",
  // Without brackets, ::1:20002 is an address.
  parse: (text) => {
    const [, address, port] = /^(\[[^\]]+\]|[^:]+):([^:]+)$/.exec(text) ?? [];
    return address === undefined || port === undefined ? undefined : parseServerAddress(address, port);
  },
} satisfies Kind<ServerAddress>;

export const SERVER_OPTION = {
  kind: SERVER_ADDRESS,
  repeats: true,
  variable: "HOWDY_SERVER",
  default: `127.0.0.1:${DEFAULT_PORT}`,
  help: "the Howdy server that the terminal connects to, and that the window offers and may connect to; of a room on several servers all of them, the client goes to the next when one goes",
} satisfies ValueOption;

/** @throws UsageError when one of them is none, or there are too many. */
export function readServers(line: CommandLine, environment: Environment): Servers {
  const { server } = readValues({ server: SERVER_OPTION }, line, environment);
  const [first, ...others] = server;
  if (first === undefined) throw misuse("--server", "a server", "none");
  if (server.length > SERVERS_MAX) throw misuse("--server", `at most ${SERVERS_MAX} of them`, String(server.length));
  return [first, ...others];
}
