// Owns the wiring of one session to the network, for every face. It must not know how a face looks.
// Invariant: events reach the listener in the order in which the session gave them, also when one output of it
// causes the next input.

import { randomBytes } from "node:crypto";
import { Caller, type CallerOptions } from "./caller.ts";
import type { ControlCommand2, ControlEvent2 } from "./control.ts";
import type { LineMeaning } from "./line-meaning.ts";
import type { SendOutcome } from "./outgoing.ts";
import { Session, type SessionInput, type SessionOutput } from "./session.ts";

/** Bytes of chance by which a text of one's own is known. */
const NONCE_BYTES = 16;

export interface ClientOptions extends CallerOptions {
  /** Older lines that are asked for when a name is had first. */
  readonly linesOnJoin: number;
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
  readonly #inputs: SessionInput[] = [];
  #taking = false;

  constructor(options: ClientOptions, listener: ClientListener) {
    this.#listener = listener;
    const nonce = () => randomBytes(NONCE_BYTES).toString("hex");
    this.#session = new Session({ nonce, linesOnJoin: options.linesOnJoin });
    this.#caller = new Caller(options, {
      onDialled: (spoken) => this.#feed({ kind: "dialled", spoken }),
      onDialFailed: (why) => this.#feed({ kind: "dial-failed", why }),
      onMessage: (message) => this.#feed({ kind: "received", message }),
      onLost: (code, why) => this.#feed({ kind: "closed", code, why }),
    });
  }

  /** Does what a person asks for. What it shows at once has reached the listener on return. */
  take(command: ControlCommand2): void {
    this.#feed({ kind: "command", command });
  }

  /** Says something to a receiver who need not be in the list; a name is proposed to `Server`. */
  say(receiver: string, text: string): void {
    this.#feed({ kind: "say", receiver, text });
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
        this.#caller.dial(output.server);
        break;
      case "send":
        this.#caller.send(output.message);
        break;
      case "hang-up":
        this.#caller.hangUp();
        break;
      case "end":
        void this.#caller.quiet().then(() => this.#listener.onEnded());
        break;
    }
  }
}
