// Owns what the client's command line and environment come to for TLS: where pins are, and which authorities are asked. It must
// not know faces. Invariant: what leaves here was read once, so that a person's mistake ends the client before it dials.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Environment, tellSystemError, UsageError } from "../options/index.ts";
import { Pins } from "./pins.ts";
import { TLS_HANDSHAKE_MS, type TlsDialOptions } from "./tls-dial.ts";
import type { TlsChoice } from "./tls-rule.ts";

/** In the user's data folder. */
const PINS_FILE = join("howdy", "known-servers");

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export interface TlsWords {
  readonly tls: TlsChoice;
  readonly pins: string | undefined;
  readonly tlsCa: string | undefined;
  /** Whether pins outlive the client also where nobody named a file. */
  readonly keepsPins: boolean;
}

type TlsSettings = Pick<TlsDialOptions, "tls" | "pins" | "tlsAuthorities" | "tlsHandshakeMs">;

/** @throws UsageError when a file that is named cannot be read, or is not what it must be. */
export function readTlsSettings(words: TlsWords, environment: Environment): TlsSettings {
  const tlsAuthorities = words.tlsCa === undefined ? undefined : readAuthorities(words.tlsCa);
  return { tls: words.tls, pins: openPins(words, environment), tlsAuthorities, tlsHandshakeMs: TLS_HANDSHAKE_MS };
}

function openPins({ pins: path, keepsPins }: TlsWords, environment: Environment): Pins {
  if (path === undefined && !keepsPins) return new Pins();
  const isAsked = path !== undefined;
  const pins = new Pins({ path: path ?? join(dataFolder(environment), PINS_FILE), isAsked });
  pins.check();
  return pins;
}

/** XDG Base Directory Specification: a path that is not absolute counts for nothing. */
function dataFolder({ XDG_DATA_HOME: folder = "" }: Environment): string {
  return isAbsolute(folder) ? folder : join(homedir(), ".local", "share");
}

function readAuthorities(file: string): string {
  let pem: string;
  try {
    pem = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--tls-ca: cannot read ${file}: ${tellSystemError(error)}`, { cause: error });
  }
  const certificates = pem.match(CERTIFICATES) ?? [];
  if (certificates.length === 0) throw new UsageError(`--tls-ca: expected certificates in PEM; got none in ${file}`);
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--tls-ca: expected certificates in PEM; got ${file}, of which TLS says: ${why}`, {
        cause: error,
      });
    }
  }
  return certificates.join("\n");
}
