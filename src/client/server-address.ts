// Owns what a person may put into the address and port entries. It must not know what is done with them.
// Invariant: an address that leaves here can be dialled as it is.

import { parseIpAddress } from "../options/ip-address.ts";
import { DEFAULT_PORT, PORT_MAX } from "../protocol/hcp1/index.ts";

/** Where a server listens: an IP address and a port from 1 to 65535. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** What two empty entries mean. Report, "Howdy Client". */
const DEFAULT_SERVER: ServerAddress = { address: "127.0.0.1", port: DEFAULT_PORT };

const DECIMAL = /^[1-9]\d{0,4}$/;

/** The server that the two entries say, or undefined when they say none. A port may come as a number or as digits. */
export function parseServerAddress(address: string, port: string | number): ServerAddress | undefined {
  if (address === "" && port === "") return DEFAULT_SERVER;
  const portNumber = parsePort(port);
  const ipAddress = parseIpAddress(address);
  return portNumber === undefined || ipAddress === undefined ? undefined : { address: ipAddress, port: portNumber };
}

function parsePort(port: string | number): number | undefined {
  const digits = String(port);
  if (!DECIMAL.test(digits)) return undefined;
  const value = Number(digits);
  return value <= PORT_MAX ? value : undefined;
}
