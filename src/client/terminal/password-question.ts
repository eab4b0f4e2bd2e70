// Owns which passwords are asked for, one after the other, until it is known what somebody wants. Pure. It must not know keys,
// nor how a password is hidden. Invariant: a new password is sent only if it was typed twice alike.

import type { AccountWish } from "../accounts.ts";
import * as words from "./words.ts";

/** What the prompt asks for. */
export type PasswordAsked =
  | { readonly what: "of"; readonly name: string }
  | { readonly what: "new" }
  | { readonly what: "again" };

/** What an answer comes to: another question, a wish, or a sentence about why there is none. */
export type Answered =
  | { readonly kind: "asked" }
  | { readonly kind: "wish"; readonly wish: AccountWish }
  | { readonly kind: "given-up"; readonly why: string };

export class PasswordQuestion {
  /** Undefined for a new password. */
  readonly #name: string | undefined;
  #first: string | undefined;

  constructor(name?: string) {
    this.#name = name;
  }

  get asked(): PasswordAsked {
    if (this.#name !== undefined) return { what: "of", name: this.#name };
    return { what: this.#first === undefined ? "new" : "again" };
  }

  answer(password: string): Answered {
    if (password === "") return { kind: "given-up", why: words.NO_PASSWORD };
    if (this.#name !== undefined) return { kind: "wish", wish: { kind: "sign-in", name: this.#name, password } };
    if (this.#first === undefined) {
      this.#first = password;
      return { kind: "asked" };
    }
    if (this.#first !== password) return { kind: "given-up", why: words.PASSWORDS_DIFFER };
    return { kind: "wish", wish: { kind: "register", password } };
  }
}
