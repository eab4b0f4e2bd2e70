// Owns when TLS is spoken with a server, and which certificates are taken. Pure. It must not know sockets, nor where pins are.
// Invariant: a server that was seen to speak TLS is spoken to inside it unless a person says otherwise, and only with the certificate
// that was seen, or one that a person's own authority vouches for (PROTOCOL.md, 13.6).

import type { Pin } from "./pins-text.ts";

/** What a person asks for: TLS, none, or TLS where the server is known to speak it. */
export const TLS_CHOICES = ["auto", "on", "off"] as const;

export type TlsChoice = (typeof TLS_CHOICES)[number];

/** A certificate, as a handshake showed it. */
export interface SeenCertificate {
  /** SHA-256, in hexadecimal pairs with colons between them. */
  readonly fingerprint: string;
  /** An authority that the person named vouches for it, at this address. */
  readonly isVouchedFor: boolean;
}

/** Why TLS is spoken with a server: a person asks for it, it is known to speak it, or it has just said so. */
export type TlsReason = "asked" | "known" | "offered";

export function whyTls(choice: TlsChoice, { fingerprint }: Pin): TlsReason | undefined {
  if (choice === "off") return undefined;
  if (fingerprint !== undefined) return "known";
  return choice === "on" ? "asked" : undefined;
}

/** `first` and `renewed` are taken, and pinned from then on; `changed` and `nobody's` are refused. */
export type Judgement = "known" | "first" | "renewed" | "changed" | "nobody's";

export function judge(seen: SeenCertificate, pin: Pin, asksAuthority: boolean): Judgement {
  if (seen.fingerprint === pin.fingerprint) return "known";
  if (pin.fingerprint !== undefined) return seen.isVouchedFor ? "renewed" : "changed";
  return asksAuthority && !seen.isVouchedFor ? "nobody's" : "first";
}
