// Owns what a person may put into the address and port entries. It must not know what is done with them.
// Invariant: an address that leaves here can be dialled as it is.

import { parseIpAddress } from "../options/ip-address.ts";
import { DEFAULT_PORT, PORT_MAX } from "../protocol/hcp1/index.ts";
import type { ControlCommand2 } from "./control.ts";

/** Where a server listens: an IP address and a port from 1 to 65535. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** One or more, the one that is meant first ahead. */
export type Servers = readonly [ServerAddress, ...ServerAddress[]];

/** What two empty entries mean. Report, "Howdy Client". */
const DEFAULT_SERVER: ServerAddress = { address: "127.0.0.1", port: DEFAULT_PORT };

type Connect = Extract<ControlCommand2, { connect: unknown }>["connect"];

const DECIMAL = /^[1-9]\d{0,4}$/;

/** The server that the two entries say, or undefined when they say none. A port may come as a number or as digits. */
export function parseServerAddress(address: string, port: string | number): ServerAddress | undefined {
  if (address === "" && port === "") return DEFAULT_SERVER;
  const portNumber = parsePort(port);
  const ipAddress = parseIpAddress(address);
  return portNumber === undefined || ipAddress === undefined ? undefined : { address: ipAddress, port: portNumber };
}

/** The servers that a command to connect names; undefined when one of them is none. */
export function parseServers(connect: Connect): Servers | undefined {
  const [first, ...others] = ("servers" in connect ? connect.servers : [connect]).map(({ address = "", port = "" }) =>
    parseServerAddress(address, port),
  );
  const isServer = (one: ServerAddress | undefined) => one !== undefined;
  return isServer(first) && others.every(isServer) ? [first, ...others] : undefined;
}

function parsePort(port: string | number): number | undefined {
  const digits = String(port);
  if (!DECIMAL.test(digits)) return undefined;
  const value = Number(digits);
  return value <= PORT_MAX ? value : undefined;
}
