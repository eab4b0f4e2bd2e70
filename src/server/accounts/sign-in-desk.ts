// Owns what a server answers to those who say that a name is theirs: which keys their proof must fit, and whether they may try
// now. It must not know protocols or sockets. Invariant: nobody learns from it whether a name is registered, and wrong passwords are
// slowed for each address and each name, with a limit on what is remembered.

import { createHmac } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { nameKey } from "../../protocol/name.ts";
import type { Credentials } from "../../room/entry.ts";
import type { RoomView } from "../../room/room.ts";
import type { AccountsDesk } from "../doors/door.ts";
import {
  REGISTER_BURST,
  REGISTER_EVERY_MS,
  SIGN_IN_ADDRESS_BURST,
  SIGN_IN_ADDRESS_EVERY_MS,
  SIGN_IN_NAME_BURST,
  SIGN_IN_NAME_EVERY_MS,
  SIGN_IN_REMEMBERED_MAX,
} from "../limits.ts";
import { Tries } from "./tries.ts";

const SALT_BYTES = 16;

export class SignInDesk implements AccountsDesk {
  readonly #room: Pick<RoomView, "accountOf">;
  /** What the salts of names that nobody registered are made of. */
  readonly #secret: Uint8Array;
  readonly #clock: Clock;
  readonly #ofAddress = new Tries(SIGN_IN_ADDRESS_BURST, SIGN_IN_ADDRESS_EVERY_MS, SIGN_IN_REMEMBERED_MAX);
  readonly #ofName = new Tries(SIGN_IN_NAME_BURST, SIGN_IN_NAME_EVERY_MS, SIGN_IN_REMEMBERED_MAX);

  readonly #registrations = new Tries(REGISTER_BURST, REGISTER_EVERY_MS, SIGN_IN_REMEMBERED_MAX);

  constructor(room: Pick<RoomView, "accountOf">, secret: Uint8Array, clock: Clock) {
    this.#room = room;
    this.#secret = secret;
    this.#clock = clock;
  }

  /** The credentials of a name; steady ones that no password has, where nobody registered it. */
  credentialsOf(name: string): Credentials {
    const key = nameKey(name);
    const made = (what: string) => createHmac("sha256", this.#secret).update(`${what} ${key}`).digest("hex");
    return (
      this.#room.accountOf(name)?.credentials ?? {
        salt: made("salt").slice(0, 2 * SALT_BYTES),
        storedKey: made("stored key"),
        serverKey: made("server key"),
      }
    );
  }

  /** False while too many wrong passwords came from the address, or for the name. */
  mayTry(address: string, name: string): boolean {
    const nowMs = this.#clock.nowMs();
    return this.#ofAddress.isFree(placeOf(address), nowMs) && this.#ofName.isFree(nameKey(name), nowMs);
  }

  failed(address: string, name: string): void {
    const nowMs = this.#clock.nowMs();
    this.#ofAddress.note(placeOf(address), nowMs);
    this.#ofName.note(nameKey(name), nowMs);
  }

  takeRegistration(address: string): boolean {
    const [place, nowMs] = [placeOf(address), this.#clock.nowMs()];
    if (!this.#registrations.isFree(place, nowMs)) return false;
    this.#registrations.note(place, nowMs);
    return true;
  }
}

/** Whoever has one address of IPv6 has 2^64 of them (RFC 4291, 2.5.4). */
function placeOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail = ""] = address.split("::");
  const heads = head.split(":").filter((part) => part !== "");
  const tails = tail.split(":").filter((part) => part !== "");
  const zeros = address.includes("::") ? Array(8 - heads.length - tails.length).fill("0") : [];
  return [...heads, ...zeros, ...tails].slice(0, 4).join(":");
}
