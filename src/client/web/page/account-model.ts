// Owns what a page knows of its name's owner: who that is, whether a sign-in is under way, and who was refused a name for it.
// It must not know how that looks. Invariant: no password is in it.

import type { ControlEvent2 } from "../../control.ts";

type Account = Extract<ControlEvent2, { readonly account: unknown }>["account"];

export class AccountModel {
  /** The name that a sign-in is under way for. */
  signingIn: string | null = null;
  /** A name that was asked for and has an owner; undefined once there is a name. */
  refusedName: string | undefined;
  /** The name that one has is one's own. */
  isOwner = false;

  take({ what, of, name, code }: Account): void {
    if (of === "sign-in" || of === "proposal") this.signingIn = null;
    if (what !== "refused") this.isOwner = what !== "unregistered";
    else if (code === "name-registered") this.refusedName = name;
  }

  onNamed(): void {
    this.signingIn = null;
    this.refusedName = undefined;
  }

  /** The connection is gone. */
  leave(): void {
    this.onNamed();
    this.isOwner = false;
  }
}
