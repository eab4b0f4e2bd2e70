// What holds in a room after any sequence of events.

import fc from "fast-check";
import { expect, test } from "vitest";
import { nameKey } from "../../../protocol/name.ts";
import type { Effect } from "../fixtures/noted-door.ts";
import { deliveries, Scene, texts } from "./fixtures/scene.ts";

const PEERS = ["a", "b", "c", "d", "e"];
const NAMES = ["Jon", "JON", "Zoë", "Zoe\u0308", "All", "server", "Abe", " x", "\uFFFD"];

type Event =
  | { readonly do: "connect"; readonly peer: string }
  | { readonly do: "go"; readonly peer: string }
  | { readonly do: "propose"; readonly peer: string; readonly name: string }
  | { readonly do: "say"; readonly peer: string; readonly sender: string; readonly receiver: string }
  | { readonly do: "bytes"; readonly peer: string; readonly bytes: Uint8Array };

const peer = fc.constantFrom(...PEERS);
const name = fc.constantFrom(...NAMES);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("connect" as const), peer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("go" as const), peer }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("propose" as const), peer, name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("say" as const), peer, sender: name, receiver: name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("bytes" as const),
      peer,
      bytes: fc.uint8Array({ minLength: 65, maxLength: 140 }),
    }),
  },
);

/** What must hold after any event, whatever it was. */
class Invariants {
  readonly #scene = new Scene();
  readonly #connected = new Set<string>();
  /** Name by peer, in the order of acceptance. */
  readonly #named = new Map<string, string>();

  take(one: Event): void {
    if (one.do === "connect") {
      if (this.#connected.has(one.peer)) return;
      this.#connected.add(one.peer);
      this.#check(one.peer, this.#scene.connect(one.peer));
      return;
    }
    if (!this.#connected.has(one.peer)) return;
    if (one.do === "go") {
      this.#connected.delete(one.peer);
      this.#named.delete(one.peer);
      this.#check(one.peer, this.#scene.gone(one.peer));
    } else if (one.do === "propose") this.#check(one.peer, this.#scene.propose(one.peer, one.name));
    else if (one.do === "say") this.#check(one.peer, this.#scene.say(one.peer, one.receiver, "Hi", one.sender));
    else this.#check(one.peer, this.#scene.receive(one.peer, one.bytes));
  }

  #check(origin: string, effects: readonly Effect[]): void {
    for (const [to, message] of deliveries(effects)) {
      expect(this.#connected).toContain(to);
      if (message.kind === "ack") {
        expect(to).toBe(origin);
        expect(this.#named.has(to)).toBe(false);
        this.#named.set(to, message.name);
      } else if (message.kind === "nak" || message.kind === "malformed") {
        // A refusal repeats the proposal's own bytes, which need not be a name: whoever sent them gets them back.
        expect(to).toBe(origin);
      }
      if (message.kind === "message" || message.kind === "update") expect([...this.#named.keys()]).toContain(to);
      if (message.kind === "message") expect(message.sender).toBe(this.#named.get(origin));
      if (message.kind === "update") expect(message.names).toEqual([...this.#named.values()]);
    }
    expect(this.#scene.usernames).toEqual([...this.#named.values()]);
    const keys = [...this.#named.values()].map(nameKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const one of this.#connected) expect(this.#scene.isNamed(one)).toBe(this.#named.has(one));
    for (const text of texts(effects)) expect(text).not.toMatch(/\p{Cc}/u);
  }
}

test("any sequence of events keeps names unique, the list in order, and the unnamed out of the talk", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const invariants = new Invariants();
      for (const one of events) invariants.take(one);
    }),
    { numRuns: 500 },
  );
});
