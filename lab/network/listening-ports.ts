// Owns the question at which ports of an address of this machine anything listens, and which program does, as the kernel's
// tables of sockets answer it. It must not know who asks. Invariant: it opens no connection, so nobody under test notices.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { endianness } from "node:os";

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"] as const;
/** How many sockets of IPv6 there are. */
const COUNTS_6 = "/proc/net/sockstat6";
/** Little more than a line: the kernel looks for as many sockets as a read has room for. */
const READ_BYTES = 256;
/** The kernel's number for a socket that listens. */
const LISTEN = "0A";
const ADDRESS_FIELD = 1;
const STATE_FIELD = 3;
const INODE_FIELD = 9;
const HEX = 16;

/** Who listens at a port: a program of this machine, by its name and process id where these may be seen. */
export interface Listener {
  readonly program: { readonly pid: number; readonly name: string } | null;
}

/** The ports at which a socket listens at this IPv4 address, or at every address. None without /proc. */
export async function listeningPorts(address: string): Promise<ReadonlySet<number>> {
  return new Set(readTables().flatMap((table) => portsIn(table, address)));
}

/**
 * Who listens at a port of this IPv4 address, or of every address; undefined where nobody does.
 *
 * @param address - Undefined for whoever listens at the port, whatever the address.
 */
export async function findListener(address: string | undefined, port: number): Promise<Listener | undefined> {
  const found = readTables()
    .flatMap((table) => socketsIn(table, address))
    .find((socket) => socket.port === port);
  return found === undefined ? undefined : { program: await programOf(found.inode) };
}

/** As listeningPorts, from the text of one of the kernel's tables. */
export function portsIn(table: string, address: string, order = endianness()): readonly number[] {
  return socketsIn(table, address, order).map(({ port }) => port);
}

/** The kernel's tables of sockets, whole: one of IPv4, one of IPv6. */
export function readSocketTables(): Promise<readonly string[]> {
  return Promise.all(TABLES.map((path) => readFile(path, "latin1").catch(() => "")));
}

function readTables(): readonly string[] {
  return TABLES.slice(0, hasSockets6() ? 2 : 1).map(readListeners);
}

function hasSockets6(): boolean {
  try {
    return !/^TCP6: inuse 0$/m.test(readFileSync(COUNTS_6, "latin1"));
  } catch {
    return true;
  }
}

/**
 * The beginning of a table, which has all sockets that listen: the kernel writes these first. Behind them it goes through
 * the connections of the whole machine, which takes it milliseconds, and who asks here asks often.
 */
function readListeners(path: string): string {
  let table: number;
  try {
    table = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const chunk = Buffer.alloc(READ_BYTES);
    let [whole, begun] = ["", ""];
    for (;;) {
      const count = readSync(table, chunk, 0, chunk.length, null);
      const lines = `${begun}${chunk.toString("latin1", 0, count)}`.split("\n");
      begun = lines.pop() ?? "";
      whole += lines.map((line) => `${line}\n`).join("");
      if (count === 0 || lines.some(isConnection)) return whole;
    }
  } finally {
    closeSync(table);
  }
}

/** A socket that does not listen; the head of the table is none. */
function isConnection(line: string): boolean {
  const state = line.trim().split(/\s+/)[STATE_FIELD] ?? "";
  return state !== LISTEN && /^[0-9A-F]{2}$/.test(state);
}

/** The sockets that listen at an address, each with its number in the kernel. */
function socketsIn(table: string, address: string | undefined, order = endianness()) {
  const wanted = address === undefined ? undefined : localAddresses(address, order);
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [local = "", port = ""] = (fields[ADDRESS_FIELD] ?? "").split(":");
    const isOne = fields[STATE_FIELD] === LISTEN && (wanted === undefined || wanted.includes(local));
    return isOne ? [{ port: Number.parseInt(port, HEX), inode: fields[INODE_FIELD] ?? "" }] : [];
  });
}

/** The program that has a socket; null where it is another user's. */
async function programOf(inode: string): Promise<Listener["program"]> {
  for (const pid of (await readdir("/proc")).filter((each) => /^\d+$/.test(each))) {
    const folder = `/proc/${pid}/fd`;
    const open = await readdir(folder).catch(() => []);
    const links = await Promise.all(open.map((each) => readlink(`${folder}/${each}`).catch(() => "")));
    if (!links.includes(`socket:[${inode}]`)) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    return { pid: Number(pid), name: name.trim() };
  }
  return null;
}

/** An address, and "every address", as the tables write them: each 32-bit word in the machine's own byte order. */
function localAddresses(address: string, order: "LE" | "BE"): readonly string[] {
  const bytes = address.split(".").map((octet) => Number(octet).toString(HEX).padStart(2, "0").toUpperCase());
  const word = (order === "LE" ? bytes.toReversed() : bytes).join("");
  const zero = "00000000";
  const mapped = `${zero}${zero}${order === "LE" ? "FFFF0000" : "0000FFFF"}`;
  return [word, zero, `${mapped}${word}`, `${mapped}${zero}`, zero.repeat(4)];
}
