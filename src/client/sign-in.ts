// Owns how a person proves to servers of version 2 that a name is theirs, and how they register one and give it back: the
// client's side of PROTOCOL.md, 16.6, over as many connections as it takes. Messages in, facts out. It must not know wording;
// passwords are stretched elsewhere. Invariant: a password leaves with the fact that asks for its keys, and is kept nowhere.
// Keys are used with the server that they were made for, and nobody is taken for it who does not know them.

import { CAPABILITIES, type Hcp2Message, type MessageOf, PASSWORD_ROUNDS, SALT_BYTES } from "../protocol/hcp2/index.ts";
import { nameKey } from "../protocol/name.ts";
import type { ClientKeys } from "../scram/key-types.ts";
import {
  headerOf,
  readServerFirst,
  type ServerFirst,
  signedText,
  withProof,
  writeClientFinal,
  writeClientFirst,
  writeServerFinal,
} from "../scram/messages.ts";

/** The channel binding's name. */
const BINDING = "howdy-hello";

/** Names whose keys are kept; the oldest are forgotten. */
const OWNED_MAX = 16;

/** What both sides said first: the fields of each hello, as their bytes were on the wire. */
export interface Hellos {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** What of SCRAM is computed at once. */
export interface ScramSums {
  proofOf(keys: ClientKeys, signed: string): Uint8Array;
  signatureOf(keys: ClientKeys, signed: string): Uint8Array;
  digestOf(bytes: Uint8Array): Uint8Array;
}

/** Keys that were asked for, and the salt that they were made with, in hexadecimal. */
export interface Stretched {
  readonly id: string;
  readonly salt: string;
  readonly keys: ClientKeys;
}

/** What came of an account: what was asked for, by whom, and a code of PROTOCOL.md 18.1 or docs/control.md. */
export interface AccountFact {
  readonly kind: "account";
  readonly what: "signed-in" | "registered" | "unregistered" | "refused";
  /** A proposal is a name that was asked for again, and signed in for with kept keys. */
  readonly of: "sign-in" | "register" | "unregister" | "proposal";
  readonly name: string;
  readonly code?: string;
  /** The server's words. */
  readonly text?: string;
}

export type SignInFact =
  | AccountFact
  | { readonly kind: "send"; readonly message: Hcp2Message }
  /** Keys are to be made of a password, with this salt or a new one; `stretched` takes them. */
  | { readonly kind: "stretch"; readonly id: string; readonly password: string; readonly salt: string | undefined }
  /** The name is not this client's any more: it is asked for as a guest does. */
  | { readonly kind: "join"; readonly name: string };

/** With such a server nothing more is said. */
const DISTRUSTED: readonly (string | undefined)[] = ["server-unproven", "challenge-unfit", "sign-in-hellos-differ"];

export function isDistrusted({ code }: { readonly code?: string | undefined }): boolean {
  return DISTRUSTED.includes(code);
}

/** Keys that a name had when they were used last. */
interface Owned {
  readonly place: string;
  readonly name: string;
  readonly salt: string;
  readonly keys: ClientKeys;
}

interface Asked {
  readonly name: string;
  readonly of: "sign-in" | "proposal";
}

/** What the server is to answer to, or somebody who makes keys. */
type Attempt = Asked &
  (
    | { readonly step: "hello"; readonly password: string | undefined }
    | {
        readonly step: "challenge";
        readonly password: string | undefined;
        readonly request: string;
        readonly nonce: string;
        readonly bare: string;
      }
    | { readonly step: "stretch"; readonly request: string; readonly challenge: Challenge }
    | { readonly step: "prove"; readonly request: string; readonly owned: Owned; readonly signature: string }
  );

interface Challenge {
  readonly bare: string;
  readonly serverFirst: string;
  readonly nonce: string;
}

interface Registering {
  readonly name: string;
  readonly request: string;
  readonly owned: Owned | undefined;
}

interface Returning {
  readonly name: string;
  readonly request: string;
}

export interface SignInOptions {
  readonly nonce: () => string;
  readonly scram: ScramSums;
}

export class SignIn {
  readonly #options: SignInOptions;
  readonly #tell: (fact: SignInFact) => void;
  #owned: readonly Owned[] = [];
  // Of a connection.
  #place = "";
  #hellos: Hellos | undefined;
  /** Undefined before the server's hello. */
  #hasAccounts: boolean | undefined;
  #attempt: Attempt | undefined;
  #registering: Registering | undefined;
  /** The name that is given back, until the server answers. */
  #returning: Returning | undefined;

  constructor(options: SignInOptions, tell: (fact: SignInFact) => void) {
    this.#options = options;
    this.#tell = tell;
  }

  /** There is a connection to the server of this address. */
  open(place: string): void {
    this.#place = place;
    this.#hellos = undefined;
    this.#hasAccounts = undefined;
  }

  /** The connection is gone, and with it what was asked for. */
  close(): void {
    const [attempt, registering, returning] = [this.#attempt, this.#registering, this.#returning];
    this.#attempt = undefined;
    this.#registering = undefined;
    this.#returning = undefined;
    if (attempt?.of === "sign-in") this.#refuse(attempt, "connection-lost");
    if (registering !== undefined) this.#refuse({ ...registering, of: "register" }, "connection-lost");
    if (returning !== undefined) this.#refuse({ ...returning, of: "unregister" }, "connection-lost");
  }

  greet(hellos: Hellos): void {
    this.#hellos = hellos;
  }

  onHello(capabilities: readonly number[]): void {
    this.#hasAccounts = this.#hellos !== undefined && capabilities.includes(CAPABILITIES.accounts);
    if (this.#attempt?.step === "hello") this.#ask(this.#attempt, this.#attempt.password);
  }

  /** Keys of the name are kept, so that it can be had again without its password. */
  owns(name: string): boolean {
    return this.#ownedOf(name).length > 0;
  }

  /** Signs in: with a password, or with the keys that are kept. */
  begin(name: string, password: string | undefined): void {
    const asked: Asked = { name, of: password === undefined ? "proposal" : "sign-in" };
    if (this.#hasAccounts === undefined) this.#attempt = { ...asked, step: "hello", password };
    else this.#ask(asked, password);
  }

  /** Makes the name that one has one's own, or changes its password. */
  register(name: string, password: string): void {
    const asked = { name, of: "register" } as const;
    if (this.#hasAccounts !== true) this.#refuse(asked, "no-accounts");
    else if (this.#isPending) this.#refuse(asked, "register-pending");
    else {
      const request = this.#options.nonce();
      this.#registering = { name, request, owned: undefined };
      this.#tell({ kind: "stretch", id: request, password, salt: undefined });
    }
  }

  /** Gives back the name that one has. */
  unregister(name: string): void {
    const asked = { name, of: "unregister" } as const;
    if (this.#hasAccounts !== true) this.#refuse(asked, "no-accounts");
    else if (this.#isPending) this.#refuse(asked, "register-pending");
    else {
      this.#returning = { name, request: this.#options.nonce() };
      this.#send({ kind: "unregister", request: this.#returning.request });
    }
  }

  stretched({ id, salt, keys }: Stretched): void {
    const [attempt, registering] = [this.#attempt, this.#registering];
    if (attempt?.step === "stretch" && attempt.request === id) {
      const { name } = attempt;
      this.#prove(attempt, attempt.challenge, { place: this.#place, name, salt, keys });
    } else if (registering?.request === id && registering.owned === undefined) {
      const owned = { place: this.#place, name: registering.name, salt, keys };
      this.#registering = { ...registering, owned };
      // Kept at once: nobody may come to know whether the server has taken them.
      this.#keep(owned);
      const { storedKey, serverKey } = keys;
      this.#send({ kind: "register", request: id, salt, storedKey: hexOf(storedKey), serverKey: hexOf(serverKey) });
    }
  }

  onChallenge({ request, scram }: MessageOf<"challenge">): void {
    const attempt = this.#attempt;
    if (attempt?.step !== "challenge" || attempt.request !== request) return;
    const first = readServerFirst(scram);
    if (first === undefined || !isFit(first, attempt.nonce)) {
      this.#end(attempt, "challenge-unfit");
      return;
    }
    const challenge = { bare: attempt.bare, serverFirst: scram, nonce: first.nonce };
    const salt = hexOf(first.salt);
    const { name, of, password } = attempt;
    if (password !== undefined) {
      this.#attempt = { name, of, step: "stretch", request, challenge };
      this.#tell({ kind: "stretch", id: request, password, salt });
      return;
    }
    const owned = this.#ownedOf(name).find((one) => one.salt === salt);
    if (owned !== undefined) this.#prove(attempt, challenge, owned);
    else {
      // Nobody's any more, or with another password: the server says which.
      this.#attempt = undefined;
      this.#tell({ kind: "join", name });
    }
  }

  /** Whether a welcome answers a sign-in; of one that does, whether the server has shown that it knows the keys. */
  judge({ request, name, scram }: MessageOf<"welcome">): "not-asked" | "proved" | "unproved" {
    const attempt = this.#attempt;
    if (attempt === undefined || attempt.step === "hello" || attempt.request !== request) return "not-asked";
    const isProved = attempt.step === "prove" && scram === attempt.signature && nameKey(name) === nameKey(attempt.name);
    if (!isProved) {
      this.#end(attempt, "server-unproven");
      return "unproved";
    }
    this.#attempt = undefined;
    this.#keep({ ...attempt.owned, name });
    this.#tell({ kind: "account", what: "signed-in", of: attempt.of, name });
    return "proved";
  }

  onRegistered({ request }: MessageOf<"registered">): void {
    const registering = this.#registering;
    if (registering?.owned === undefined || registering.request !== request) return;
    this.#registering = undefined;
    this.#tell({ kind: "account", what: "registered", of: "register", name: registering.name });
  }

  onUnregistered({ request }: MessageOf<"unregistered">): void {
    if (this.#returning?.request === request) this.#giveBack(this.#returning);
  }

  /** False: the error answers nothing that was asked for here. */
  onError({ request, code, text }: MessageOf<"error">): boolean {
    const [attempt, registering] = [this.#attempt, this.#registering];
    if (request === undefined) return false;
    if (attempt !== undefined && attempt.step !== "hello" && attempt.request === request) {
      if (code === "sign-in-failed" && attempt.step === "prove") this.#forget(attempt.owned);
      this.#end(attempt, code, text);
      return true;
    }
    if (this.#returning?.request === request) {
      this.#onUnregisterRefused(this.#returning, code, text);
      return true;
    }
    if (registering === undefined || registering.request !== request) return false;
    const { name, owned } = registering;
    this.#registering = undefined;
    if (code === "not-stored") this.#tell({ kind: "account", what: "registered", of: "register", name, code });
    else {
      if (owned !== undefined) this.#forget(owned);
      this.#refuse({ name, of: "register" }, code, text);
    }
    return true;
  }

  #onUnregisterRefused(returning: Returning, code: string, text: string): void {
    // The server forgets the name as soon as its disk lets it.
    if (code === "not-stored") this.#giveBack(returning, code);
    else {
      this.#returning = undefined;
      this.#refuse({ ...returning, of: "unregister" }, code, text);
    }
  }

  #giveBack({ name }: Returning, code?: string): void {
    this.#returning = undefined;
    // A server whose disk has not forgotten the name asks for its keys after a restart.
    for (const owned of code === undefined ? this.#ownedOf(name) : []) this.#forget(owned);
    this.#tell({ kind: "account", what: "unregistered", of: "unregister", name, ...(code !== undefined && { code }) });
  }

  /** The server has not answered to what was asked for about the name that one has. */
  get #isPending(): boolean {
    return this.#registering !== undefined || this.#returning !== undefined;
  }

  #ask(asked: Asked, password: string | undefined): void {
    if (!this.#hasAccounts) {
      this.#attempt = undefined;
      // Said once: who asks for the name again comes as a guest.
      for (const owned of password === undefined ? this.#ownedOf(asked.name) : []) this.#forget(owned);
      this.#refuse(asked, password === undefined ? "accounts-taken-away" : "no-accounts");
      return;
    }
    const { name, of } = asked;
    const [request, nonce] = [this.#options.nonce(), this.#options.nonce()];
    const { text, bare } = writeClientFirst({ name, nonce, binding: BINDING });
    this.#attempt = { name, of, step: "challenge", password, request, nonce, bare };
    this.#send({ kind: "signIn", request, scram: text });
  }

  #prove({ name, of }: Asked, { bare, serverFirst, nonce }: Challenge, owned: Owned): void {
    const { scram } = this.#options;
    const final = writeClientFinal({ channel: this.#channel(), nonce });
    const signed = signedText(bare, serverFirst, final);
    const request = this.#options.nonce();
    const signature = writeServerFinal(scram.signatureOf(owned.keys, signed));
    this.#attempt = { name, of, step: "prove", request, owned, signature };
    this.#send({ kind: "prove", request, scram: withProof(final, scram.proofOf(owned.keys, signed)) });
  }

  #channel(): Uint8Array {
    if (this.#hellos === undefined) throw new Error("a challenge comes after the hellos");
    const { client, server } = this.#hellos;
    const parts = [new TextEncoder().encode(headerOf(BINDING)), ...[client, server].map(this.#options.scram.digestOf)];
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  #ownedOf(name: string): readonly Owned[] {
    return this.#owned.filter((one) => one.place === this.#place && nameKey(one.name) === nameKey(name));
  }

  #keep(owned: Owned): void {
    this.#forget(owned);
    this.#owned = [...this.#owned, owned].slice(-OWNED_MAX);
  }

  #forget({ place, salt }: Owned): void {
    this.#owned = this.#owned.filter((one) => one.place !== place || one.salt !== salt);
  }

  #end(attempt: Asked, code: string, text?: string): void {
    this.#attempt = undefined;
    this.#refuse(attempt, code, text);
  }

  #refuse({ name, of }: Pick<AccountFact, "name" | "of">, code: string, text?: string): void {
    this.#tell({ kind: "account", what: "refused", of, name, code, ...(text !== undefined && { text }) });
  }

  #send(message: Hcp2Message): void {
    this.#tell({ kind: "send", message });
  }
}

/** Fewer rounds would make the password cheap to guess, more would keep this machine busy. */
function isFit({ nonce, salt, iterations }: ServerFirst, ownNonce: string): boolean {
  const isExtended = nonce.startsWith(ownNonce) && nonce.length > ownNonce.length;
  return isExtended && salt.length === SALT_BYTES && iterations === PASSWORD_ROUNDS;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
