// Owns the question at which ports of an address of this machine anything listens, as the kernel's tables of sockets
// answer it. It must not know who asks. Invariant: it opens no connection, so nobody under test notices.

import { readFile } from "node:fs/promises";
import { endianness } from "node:os";

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"] as const;
/** The kernel's number for a socket that listens. */
const LISTEN = "0A";
const ADDRESS_FIELD = 1;
const STATE_FIELD = 3;
const HEX = 16;

/** The ports at which a socket listens at this IPv4 address, or at every address. None without /proc. */
export async function listeningPorts(address: string): Promise<ReadonlySet<number>> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, "latin1").catch(() => "")));
  return new Set(tables.flatMap((table) => portsIn(table, address)));
}

/** As listeningPorts, from the text of one of the kernel's tables. */
export function portsIn(table: string, address: string, order = endianness()): readonly number[] {
  const wanted = localAddresses(address, order);
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [local = "", port = ""] = (fields[ADDRESS_FIELD] ?? "").split(":");
    return fields[STATE_FIELD] === LISTEN && wanted.includes(local) ? [Number.parseInt(port, HEX)] : [];
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
