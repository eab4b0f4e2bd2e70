// Owns what the command line and the environment may say about the terminal face. It must not start anything.
// Invariant: what leaves here can be used as it is.

import { type CommandLine, type Environment, misuse, type OptionTable } from "../../options/index.ts";
import { DEFAULT_PORT, PORT_MAX } from "../../protocol/hcp1/index.ts";
import { parseServerAddress, type ServerAddress, type Servers } from "../server-address.ts";
import { readServers } from "../server-option.ts";

const DEFAULT_HOST = "127.0.0.1";

export const TERMINAL_WORDS = {
  label: "HOST PORT NAME",
  text: `the terminal: chat from the command line; /help there says how. Lines from a pipe are sent as they come, lines to a pipe are plain. HOST is an IP address or localhost; without it --server counts. PORT is ${DEFAULT_PORT} unless given. Without NAME it asks for one. NO_COLOR turns colours off.`,
} as const;

export const TERMINAL_OPTIONS = {
  terminal: { kind: "flag", help: "the same, said outright" },
} satisfies OptionTable;

export interface TerminalCommandOptions {
  readonly servers: Servers;
  /** Undefined to ask for one. */
  readonly name: string | undefined;
}

/**
 * Reads HOST, PORT and NAME, or --server in their place.
 * @throws UsageError when they are not as they must be.
 */
export function readTerminalOptions(line: CommandLine, environment: Environment): TerminalCommandOptions {
  const [host, port = String(DEFAULT_PORT), name, ...more] = line.words;
  if (more.length > 0) {
    throw misuse("arguments", "at most HOST, PORT and NAME, a name with blanks in quotes", more.join(" "));
  }
  if (host === undefined) return { servers: readServers(line, environment), name: undefined };
  const server = line.given.get("server")?.at(-1);
  if (server !== undefined) throw misuse("--server", "either it or HOST", server);
  // No name has blanks at its ends.
  return { servers: [readWords(host, port)], name: name?.trim() || undefined };
}

function readWords(host: string, port: string): ServerAddress {
  const address = host === "localhost" ? DEFAULT_HOST : host;
  if (parseServerAddress(address, DEFAULT_PORT) === undefined) {
    throw misuse("HOST", "an IP address or localhost", host);
  }
  const server = parseServerAddress(address, port);
  if (server === undefined) throw misuse("PORT", `a port from 1 to ${PORT_MAX}`, port);
  return server;
}
