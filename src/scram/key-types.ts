// Owns what the keys of a password are called (RFC 5802, 3), for those who pass them on and compute nothing. Pure types.

/** What a server keeps of a password. */
export interface ServerKeys {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** What a client makes of a password; `clientKey` never leaves it. */
export interface ClientKeys extends ServerKeys {
  readonly clientKey: Uint8Array;
}
