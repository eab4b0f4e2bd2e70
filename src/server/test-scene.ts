// Owns the scene of the room's tests: a room whose peers are strings, and readers of the effects of its events.

import { decodeFrame, encodeMessage } from "../protocol/index.ts";
import { type Effect, Room } from "./room.ts";

/** A room whose peers are strings, and what each event had for effects. */
export class Scene {
  readonly room = new Room<string>();
  #port = 49_174;

  connect(...peers: readonly string[]): readonly Effect<string>[] {
    return peers.flatMap((peer) => {
      this.#port += 1;
      return this.room.connected(peer, { address: "10.6.1.153", port: this.#port });
    });
  }

  /** Connects peers and names each after itself. */
  online(...names: readonly string[]): void {
    for (const name of names) {
      this.connect(name);
      this.propose(name, name);
    }
  }

  receive(peer: string, bytes: Uint8Array): readonly Effect<string>[] {
    return this.room.received(peer, { type: bytes[0] ?? 0, bytes, end: "silence" }, decodeFrame(bytes));
  }

  propose(peer: string, name: string): readonly Effect<string>[] {
    return this.receive(peer, encodeMessage({ kind: "proposal", name }));
  }

  say(peer: string, receiver: string, text: string, sender = peer): readonly Effect<string>[] {
    return this.receive(peer, encodeMessage({ kind: "message", sender, receiver, text }));
  }
}

export function texts(effects: readonly Effect<string>[]): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === "log" ? [effect.text] : []));
}

export function lines(effects: readonly Effect<string>[]) {
  return effects.filter((effect) => effect.kind === "log");
}

/** Who is sent what, in order: ["Jon", message]. */
export function deliveries(
  effects: readonly Effect<string>[],
): readonly (readonly [string, ReturnType<typeof decodeFrame>])[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "send" && effect.kind !== "fan-out") return [];
    const to = effect.kind === "send" ? [effect.to] : effect.to.filter((peer) => peer !== effect.except);
    return to.map((peer) => [peer, decodeFrame(effect.bytes)] as const);
  });
}
