// Owns how a server is written in an option, ADDRESS:PORT or [ADDRESS]:PORT, and the option that more than one face has. It must not know the
// faces.

import type { Kind, ValueOption } from "../options/index.ts";
import { DEFAULT_PORT } from "../protocol/hcp1/index.ts";
import { parseServerAddress, type ServerAddress } from "./server-address.ts";

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
  variable: "HOWDY_SERVER",
  default: `127.0.0.1:${DEFAULT_PORT}`,
  help: "the Howdy server that the terminal connects to, and that the window offers and may connect to",
} satisfies ValueOption;
