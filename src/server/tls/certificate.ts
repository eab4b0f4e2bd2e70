// Owns the server's certificate: one that it is given, or one of its own that it makes once and keeps. It must not know
// connections. Invariant: nobody but the server's user can read the key that it makes.

import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { tellSystemError, UsageError } from "../../options/index.ts";

/** Older ones are not safe any more (RFC 8996). */
const TLS_VERSION_MIN = "TLSv1.2";

/** A certificate that clients know by its fingerprint is of use as long as its key is safe. */
const OWN_YEARS = 20;

const OWN_FILE = "tls.pem";

export interface Certificate {
  readonly context: SecureContext;
  /** SHA-256 of the certificate, in hexadecimal pairs with colons between them: by this a client knows the server. */
  readonly fingerprint: string;
}

/**
 * The certificate and the key in two PEM files.
 * @throws UsageError when one cannot be read, or they do not belong together.
 */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  return makeCertificate(readPem("--tls-cert", certFile), readPem("--tls-key", keyFile), `${certFile} and ${keyFile}`);
}

/**
 * The server's own certificate, kept in a folder that is there; made at the first call.
 * @throws UsageError when it cannot be read, or the folder cannot be written.
 */
export async function ownCertificate(folder: string): Promise<Certificate> {
  const file = join(folder, OWN_FILE);
  if (!existsSync(file)) await makeOwn(file);
  const pem = readPem("the server's own certificate", file);
  return makeCertificate(pem, pem, file);
}

function makeCertificate(cert: string, key: string, where: string): Certificate {
  try {
    const context = createSecureContext({ cert, key, minVersion: TLS_VERSION_MIN });
    return { context, fingerprint: new X509Certificate(cert).fingerprint256 };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `expected a certificate and its key, in PEM; got ${where}, of which TLS says: ${why}`;
    throw new UsageError(text, { cause: error });
  }
}

function readPem(what: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${what}: cannot read ${file}: ${tellSystemError(error)}`, { cause: error });
  }
}

/** A server that is killed meanwhile leaves no half of it. */
async function makeOwn(file: string): Promise<void> {
  const { generate } = await import("selfsigned");
  const notBeforeDate = new Date();
  const notAfterDate = new Date(notBeforeDate);
  notAfterDate.setFullYear(notBeforeDate.getFullYear() + OWN_YEARS);
  const { cert, private: key } = await generate([{ name: "commonName", value: "Howdy Server" }], {
    keyType: "ec",
    notBeforeDate,
    notAfterDate,
    algorithm: "sha256",
  });
  const half = `${file}.${process.pid}`;
  try {
    writeFileSync(half, `${cert}\n${key}`, { mode: 0o600, flush: true });
    renameSync(half, file);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${tellSystemError(error)}`, { cause: error });
  }
}
