// Owns the peers of one door of texts, and the ways in which texts go to them. It must not know what a text says. Invariant:
// no text costs a peer its connection because others come and go.

import type { SessionId } from "../../room/entry.ts";
import type { DoorServer, Peer } from "./door.ts";

/** Least time between two texts to one client, in milliseconds: its programs take what one read returns for one text. */
export const TEXT_GAP_MS = 20;

/** Texts that may wait for a peer which is told who comes and goes. With more, that is left out. */
export const NEWS_WAITING_MAX = 64;

export class TextPeers {
  readonly #server: DoorServer;
  readonly #peers = new Map<SessionId, Peer>();

  constructor(server: DoorServer) {
    this.#server = server;
  }

  /** In the order in which they connected. */
  get all(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** Those with a name. */
  get named(): readonly Peer[] {
    return this.all.filter(({ session }) => this.#server.room.userOf(session) !== undefined);
  }

  get(session: SessionId): Peer | undefined {
    return this.#peers.get(session);
  }

  /** The peer of a session, or nobody where it came in by another door. */
  of(session: SessionId): readonly Peer[] {
    const peer = this.#peers.get(session);
    return peer === undefined ? [] : [peer];
  }

  add(peer: Peer): void {
    this.#peers.set(peer.session, peer);
  }

  remove(peer: Peer): void {
    this.#peers.delete(peer.session);
  }

  /** What the server has to say; `onTaken` runs once the peer's connection has taken all of it. */
  tell(to: Peer, texts: readonly string[], onTaken?: () => void): void {
    texts.forEach((text, index) => {
      this.#server.send(to, Buffer.from(text), index === texts.length - 1 ? onTaken : undefined);
    });
  }

  /** What a peer is answered. It is not read while too many answers wait for it. */
  reply(to: Peer, ...texts: readonly string[]): void {
    this.pass([to], texts, to.session);
  }

  /** Who came, or went. */
  news(to: readonly Peer[], text: string): void {
    for (const peer of to) {
      if (peer.connection.queued.messages < NEWS_WAITING_MAX) this.tell(peer, [text]);
    }
  }

  /** What a session says. It is not read while too much waits for one of these. */
  pass(to: readonly Peer[], texts: readonly string[], from: SessionId): void {
    for (const text of texts) this.#server.fanOut(to, Buffer.from(text), "message", from);
  }
}

/** A message that is longer than its protocol permits costs its peer the connection. */
export function refuseLong({ connection }: Peer, bytesMax: number): void {
  connection.destroy({ code: "no-frame", detail: `a message has more than ${bytesMax} bytes` });
}
