// Owns how people say where the broker is and which room they mean. Pure. Invariant: what is printed of it has no password.

/** A broker, and a room in it. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user: string | undefined;
  /** The user's password, or without a user a token. */
  readonly secret: string | undefined;
  readonly room: string;
}

export const NATS_PORT = 4222;
export const ROOM = "howdy";

/** As a part of a subject and of a stream's name. */
const ROOM_NAME = /^[a-z0-9-]{1,32}$/;
const URL_PROTOCOLS = ["nats:", "tls:"];

/** nats://HOST, with [USER:PASSWORD@] or [TOKEN@], [:PORT] and [/ROOM]; tls:// asks for TLS. Undefined for anything else. */
export function parseBrokerAddress(text: string): BrokerAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const room = pathname.replace(/^\//, "") || ROOM;
  const [user, secret] = [username, password].map(decode);
  const isWhole = URL_PROTOCOLS.includes(protocol) && hostname !== "" && search === "" && hash === "";
  if (!isWhole || !ROOM_NAME.test(room) || user === undefined || secret === undefined) return undefined;
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? NATS_PORT : Number(port),
    isTls: protocol === "tls:",
    user: secret === "" ? undefined : user,
    secret: (secret === "" ? user : secret) || undefined,
    room,
  };
}

/** The text without what may be a password, where no address could be made of it. */
export function withoutSecret(text: string): string {
  return text.replace(/^([^/]*\/\/)?.*@/s, "$1…@");
}

/** Undefined where a percent sign stands for nothing. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // URIError, its one error.
  }
}

/** host:port, for people. */
export function tellBroker({ host, port }: BrokerAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
