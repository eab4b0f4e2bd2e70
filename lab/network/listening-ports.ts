// Owns the question whether anything listens at an address and port of this machine, as the kernel's tables of sockets
// answer it. It must not know who asks. Invariant: it opens no connection, so nobody under test notices.

import { readFile } from "node:fs/promises";
import { endianness } from "node:os";

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"] as const;
/** The kernel's number for a socket that listens. */
const LISTEN = "0A";
const ADDRESS_FIELD = 1;
const STATE_FIELD = 3;
const HEX = 16;

/** Whether a socket listens at this IPv4 address and port, or at the port of every address. False without /proc. */
export async function isListening(address: string, port: number): Promise<boolean> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, "latin1").catch(() => "")));
  return tables.some((table) => holdsListener(table, address, port));
}

/** As isListening, from the text of one of the kernel's tables. */
export function holdsListener(table: string, address: string, port: number, order = endianness()): boolean {
  const wanted = localAddresses(address, order);
  return table.split("\n").some((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields[STATE_FIELD] !== LISTEN) return false;
    const [local = "", localPort = ""] = (fields[ADDRESS_FIELD] ?? "").split(":");
    return Number.parseInt(localPort, HEX) === port && wanted.includes(local);
  });
}

/** An address, and "every address", as the tables write them: each 32-bit word in the machine's own byte order. */
function localAddresses(address: string, order: "LE" | "BE"): readonly string[] {
  const bytes = address.split(".").map((octet) => Number(octet).toString(HEX).padStart(2, "0").toUpperCase());
  const word = (order === "LE" ? bytes.toReversed() : bytes).join("");
  const zero = "00000000";
  const mapped = `${zero}${zero}${order === "LE" ? "FFFF0000" : "0000FFFF"}`;
  return [word, zero, `${mapped}${word}`, `${mapped}${zero}`, zero.repeat(4)];
}
