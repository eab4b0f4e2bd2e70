// Owns what all users of a soak said and heard, in the order in which it was seen here: once as it was carried, of version 2,
// and once of everybody in version 1's terms, so that one history has the whole room. It must not know sockets or rules.
// Invariant: a text that is said again under its request is said once; frames that are alike are kept once.

import { HCP_WIRE } from "../../lab/hcp/wire.ts";
import { HCP2_WIRE, messageOf } from "../../lab/hcp2/wire.ts";
import type { Carried, History } from "../../lab/protocol/rules.ts";
import type { FrameFacts, WireProtocol } from "../../lab/protocol/wire-protocol.ts";
import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import type { Hcp2Message } from "../../src/protocol/hcp2/index.ts";

/** Whose connection it is: its own id, and to which server whose it is. */
export interface Ends {
  readonly connection: string;
  readonly host: string;
  readonly name: string;
}

interface Known {
  readonly bytes: Uint8Array;
  readonly facts: FrameFacts;
}

const EVERYBODY = "All";

export class Record {
  readonly #everybody: Carried[] = [];
  readonly #version2: Carried[] = [];
  readonly #known = new Map<string, Known>();
  readonly #requests = new Set<string>();

  opened(ends: Ends, version: 1 | 2): void {
    this.#put(version, { ...about(ends, true), kind: "opened" });
  }

  /** What clients said is known whole, so that no end of a connection takes anything of it. */
  gone(ends: Ends, version: 1 | 2, isToServer: boolean): void {
    this.#put(version, { ...about(ends, isToServer), kind: "gone", isReset: false, cutBytes: 0 });
  }

  frame(ends: Ends, isToServer: boolean, bytes: Uint8Array): void {
    this.#everybody.push(this.#carry(ends, isToServer, bytes, HCP_WIRE));
  }

  /** Gives the message that it is. */
  frame2(ends: Ends, isToServer: boolean, bytes: Uint8Array): Hcp2Message | undefined {
    this.#version2.push(this.#carry(ends, isToServer, bytes, HCP2_WIRE));
    const message = messageOf(bytes);
    const told = message && this.#inVersion1(ends, message);
    if (told !== undefined) this.frame(ends, isToServer, encodeMessage(told));
    return message;
  }

  /** Of everybody as if all spoke version 1, and of those who speak version 2. */
  histories(): { readonly everybody: History; readonly version2: History } {
    const about = {
      endMs: performance.now(),
      extent: "everything",
      isServerTested: true,
      hasSeveralServers: true,
      testedClients: new Set<string>(),
      hasFaults: true,
    } as const;
    return {
      everybody: { ...about, carried: this.#everybody, hasOtherDoors: false },
      version2: { ...about, carried: this.#version2, hasOtherDoors: true },
    };
  }

  #put(version: 1 | 2, carried: Carried): void {
    this.#everybody.push(carried);
    if (version === 2) this.#version2.push(carried);
  }

  #carry(ends: Ends, isToServer: boolean, bytes: Uint8Array, wire: WireProtocol): Carried {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    let known = this.#known.get(key);
    if (known === undefined) {
      // A copy: what was read is a part of something larger.
      known = { bytes: Uint8Array.from(bytes), facts: wire.factsOf(bytes) };
      this.#known.set(key, known);
    }
    return { ...about(ends, isToServer), kind: "frame", ...known, isPadded: false, mayGoOn: false, isMerged: false };
  }

  /** Who has which name, and what is said, is the same in both; the rest is version 2's own. */
  #inVersion1({ name }: Ends, message: Hcp2Message): Message | undefined {
    switch (message.kind) {
      case "join":
        return { kind: "proposal", name: message.name };
      case "welcome":
        return { kind: "ack", name: message.name };
      case "say": {
        const { request, to = EVERYBODY, text } = message;
        if (this.#requests.has(request)) return undefined;
        this.#requests.add(request);
        return { kind: "message", sender: name, receiver: to, text };
      }
      case "line": {
        const { from, to = EVERYBODY, text, request } = message;
        return request === undefined ? { kind: "message", sender: from, receiver: to, text } : undefined;
      }
      default:
        return undefined;
    }
  }
}

function about({ connection, host }: Ends, isToServer: boolean) {
  return { atMs: performance.now(), connection, host, isToServer };
}
