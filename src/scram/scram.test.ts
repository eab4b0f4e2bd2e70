import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveKeys, isProved, proofOf, signatureOf } from "./keys.ts";
import * as scram from "./messages.ts";

/** The conversations of RFC 7677, 3 (SHA-256), and of RFC 5802, 5 (SHA-1): user "user", password "pencil". */
const SHA_256 = [
  "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
] as const;
const SHA_1 = [
  "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
  "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
  "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
  "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
] as const;

describe("the RFCs' conversations", () => {
  test.each([
    { of: "RFC 7677", texts: SHA_256 },
    { of: "RFC 5802", texts: SHA_1 },
  ])("are read and written again to the letter: $of", ({ texts: [first, challenge, final, end] }) => {
    const client = scram.readClientFirst(first);
    const server = scram.readServerFirst(challenge);
    const proved = scram.readClientFinal(final);
    const signature = scram.readServerFinal(end);
    if (!client || !server || !proved || !signature) throw new Error("a message cannot be read");
    expect(client).toMatchObject({ name: "user", binding: undefined });
    expect(new TextDecoder().decode(proved.channel)).toBe("n,,");
    expect(scram.writeClientFirst(client)).toEqual({ text: first, bare: client.bare });
    expect(scram.writeServerFirst(server)).toBe(challenge);
    expect(scram.writeClientFinal(proved)).toBe(proved.unproved);
    expect(scram.withProof(proved.unproved, proved.proof)).toBe(final);
    expect(scram.writeServerFinal(signature)).toBe(end);
  });

  test("of SHA-256 have its proof and its signature, and no other password has", async () => {
    const [first, challenge, final, end] = SHA_256;
    const server = scram.readServerFirst(challenge);
    const proved = scram.readClientFinal(final);
    if (!server || !proved) throw new Error("a message cannot be read");
    const signed = scram.signedText(first.slice(3), challenge, proved.unproved);
    const keys = await deriveKeys("pencil", server.salt, server.iterations);
    expect(scram.withProof(proved.unproved, proofOf(keys, signed))).toBe(final);
    expect(scram.writeServerFinal(signatureOf(keys, signed))).toBe(end);
    expect(isProved(keys, signed, proved.proof)).toBe(true);
    const others = await deriveKeys("Pencil", server.salt, server.iterations);
    expect(isProved(keys, signed, proofOf(others, signed))).toBe(false);
    expect(isProved(keys, `${signed} `, proved.proof)).toBe(false);
    expect(isProved(keys, signed, proved.proof.subarray(1))).toBe(false);
  });
});

test("a name may hold what the grammar needs, and a binding is named", () => {
  for (const name of ["a,b=c", "=2C", "Zoë", "😀"]) {
    const written = scram.writeClientFirst({ name, nonce: "n", binding: "howdy-hello" });
    expect(scram.readClientFirst(written.text)).toEqual({
      name,
      nonce: "n",
      binding: "howdy-hello",
      bare: written.bare,
    });
  }
});

test.each([
  [
    "",
    "n=user,r=n",
    "a=user,,n=user,r=n",
    "n,a=other,n=user,r=n",
    "n,,n=,r=n",
    "n,,n=a=b,r=n",
    "n,,n=u,r=",
    "n,,n=u,r=n,x=1",
  ],
])("what is no first message of a client is read as none", (...texts) => {
  for (const text of texts) expect(scram.readClientFirst(text)).toBeUndefined();
});

test("any text is a message or none, and Base64 has one form", () => {
  const readers = [scram.readClientFirst, scram.readServerFirst, scram.readClientFinal, scram.readServerFinal];
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...readers), (text, read) => void read(text)),
    { numRuns: 2000 },
  );
  for (const value of ["AA==", "AB==", "A", "AAA", "====", "AA=A"]) {
    expect(scram.readServerFinal(`v=${value}`)).toEqual(value === "AA==" ? Uint8Array.of(0) : undefined);
  }
});
