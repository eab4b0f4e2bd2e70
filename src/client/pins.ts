// Owns what a client knows of servers for longer than a connection: the certificate by which each is known again, and whether it
// spoke version 2. It must not know what follows from that. Invariant: what is known is told as the file has it at that moment, so a
// line that a person removes, or another client adds, counts at once; the file is whole at any moment, and only its user reads it.

import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tellSystemError, UsageError, writePlace } from "../options/index.ts";
import { type Pin, type PinTable, parsePins, SERVERS_MAX, writePins } from "./pins-text.ts";
import type { ServerAddress } from "./server-address.ts";

/** More than SERVERS_MAX lines take, and a head of a person's own. */
const FILE_BYTES_MAX = 262_144;

export interface PinsFile {
  readonly path: string;
  /** A person named it. One that is there by default may be impossible to have: then pins last as long as the client runs. */
  readonly isAsked: boolean;
}

/** What is known of servers. Every session of a process shares it. */
export class Pins {
  readonly #file: PinsFile | undefined;
  /** What is in no file. */
  #inMemory: PinTable = new Map();

  /** Without a file, what is known lasts as long as the client runs. */
  constructor(file?: PinsFile) {
    this.#file = file;
  }

  /** @throws UsageError when the file cannot be read, or is no file of pins. */
  check(): void {
    this.#read();
  }

  /** @throws UsageError as check() does. */
  at(server: ServerAddress): Pin {
    const place = writePlace(server);
    return { ...this.#inMemory.get(place), ...this.#read().get(place) };
  }

  /**
   * Knows a server by its certificate from now on. What it returns says for how long, as a sentence without its dot.
   * @throws UsageError when there is no room, or a file that a person named cannot be written.
   */
  pin(server: ServerAddress, fingerprint: string): string {
    const isKept = this.#note(server, { fingerprint });
    return isKept ? `It is kept in ${this.#file?.path}` : "It is known until this client ends";
  }

  /** @throws UsageError as pin() does. */
  noteVersion2(server: ServerAddress): void {
    const { hcp2, fingerprint } = this.at(server);
    // Who asked for no file is not told of one for what is worth little: without TLS, who is in between may do all the rest.
    const isWanted = fingerprint !== undefined || this.#file?.isAsked === true;
    if (!hcp2 && isWanted) this.#note(server, { hcp2: true });
  }

  /** How a person has a server be met for the first time again. */
  howToForget(server: ServerAddress): string {
    const place = writePlace(server);
    if (this.#file === undefined || this.#inMemory.has(place)) return "end this client and start it again";
    return `remove the line of ${place} from ${this.#file.path} and connect again`;
  }

  /** True when the file has it. */
  #note(server: ServerAddress, pin: Pin): boolean {
    const place = writePlace(server);
    if (this.#file !== undefined && this.#write(this.#file, withPin(this.#read(), place, pin))) return true;
    this.#inMemory = withPin(this.#inMemory, place, pin);
    return false;
  }

  #read(): PinTable {
    if (this.#file === undefined) return new Map();
    const { path, isAsked } = this.#file;
    let text: string;
    try {
      text = readBounded(path);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (!isAsked || isMissing(error)) return new Map();
      throw new UsageError(`--pins: cannot read ${path}: ${tellSystemError(error)}`, { cause: error });
    }
    return parsePins(text, path);
  }

  #write({ path, isAsked }: PinsFile, pins: PinTable): boolean {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      replaceFile(path, writePins(pins));
      return true;
    } catch (error) {
      if (!isAsked) return false;
      throw new UsageError(`--pins: cannot write ${path}: ${tellSystemError(error)}`, { cause: error });
    }
  }
}

/** Where there is no room, the oldest without a certificate goes: who could make others go could be met as if for the first time. */
function withPin(pins: PinTable, place: string, pin: Pin): PinTable {
  const all = new Map(pins).set(place, { ...pins.get(place), ...pin });
  if (all.size <= SERVERS_MAX) return all;
  const [oldest] = Array.from(all).find(([, { fingerprint }]) => fingerprint === undefined) ?? [];
  if (oldest === undefined) {
    throw new UsageError(
      `the certificates of ${SERVERS_MAX} servers are known, which is the limit; forget some of them`,
    );
  }
  all.delete(oldest);
  return all;
}

function readBounded(path: string): string {
  const stats = statSync(path);
  if (!stats.isFile()) throw new UsageError(`--pins: expected a file; got ${path}, which is none`);
  if (stats.size > FILE_BYTES_MAX) {
    throw new UsageError(`--pins: expected a file of at most ${FILE_BYTES_MAX} bytes; got ${path}, of ${stats.size}`);
  }
  return readFileSync(path, "utf8");
}

/** Whoever reads it, and a client that is killed meanwhile, meets the old content or the new one. */
function replaceFile(path: string, text: string): void {
  const half = `${path}.${randomUUID()}`;
  try {
    writeFileSync(half, text, { mode: 0o600, flag: "wx", flush: true });
    renameSync(half, path);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
