// Owns what the command line and the environment may say about the terminal face. It must not start anything.
// Invariant: what leaves here can be used as it is.

import { DEFAULT_PORT } from "../../protocol/hcp1/index.ts";
import { parseServerAddress, type ServerAddress } from "../server-address.ts";
import type { Refuse } from "../web/web-options.ts";

const DEFAULT_HOST = "127.0.0.1";
const POSITIONALS_MAX = 3;

export const TERMINAL_HELP = `  HOST PORT NAME       The terminal: chat from the command line; /help there says how. Lines from a pipe are sent as
                       they come, lines to a pipe are plain. HOST is an IPv4 address or localhost; without it --server,
                       else HOWDY_SERVER, else ${DEFAULT_HOST}, port ${DEFAULT_PORT}. Without NAME it asks for one.
                       NO_COLOR turns colours off.
  --terminal           The same, said outright.
`;

export interface TerminalCommandOptions {
  readonly server: ServerAddress;
  /** Undefined to ask for one. */
  readonly name: string | undefined;
}

/** Reads HOST, PORT and NAME. Whatever is wrong goes to `refuse`, which must throw. */
export function readTerminalOptions(
  positionals: readonly string[],
  server: string | undefined,
  env: Readonly<NodeJS.ProcessEnv>,
  refuse: Refuse,
): TerminalCommandOptions {
  const [host, port = String(DEFAULT_PORT), name] = positionals;
  if (positionals.length > POSITIONALS_MAX) {
    refuse("arguments", "at most HOST, PORT and NAME, a name with blanks in quotes", positionals.slice(3).join(" "));
  }
  if (host === undefined) return { server: readOffered(server, env, refuse), name: undefined };
  if (server !== undefined) refuse("--server", "either it or HOST", server);
  const address = host === "localhost" ? DEFAULT_HOST : host;
  if (parseServerAddress(address, DEFAULT_PORT) === undefined) refuse("HOST", "an IPv4 address or localhost", host);
  const parsed = parseServerAddress(address, port);
  return { server: parsed ?? refuse("PORT", "a port from 1 to 65535", port), name };
}

function readOffered(flag: string | undefined, env: Readonly<NodeJS.ProcessEnv>, refuse: Refuse): ServerAddress {
  const source = flag === undefined ? "HOWDY_SERVER" : "--server";
  const value = flag ?? (env.HOWDY_SERVER || `${DEFAULT_HOST}:${DEFAULT_PORT}`);
  const colon = value.lastIndexOf(":");
  const server = colon > 0 ? parseServerAddress(value.slice(0, colon), value.slice(colon + 1)) : undefined;
  return server ?? refuse(source, "an IPv4 address and a port such as 10.6.1.116:20002", value);
}
