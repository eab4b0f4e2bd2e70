// Owns what stands in a file of pins: a line a server, with what is known of it. Pure. It must not know files, nor what follows
// from a pin. Invariant: a text that is not exactly of this form is refused with its line, so that nothing in it is half known.

import { misuse, UsageError, writePlace } from "../options/index.ts";
import type { ServerAddress } from "./server-address.ts";
import { SERVER_ADDRESS } from "./server-option.ts";

/** Servers that are known at most: more than a person meets, and a file that is read in a millisecond. */
export const SERVERS_MAX = 1000;

/** What is known of a server for longer than a client runs. */
export interface Pin {
  /** SHA-256 of the certificate that it had, in hexadecimal pairs with colons between them. */
  readonly fingerprint?: string;
  /** It spoke version 2. */
  readonly hcp2?: true;
}

/** Pins by their servers, as writePlace() writes these. */
export type PinTable = ReadonlyMap<string, Pin>;

const HEAD = `# The servers that Howdy clients know, a line each: ADDRESS:PORT, then what is known.
# sha256= is the fingerprint of its certificate: no other is taken. hcp=2: it spoke version 2.
# Who removes a line has its server be met for the first time again.
`;

const EXPECTED = "ADDRESS:PORT, and behind it sha256=FINGERPRINT or hcp=2 or both, with one blank before each";

const LINE = /^(?<place>\S+)(?: sha256=(?<fingerprint>[\dA-F]{2}(?::[\dA-F]{2}){31}))?(?<hcp2> hcp=2)?$/;

/**
 * The pins of a text; `file` is what its mistakes name.
 * @throws UsageError for anything that writePins() would not write, with the line.
 */
export function parsePins(text: string, file: string): PinTable {
  const pins = new Map<string, Pin>();
  for (const [index, line] of text.split("\n").entries()) {
    const where = `${file}:${index + 1}`;
    const content = line.replace(/\r$/, "");
    if (content === "" || content.startsWith("#")) continue;
    const [place, pin] = parseLine(content) ?? [];
    if (place === undefined || pin === undefined) throw misuse(where, EXPECTED, content.slice(0, 200));
    if (pins.has(place)) throw misuse(where, "a server that stands in no line above", place);
    if (pins.size === SERVERS_MAX) throw new UsageError(`${where}: expected at most ${SERVERS_MAX} servers; got more`);
    pins.set(place, pin);
  }
  return pins;
}

export function writePins(pins: PinTable): string {
  const lines = Array.from(pins, ([place, { fingerprint, hcp2 }]) => {
    const certificate = fingerprint === undefined ? "" : ` sha256=${fingerprint}`;
    return `${place}${certificate}${hcp2 ? " hcp=2" : ""}\n`;
  });
  return HEAD + lines.join("");
}

function parseLine(line: string): readonly [string, Pin] | undefined {
  const { place = "", fingerprint, hcp2 } = LINE.exec(line)?.groups ?? {};
  const server: ServerAddress | undefined = SERVER_ADDRESS.parse(place);
  if (server === undefined || (fingerprint === undefined && hcp2 === undefined)) return undefined;
  return [writePlace(server), { ...(fingerprint && { fingerprint }), ...(hcp2 && { hcp2: true }) }];
}
