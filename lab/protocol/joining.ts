// Owns what the lab asks of a protocol about having a name: how one is taken, who is reserved, and what is logged and shown
// of it. Types only. It must not know any protocol.

import type { ControlCommand } from "../../src/client/control.ts";

/** The bytes with which both sides of a connection begin, where several protocols share a port. */
export interface Opening {
  readonly bytes: Uint8Array;
  /** For a person: "the preface of version 2". */
  readonly what: string;
  /** How long a server that does not answer is waited for. */
  readonly answerMs: number;
  /** What to do where a server does not answer with it, and where a client does not begin with it: for a person. */
  readonly help: { readonly answer: string; readonly begin: string };
  /** What a server says behind it that it can do. */
  readonly abilities?: Abilities;
}

/** Something that a server may be able to do, and says that it can. */
export interface Ability {
  /** As files name it under `offers`. */
  readonly name: string;
  /** It is asked for before there is a name, not behind it. */
  readonly isBeforeName: boolean;
  /** A request for it, of the user of this name. */
  ask(user: string): Uint8Array;
  isAnswer(frame: Uint8Array): boolean;
}

export interface Abilities {
  /** What says which a server has: for a person. */
  readonly what: string;
  /** The names of those that a frame of a server offers; undefined of a frame that says nothing of it. */
  offeredIn(frame: Uint8Array): readonly string[] | undefined;
  /** What a client says of itself before it asks for anything. */
  readonly greeting: Uint8Array;
  readonly all: readonly Ability[];
  /** What to do where one is not named, and where one is named and not there: for a person. */
  readonly help: { readonly name: string; readonly answer: string };
}

export interface Joining {
  /** Undefined where a connection just begins. */
  readonly opening?: Opening;
  /** What a client's user does to take a name. */
  commands(name: string): readonly ControlCommand[];
  /** What a client lists when these are there, top to bottom. */
  list(names: readonly string[]): readonly string[];
  /** Whether nobody may have this name. */
  isReserved(name: string): boolean;
  /** The frame by which a client asks for a name. */
  request(name: string): Uint8Array;
  /** The frames by which a server gives it, the accepting one first. */
  acceptance(name: string): readonly Uint8Array[];
  /** What a client shows when its name is accepted. */
  readonly accepted: string;
  /** Whether lines tell, as their last news of anybody, that somebody of this name is there now. */
  hasShown(lines: readonly string[], name: string): boolean;
  /** What a server logs, as scenario files write lines: … stands for any text, PORT for any port. */
  readonly logs: {
    /** The last line of every connection. */
    readonly connected: string;
    /** The last line of every name that is given. */
    readonly settled: string;
    /** Lines of one connection and its name, of which none may be missing. */
    ofOne(name: string): readonly string[];
  };
  /** Where to look and what to do when a server does not give the name, and when its lines are missing: for a person. */
  readonly help: {
    /** What a server answers, with where that is said: "the proposal (PROTOCOL.md, 6)". */
    readonly asked: string;
    readonly request: string;
    /** Of one at which nobody can connect, and of one that answers otherwise. */
    readonly listen: string;
    readonly accept: string;
    readonly log: string;
    readonly show: string;
  };
}
