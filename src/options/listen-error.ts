// Owns how a program tells its user that it cannot listen where its options say. It must not know who listens, or on what.

import { tellSystemError } from "./system-error.ts";

/** The address cannot be had: one line for the user, exit status 1. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** An address to listen on, and the options that say it, such as "--host" and "--port". */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly hostOption: string;
  readonly portOption: string;
}

/** The system's error as one line for the user, with the option that helps. */
export function listenError(error: unknown, options: ListenOptions): ListenError {
  return new ListenError(explain(error, options), { cause: error });
}

function explain(error: unknown, { host, port, hostOption, portOption }: ListenOptions): string {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "EADDRINUSE":
      return `port ${port} of ${host} is in use by another program; choose another with ${portOption}`;
    case "EADDRNOTAVAIL":
      return `${host} is not an address of this machine; choose another with ${hostOption}`;
    case "EINVAL":
      return `${host} cannot be listened on: a link-local address needs its zone, as in ${host}%eth0; choose with ${hostOption}`;
    case "EACCES":
      return `port ${port} of ${host} is not permitted to this user; choose another with ${portOption}`;
    default:
      return `cannot listen on ${host}, port ${port}: ${tellSystemError(error)}`;
  }
}
