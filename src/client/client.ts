// Owns the wiring of one session to the network, for every face. It must not know how a face looks.
// Invariant: events reach the listener in the order in which the session gave them, also when one output of it
// causes the next input.

import { createHash, randomBytes } from "node:crypto";
import { type Clock, SYSTEM_CLOCK } from "../clock.ts";
import { PASSWORD_ROUNDS, SALT_BYTES } from "../protocol/hcp2/index.ts";
import { deriveKeys, proofOf, signatureOf } from "../scram/keys.ts";
import { Caller, type CallerOptions } from "./caller.ts";
import type { ControlEvent2 } from "./control.ts";
import type { LineMeaning } from "./line-meaning.ts";
import type { SendOutcome } from "./outgoing.ts";
import { Pace } from "./pace.ts";
import { Session } from "./session.ts";
import type { SessionCommand, SessionInput, SessionOutput } from "./session-io.ts";
import type { ScramSums } from "./sign-in.ts";
import { WayWatch } from "./way-watch.ts";

/** Bytes of chance by which a text of one's own is known. */
const NONCE_BYTES = 16;

/** What of SCRAM is computed at once. */
export const SCRAM: ScramSums = {
  proofOf,
  signatureOf,
  digestOf: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest(),
};
/** Milliseconds between two messages about what was seen: each is an entry of the room's log. */
export const MARK_EVERY_MS = 5000;

export interface ClientOptions extends CallerOptions {
  /** Older lines that are asked for when a name is had first. */
  readonly linesOnJoin: number;
  /** Dials also the only server again by itself that it knows. */
  readonly comesBackToOne?: boolean;
  readonly clock?: Clock;
  /** From 0 up to but not 1. */
  readonly chance?: () => number;
}

export interface ClientListener {
  /** `meaning` comes with `shown`. A face that only passes the control protocol on has no need of it. */
  onEvent(event: ControlEvent2, meaning?: LineMeaning): void;
  /** What a press on Send came to, before the line about it. A face that waits for the line has no need of it. */
  onOutcome?(outcome: SendOutcome): void;
  /** The session is closed and so is its connection. Nothing comes after it. */
  onEnded(): void;
}

/** A person's client: commands in, events out. */
export class Client {
  readonly #session: Session;
  readonly #caller: Caller;
  readonly #listener: ClientListener;
  readonly #clock: Clock;
  readonly #marks: Pace;
  readonly #inputs: SessionInput[] = [];
  #taking = false;
  #callOff: () => void = () => undefined;
  /** Of a server of version 2, which can be asked. */
  #watch: WayWatch | undefined;

  constructor(options: ClientOptions, listener: ClientListener) {
    const { linesOnJoin, comesBackToOne: toOne = false, clock = SYSTEM_CLOCK, chance = Math.random } = options;
    this.#listener = listener;
    this.#clock = clock;
    this.#session = new Session({ nonce, scram: SCRAM, linesOnJoin, comeback: { toOne, chance } });
    this.#marks = new Pace(clock, MARK_EVERY_MS, () => this.#feed({ kind: "mark" }));
    this.#caller = new Caller(options, {
      onCertificate: (fingerprint, news) => this.#feed({ kind: "certificate", fingerprint, news }),
      onDialled: (spoken) => {
        if (spoken.hcp === 2) this.#watch = this.#watchServer();
        this.#feed({ kind: "dialled", spoken });
      },
      onDialFailed: (why) => this.#feed({ kind: "dial-failed", why }),
      onHellos: (hellos) => this.#feed({ kind: "hellos", hellos }),
      onMessage: (message) => {
        this.#watch?.heard("answer");
        this.#feed({ kind: "received", message });
      },
      onLost: (code, why) => {
        this.#unwatch();
        this.#feed({ kind: "closed", code, why });
      },
    });
  }

  /** Does what a person asks for. What it shows at once has reached the listener on return. */
  take(command: SessionCommand): void {
    this.#feed({ kind: "command", command });
  }

  /** Says something to a receiver who need not be in the list; a name is proposed to `Server`. */
  say(receiver: string, text: string): void {
    this.#feed({ kind: "say", receiver, text });
  }

  /** Takes a name as its owner does. The password is used once, and kept nowhere. */
  signIn(name: string, password: string): void {
    this.#feed({ kind: "sign-in", name, password });
  }

  /** Makes the name that one has one's own, or gives it another password. */
  register(password: string): void {
    this.#feed({ kind: "register", password });
  }

  /** So much waits for the server's answer that nothing more can be said. */
  get isFull(): boolean {
    return this.#session.isFull;
  }

  /** Settles when no dial is under way and its end was shown. */
  async settled(): Promise<void> {
    await this.#caller.settled();
  }

  #feed(input: SessionInput): void {
    this.#inputs.push(input);
    if (this.#taking) return;
    this.#taking = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      for (const output of this.#session.take(next)) this.#do(output);
    }
    this.#taking = false;
  }

  #do(output: SessionOutput): void {
    switch (output.kind) {
      case "event":
        this.#listener.onEvent(output.event, output.meaning);
        break;
      case "outcome":
        this.#listener.onOutcome?.(output.outcome);
        break;
      case "dial":
        this.#callOff();
        this.#unwatch();
        this.#caller.dial(output.server);
        break;
      case "wait":
        this.#callOff();
        this.#callOff = this.#clock.after(output.ms, () => this.#feed({ kind: "waited" }));
        break;
      case "send":
        this.#caller.send(output.message);
        break;
      case "stretch":
        void this.#stretch(output);
        break;
      case "mark-due":
        this.#marks.want();
        break;
      case "hang-up":
        this.#callOff();
        this.#unwatch();
        this.#caller.hangUp();
        break;
      case "end":
        this.#callOff();
        this.#marks.end();
        void this.#caller.quiet().then(() => this.#listener.onEnded());
        break;
    }
  }

  /** A server may stand still, or the way to it be cut, without a word. */
  #watchServer(): WayWatch {
    return new WayWatch(this.#clock, {
      ask: () => this.#caller.send({ kind: "ping", request: nonce() }),
      onSilent: () => this.#caller.giveUp(),
    });
  }

  #unwatch(): void {
    this.#watch?.end();
    this.#watch = undefined;
  }

  /** Takes a fifth of a second and more, in another thread. */
  async #stretch({ id, password, salt }: Extract<SessionOutput, { kind: "stretch" }>): Promise<void> {
    const salted = salt === undefined ? randomBytes(SALT_BYTES) : Buffer.from(salt, "hex");
    const keys = await deriveKeys(password, salted, PASSWORD_ROUNDS);
    this.#feed({ kind: "stretched", id, salt: salted.toString("hex"), keys });
  }
}

function nonce(): string {
  return randomBytes(NONCE_BYTES).toString("hex");
}
