// Owns the list of who is there, as whoever comes gets it first: names that stay are not written again for each who comes. It
// must not know peers. Invariant: what it gives is what the users' names would be, written anew.

import { bytesOfValue, encodeRaw, FIELDS, MESSAGES, type RawField } from "../../../protocol/hcp2/index.ts";
import type { User } from "../../../room/entry.ts";

/** Bytes of names in one frame of the list. */
const PART_BYTES_MAX = 16_384;

const MORE: RawField = { tag: FIELDS.more.tag, value: new Uint8Array(0) };

export class Roster {
  /** Whose names the parts hold, in their order. */
  #users: readonly User[] = [];
  /** Names of one frame each. */
  #parts: Part[] = [new Part()];

  /** Everybody who is there, in as many frames as it takes. `extra` gives fields that mean nothing, for each. */
  frames(users: readonly User[], extra: () => readonly RawField[]): readonly Uint8Array[] {
    if (!this.#users.every((user, at) => user === users[at])) {
      this.#users = [];
      this.#parts = [new Part()];
    }
    for (const { name } of users.slice(this.#users.length)) this.#add(bytesOfValue("names", "strings", [name]));
    this.#users = users;
    return this.#parts.map(({ names }, at) => {
      const more = at < this.#parts.length - 1 ? [MORE] : [];
      return encodeRaw(MESSAGES.roster.type, [{ tag: FIELDS.names.tag, value: names }, ...more, ...extra()]);
    });
  }

  #add(name: Uint8Array): void {
    if (this.#parts.at(-1)?.add(name)) return;
    const part = new Part();
    part.add(name);
    this.#parts.push(part);
  }
}

class Part {
  readonly #bytes = new Uint8Array(PART_BYTES_MAX);
  #end = 0;

  get names(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** False when it has no place left. */
  add(name: Uint8Array): boolean {
    if (this.#end + name.length > PART_BYTES_MAX) return false;
    this.#bytes.set(name, this.#end);
    this.#end += name.length;
    return true;
  }
}
