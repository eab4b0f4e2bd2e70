// Owns what the command line and the environment may say about the web face. It must not start anything.
// Invariant: what leaves here can be used as it is; the default server is on the list of allowed servers.

import { isIP } from "node:net";
import { DEFAULT_PORT, PORT_MAX } from "../../protocol/hcp1/index.ts";
import { parseServerAddress, type ServerAddress } from "../server-address.ts";
import { ALLOWED_MAX } from "./limits.ts";
import { parseOrigin } from "./origin-rule.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_WEB_PORT = 8080;
const DEFAULT_SERVER: ServerAddress = { address: "127.0.0.1", port: DEFAULT_PORT };

/** The flags, in the form that node:util's parseArgs takes. */
export const WEB_FLAGS = {
  web: { type: "boolean", default: false },
  "web-host": { type: "string" },
  "web-port": { type: "string" },
  server: { type: "string" },
  "allow-server": { type: "string", multiple: true },
  "allow-origin": { type: "string", multiple: true },
} as const;

export const WEB_HELP = `  --web                A window in the browser, served on --web-host and --web-port.
  --web-host A         The IP address to listen on. Else HOWDY_WEB_HOST, else ${DEFAULT_HOST}.
  --web-port N         The port to listen on, 0 for any free one. Else HOWDY_WEB_PORT, else ${DEFAULT_WEB_PORT}.
  --server A:N         The Howdy server that the window offers, and may connect to.
                       Else HOWDY_SERVER, else ${DEFAULT_SERVER.address}:${DEFAULT_SERVER.port}.
  --allow-server A:N   One more server that the window may connect to; may be repeated. Also HOWDY_ALLOW_SERVERS,
                       with commas.
  --allow-origin O     An origin such as https://chat.example under which the window may be reached beside IP
                       addresses and localhost; may be repeated. Also HOWDY_ALLOW_ORIGINS, with commas.
`;

export interface WebOptions {
  readonly host: string;
  readonly port: number;
  /** What the page's entries hold at the start. */
  readonly server: ServerAddress;
  readonly allowedServers: readonly ServerAddress[];
  /** As a browser writes them: scheme, host, and the port unless it is the scheme's own. */
  readonly allowedOrigins: readonly string[];
}

/** The flags as parseArgs gives them. */
export interface WebFlags {
  readonly "web-host"?: string | undefined;
  readonly "web-port"?: string | undefined;
  readonly server?: string | undefined;
  readonly "allow-server"?: readonly string[] | undefined;
  readonly "allow-origin"?: readonly string[] | undefined;
}

/** Refuses an option: what was expected of which source, and what was got. */
export type Refuse = (source: string, expected: string, got: string) => never;

interface Setting {
  readonly source: string;
  readonly value: string;
}

/** Reads the flags, else the environment. Whatever is wrong goes to `refuse`, which must throw. */
export function readWebOptions(flags: WebFlags, env: Readonly<NodeJS.ProcessEnv>, refuse: Refuse): WebOptions {
  const host = setting("--web-host", flags["web-host"], "HOWDY_WEB_HOST", env, DEFAULT_HOST);
  const port = setting("--web-port", flags["web-port"], "HOWDY_WEB_PORT", env, String(DEFAULT_WEB_PORT));
  const offered = setting("--server", flags.server, "HOWDY_SERVER", env, writeServer(DEFAULT_SERVER));
  const more = settings("--allow-server", flags["allow-server"], "HOWDY_ALLOW_SERVERS", env, refuse);
  const origins = settings("--allow-origin", flags["allow-origin"], "HOWDY_ALLOW_ORIGINS", env, refuse);
  const server = readServer(offered, refuse);
  return {
    host: readHost(host, refuse),
    port: readPort(port, refuse),
    server,
    allowedServers: [server, ...more.map((one) => readServer(one, refuse))],
    allowedOrigins: origins.map((one) => readOrigin(one, refuse)),
  };
}

/** As the flags take it: ADDRESS:PORT. */
export function writeServer(server: ServerAddress): string {
  return `${server.address}:${server.port}`;
}

// A variable that is set to nothing is not set: that is how a shell or a compose file clears one.
function setting(
  flag: string,
  value: string | undefined,
  variable: string,
  env: Readonly<NodeJS.ProcessEnv>,
  otherwise: string,
): Setting {
  if (value !== undefined) return { source: flag, value };
  return { source: variable, value: env[variable] || otherwise };
}

function settings(
  flag: string,
  values: readonly string[] | undefined,
  variable: string,
  env: Readonly<NodeJS.ProcessEnv>,
  refuse: Refuse,
): readonly Setting[] {
  const listed = (env[variable] ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  const all = [
    ...(values ?? []).map((value) => ({ source: flag, value })),
    ...listed.map((value) => ({ source: variable, value })),
  ];
  if (all.length > ALLOWED_MAX) refuse(flag, `at most ${ALLOWED_MAX} of them`, String(all.length));
  return all;
}

function readHost({ source, value }: Setting, refuse: Refuse): string {
  if (value === "localhost") return DEFAULT_HOST;
  return isIP(value) > 0 ? value : refuse(source, "an IP address", value);
}

function readPort({ source, value }: Setting, refuse: Refuse): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  return port <= PORT_MAX ? port : refuse(source, `a port from 0 to ${PORT_MAX}`, value);
}

function readServer({ source, value }: Setting, refuse: Refuse): ServerAddress {
  const colon = value.lastIndexOf(":");
  const server = colon > 0 ? parseServerAddress(value.slice(0, colon), value.slice(colon + 1)) : undefined;
  return server ?? refuse(source, "an IPv4 address and a port such as 10.6.1.116:20002", value);
}

function readOrigin({ source, value }: Setting, refuse: Refuse): string {
  return parseOrigin(value) ?? refuse(source, "an origin such as https://chat.example", value);
}
