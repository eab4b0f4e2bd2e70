// Owns how people of version 2 prove that a name is theirs: SCRAM-SHA-256, bound to what both sides said first (PROTOCOL.md,
// 16.6). It must not know connections. Invariant: whoever is let in has made a proof with the name's password over both hellos
// as they were sent, and a challenge is answered once.

import { createHash, randomBytes } from "node:crypto";
import type { Hcp2Frame } from "../../../protocol/hcp2/index.ts";
import { fieldsIn, PASSWORD_ROUNDS } from "../../../protocol/hcp2/index.ts";
import type { SessionId } from "../../../room/entry.ts";
import { isProved, signatureOf } from "../../../scram/keys.ts";
import {
  headerOf,
  readClientFinal,
  readClientFirst,
  signedText,
  writeServerFinal,
  writeServerFirst,
} from "../../../scram/messages.ts";
import type { AccountsDesk, Peer } from "../door.ts";

/** The channel binding's name. */
const BINDING = "howdy-hello";
/** Random bytes of the server's part of a nonce. */
const NONCE_BYTES = 18;

export type SignInFault = "sign-in-malformed" | "sign-in-failed" | "sign-in-slowed" | "sign-in-hellos-differ";

interface Challenge {
  readonly name: string;
  readonly nonce: string;
  readonly bare: string;
  readonly serverFirst: string;
}

interface Proved {
  readonly name: string;
  readonly storedKey: string;
  readonly scram: string;
}

export class SignIns {
  readonly #desk: AccountsDesk;
  /** Of each connection, a digest of both hellos. */
  readonly #hellos = new Map<SessionId, { readonly server: Uint8Array; client?: Uint8Array }>();
  readonly #challenges = new Map<SessionId, Challenge>();

  constructor(desk: AccountsDesk) {
    this.#desk = desk;
  }

  /** A hello was sent to a peer: its bytes. */
  opened({ session }: Peer, hello: Uint8Array): void {
    this.#hellos.set(session, { server: digestOf(fieldsIn(hello)) });
  }

  /** A peer's hello came. */
  greeted({ session }: Peer, { body }: Hcp2Frame): void {
    const hellos = this.#hellos.get(session);
    if (hellos !== undefined) hellos.client = digestOf(body);
  }

  closed({ session }: Peer): void {
    this.#hellos.delete(session);
    this.#challenges.delete(session);
  }

  /** The challenge to a client's first message. A newer one takes the place of one that is not answered. */
  begin({ session, address }: Peer, text: string): { readonly scram: string } | SignInFault {
    this.#challenges.delete(session);
    const first = readClientFirst(text);
    if (first === undefined || first.binding !== BINDING) return "sign-in-malformed";
    if (!this.#desk.mayTry(address.address, first.name)) return "sign-in-slowed";
    const nonce = first.nonce + randomBytes(NONCE_BYTES).toString("base64");
    const salt = Buffer.from(this.#desk.credentialsOf(first.name).salt, "hex");
    const serverFirst = writeServerFirst({ nonce, salt, iterations: PASSWORD_ROUNDS });
    this.#challenges.set(session, { name: first.name, nonce, bare: first.bare, serverFirst });
    return { scram: serverFirst };
  }

  /** The name that a client's last message proves to be its own, by which stored key, and the server's own proof. */
  finish(peer: Peer, text: string): Proved | SignInFault {
    const challenge = this.#challenges.get(peer.session);
    this.#challenges.delete(peer.session);
    const final = readClientFinal(text);
    if (challenge === undefined || final?.nonce !== challenge.nonce) return "sign-in-malformed";
    const { name, bare, serverFirst } = challenge;
    const { address } = peer.address;
    // Others may have failed since the challenge.
    if (!this.#desk.mayTry(address, name)) return "sign-in-slowed";
    const { storedKey, serverKey } = this.#desk.credentialsOf(name);
    const signed = signedText(bare, serverFirst, final.unproved);
    if (!isProved({ storedKey: Buffer.from(storedKey, "hex") }, signed, final.proof)) {
      this.#desk.failed(address, name);
      return "sign-in-failed";
    }
    if (!this.#channelOf(peer).equals(final.channel)) return "sign-in-hellos-differ";
    return {
      name,
      storedKey,
      scram: writeServerFinal(signatureOf({ serverKey: Buffer.from(serverKey, "hex") }, signed)),
    };
  }

  #channelOf({ session }: Peer): Buffer {
    const { client, server } = this.#hellos.get(session) ?? {};
    return Buffer.concat([Buffer.from(headerOf(BINDING)), client ?? Buffer.of(), server ?? Buffer.of()]);
  }
}

function digestOf(fields: Uint8Array): Uint8Array {
  return createHash("sha256").update(fields).digest();
}
