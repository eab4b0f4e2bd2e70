// Owns what SCRAM-SHA-256 computes (RFC 5802, 3; RFC 7677): keys of a password, a client's proof, a server's signature. It must
// not know messages. Invariant: with what a server keeps nobody can sign in.

import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { ClientKeys, ServerKeys } from "./key-types.ts";

export const KEY_BYTES = 32;

const stretch = promisify(pbkdf2);

/** Takes as long as `iterations` ask for, in another thread. The password is composed first (RFC 8265, 4.2). */
export async function deriveKeys(password: string, salt: Uint8Array, iterations: number): Promise<ClientKeys> {
  const salted = await stretch(password.normalize("NFC"), salt, iterations, KEY_BYTES, "sha256");
  const clientKey = hmac(salted, "Client Key");
  return { clientKey, storedKey: sha256(clientKey), serverKey: hmac(salted, "Server Key") };
}

export function proofOf({ clientKey, storedKey }: ClientKeys, signed: string): Uint8Array {
  return xor(clientKey, hmac(storedKey, signed));
}

/** True when the proof was made with the password of the key. */
export function isProved({ storedKey }: Pick<ServerKeys, "storedKey">, signed: string, proof: Uint8Array): boolean {
  if (proof.length !== KEY_BYTES) return false;
  return timingSafeEqual(sha256(xor(proof, hmac(storedKey, signed))), storedKey);
}

export function signatureOf({ serverKey }: Pick<ServerKeys, "serverKey">, signed: string): Uint8Array {
  return hmac(serverKey, signed);
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, at) => byte ^ (other[at] ?? 0));
}
