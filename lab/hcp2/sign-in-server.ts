// Owns what the lab's raw peer says where it is the server and a client signs in (PROTOCOL.md, 16.6): the client's nonce, and the
// signature of one who knows the keys of the one password that cases have. Pure. It must not know how frames came. Invariant:
// what is signed are the client's own messages, and the challenge that files write.

import { PASSWORD_ROUNDS } from "../../src/protocol/hcp2/index.ts";
import { isProved, signatureOf } from "../../src/scram/keys.ts";
import {
  headerOf,
  readClientFinal,
  readClientFirst,
  signedText,
  writeServerFinal,
  writeServerFirst,
} from "../../src/scram/messages.ts";
import { BINDING, fieldsOf, sha256 } from "./sign-in.ts";
import { messageOf } from "./wire.ts";

/** Of the password "Linux", which every Linux has in /proc/sys/kernel/ostype, with this salt. */
const SALT = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
const STORED_KEY = Buffer.from("222728e00cfc44bb7ea16380595c228aee4a51107eac5fdf80524223aad8538f", "hex");
const SERVER_KEY = Buffer.from("c3e918fa459460dc140ed72bc18d0d86182534d50f9a65a8ceaf88452a40c529", "hex");

/** The nonce of the last `signIn` that came. */
export function nonceOf(came: readonly Uint8Array[]): string | undefined {
  return firstOf(came)?.nonce;
}

/** What the server's `welcome` says to the last `prove` that came; undefined where that proves nothing, or is not of the client's hello. */
export function ownSignatureFor(came: readonly Uint8Array[]): string | undefined {
  const first = firstOf(came);
  const prove = came.map(messageOf).findLast((each) => each?.kind === "prove");
  const final = prove?.kind === "prove" ? readClientFinal(prove.scram) : undefined;
  if (first === undefined || final === undefined) return undefined;
  const serverFirst = writeServerFirst({ nonce: final.nonce, salt: SALT, iterations: PASSWORD_ROUNDS });
  const signed = signedText(first.bare, serverFirst, final.unproved);
  if (!isProved({ storedKey: STORED_KEY }, signed, final.proof) || !isBound(came, final.channel)) return undefined;
  return writeServerFinal(signatureOf({ serverKey: SERVER_KEY }, signed));
}

/** What the server's side of the channel is only the file knows. */
function isBound(came: readonly Uint8Array[], channel: Uint8Array): boolean {
  const hello = came.findLast((each) => messageOf(each)?.kind === "hello");
  if (hello === undefined) return false;
  const own = Buffer.concat([Buffer.from(headerOf(BINDING)), sha256(fieldsOf(hello))]);
  return own.equals(channel.subarray(0, own.length));
}

function firstOf(came: readonly Uint8Array[]) {
  const signIn = came.map(messageOf).findLast((each) => each?.kind === "signIn");
  return signIn?.kind === "signIn" ? readClientFirst(signIn.scram) : undefined;
}
