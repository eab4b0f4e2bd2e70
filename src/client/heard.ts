// Owns what a client hears of a server, in either version, and which version that is. Pure: the page's tests know it, too. It
// must not know how bytes come.

import type { Malformed, Message } from "../protocol/hcp1/index.ts";
import type { Hcp2Malformed, Hcp2Message, Hcp2Unknown } from "../protocol/hcp2/index.ts";
import type { HcpVersion } from "./hcp-version.ts";

/** Which version is spoken; `fellBack` where the second would have been. */
export interface Spoken {
  readonly hcp: HcpVersion;
  readonly fellBack: boolean;
  /** There inside TLS: the certificate's SHA-256 fingerprint, and whether it was not known before. */
  readonly tls?: { readonly fingerprint: string; readonly firstSeen: boolean };
}

/** What a server says, in either version. The kinds of the two have no name in common but `malformed`. */
export type Heard = Message | Malformed | Hcp2Message | Hcp2Malformed | Hcp2Unknown;

/** The versions have no kind of message in common. */
export function isOfVersion1(message: Heard): message is Message {
  switch (message.kind) {
    case "proposal":
    case "ack":
    case "nak":
    case "update":
    case "message":
      return true;
    default:
      return false;
  }
}
