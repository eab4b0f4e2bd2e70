// Owns the way from a file of somebody's own to a protocol (docs/protocols.md). It must not know any protocol. Invariant: what
// it gives has every part that the port asks for; a file without one is told, by its name.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../src/options/index.ts";
import type { Protocol, Protocols } from "../protocol/protocol.ts";
import { PROTOCOLS, protocolsWith } from "./protocol.ts";

const PARTS = ["name", "port", "ready", "wire", "notation", "joining", "fencing"] as const satisfies (keyof Protocol)[];

/** The lab's protocols and those of these files. Throws UsageError. */
export async function loadProtocols(files: readonly string[]): Promise<Protocols> {
  const own: Protocol[] = [];
  for (const file of files) {
    const protocol = await loadProtocol(file);
    const taken = [...PROTOCOLS.byName.values(), ...own].find((other) => isSame(other, protocol));
    if (taken !== undefined) throw misused(file, `a name and a port of its own; ${taken.name} has ${taken.port}`);
    own.push(protocol);
  }
  return protocolsWith(own);
}

async function loadProtocol(file: string): Promise<Protocol> {
  const found: { readonly protocol?: unknown } = await importFile(file);
  if (isProtocol(found.protocol)) return found.protocol;
  throw misused(file, "a file that exports a const protocol, as textProtocol() of lab/protocol makes it");
}

async function importFile(file: string): Promise<object> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new UsageError(`howdy-lab: --protocol ${file}: cannot be loaded: ${why}`, { cause });
  }
}

function isProtocol(value: unknown): value is Protocol {
  return typeof value === "object" && value !== null && PARTS.every((part) => part in value);
}

/** The wire tells protocols apart by their ports, and files by their names. */
function isSame(one: Protocol, other: Protocol): boolean {
  return one.port === other.port || one.name.toLowerCase() === other.name.toLowerCase();
}

function misused(file: string, expected: string): UsageError {
  return new UsageError(`howdy-lab: --protocol ${file}: expected ${expected}`);
}
