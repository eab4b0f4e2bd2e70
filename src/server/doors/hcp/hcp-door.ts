// Owns the port that both versions of the Howdy Chat Protocol share: a connection's first bytes say which of their doors it
// goes through. It must not know what a frame of either means. Invariant: whoever speaks version 1 meets version 1's door as
// if there were no other, and what it sent first is read there from its first byte; inside TLS the same again.

import { type Opening, PrefaceReader } from "../../../protocol/hcp2/index.ts";
import type { News, Place } from "../../../room/entry.ts";
import type { SecureContext } from "../../../transport/connection.ts";
import type { Framing } from "../../../transport/framing.ts";
import type { Door, DoorServer, MakeDoor, Notice, Peer } from "../door.ts";
import { Hcp1Door } from "../hcp1/hcp1-door.ts";
import { Hcp2Door, type Hcp2Options } from "../hcp2/hcp2-door.ts";
import type { Storing } from "../storing.ts";

export interface HcpOptions extends Omit<Hcp2Options, "speaksTls"> {
  /** The least time between two frames to one client of version 1. */
  readonly messageGapMs: number;
  /** The server's certificate and key; without them it does not speak TLS. */
  readonly tls?: SecureContext | undefined;
}

/** The door of both versions. */
export function hcp(options: HcpOptions): MakeDoor<Opening> {
  return (server) => new HcpDoor(server, options);
}

class HcpDoor implements Door<Opening> {
  readonly #server: DoorServer;
  readonly #messageGapMs: number;
  readonly #tls: SecureContext | undefined;
  readonly #hcp1: Hcp1Door;
  readonly #hcp2: Hcp2Door;

  constructor(server: DoorServer, options: HcpOptions) {
    this.#server = server;
    this.#messageGapMs = options.messageGapMs;
    this.#tls = options.tls;
    this.#hcp1 = new Hcp1Door(server, options.messageGapMs);
    this.#hcp2 = new Hcp2Door(server, { ...options, speaksTls: options.tls !== undefined });
  }

  framing(): Framing<Opening> {
    return { reader: new PrefaceReader(), messageGapMs: this.#messageGapMs };
  }

  /** Until its first bytes come, a peer is one of version 1 that is silent. */
  opened(peer: Peer): void {
    this.#hcp1.opened(peer);
  }

  received(peer: Peer, { protocol }: Opening): void {
    if (protocol === "tls") this.#beginTls(peer);
    else if (protocol === "hcp1") this.#server.handOver(peer, this.#hcp1);
    else {
      this.#hcp1.handedOver(peer);
      this.#server.handOver(peer, this.#hcp2);
      this.#hcp2.opened(peer);
    }
  }

  #beginTls(peer: Peer): void {
    if (this.#tls === undefined) end(peer, "the peer speaks TLS, which this server does not");
    else if (peer.connection.isSecure) end(peer, "the peer speaks TLS inside TLS");
    else this.#server.secure(peer, this.#tls);
  }

  tell(news: News, place: Place, storing?: Storing): void {
    this.#hcp1.tell(news);
    this.#hcp2.tell(news, place, storing);
  }

  /** A peer has a name once it went through one of the two doors, and is told there. */
  notify(_peer: Peer, _notice: Notice, _onTaken?: () => void): void {
    throw new Error("a peer without a protocol is told nothing");
  }

  closed(peer: Peer): void {
    this.#hcp1.closed(peer);
  }
}

function end({ connection }: Peer, detail: string): void {
  connection.destroy({ code: "no-frame", detail });
}
