// Owns how a server is written in an option, ADDRESS:PORT, and the option that more than one face has. It must not know the
// faces.

import type { Kind, ValueOption } from "../options/index.ts";
import { DEFAULT_PORT } from "../protocol/hcp1/index.ts";
import { parseServerAddress, type ServerAddress } from "./server-address.ts";

export const SERVER_ADDRESS = {
  placeholder: "A:N",
  expected: "an IPv4 address and a port such as 10.6.1.116:20002",
  parse: (text) => {
    const colon = text.lastIndexOf(":");
    return colon > 0 ? parseServerAddress(text.slice(0, colon), text.slice(colon + 1)) : undefined;
  },
} satisfies Kind<ServerAddress>;

export const SERVER_OPTION = {
  kind: SERVER_ADDRESS,
  variable: "HOWDY_SERVER",
  default: `127.0.0.1:${DEFAULT_PORT}`,
  help: "the Howdy server that the terminal connects to, and that the window offers and may connect to",
} satisfies ValueOption;
