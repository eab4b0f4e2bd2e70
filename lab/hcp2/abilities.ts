// Owns the capabilities of version 2 as the lab's probe asks for them: what a server's hello names, and a request of each with
// what is an answer to it. Pure. It must not know how frames came. Invariant: an answer repeats its request, so that none is
// taken for another's.

import { CAPABILITIES, encodeHcp2, FRAME_BYTES_MAX, type Hcp2Message } from "../../src/protocol/hcp2/index.ts";
import { writeClientFirst } from "../../src/scram/messages.ts";
import type { Abilities, Ability } from "../protocol/joining.ts";
import { messageOf } from "./wire.ts";

/** `tls` is none: the lab's peer speaks none, and no file offers it. */
const ASKED = ["accounts", "history", "search", "marks"] as const;

/** A line that no log has: a guest has no mark, and an owner is told that there is no such line. */
const NO_LINE = "00".repeat(16);

const REQUESTS: Readonly<Record<(typeof ASKED)[number], (request: string, name: string) => Hcp2Message>> = {
  accounts: (request, name) => {
    const { text } = writeClientFirst({ name, nonce: "howdyprobe", binding: "howdy-hello" });
    return { kind: "signIn", request, scram: text };
  },
  history: (request) => ({ kind: "history", request, limit: 1 }),
  search: (request) => ({ kind: "search", request, words: "howdy", limit: 1 }),
  marks: (request) => ({ kind: "read", request, id: NO_LINE }),
};

/** Of what is asked for so that it can be had, an error is no answer. */
const ANSWERS: Readonly<Record<(typeof ASKED)[number], readonly Hcp2Message["kind"][]>> = {
  accounts: ["challenge"],
  history: ["page"],
  search: ["page"],
  marks: ["marked", "error"],
};

export const HCP2_ABILITIES: Abilities = {
  what: "hello",
  offeredIn: (frame) => {
    const hello = messageOf(frame);
    if (hello?.kind !== "hello") return undefined;
    return ASKED.filter((name) => hello.capabilities.includes(CAPABILITIES[name]));
  },
  greeting: encodeHcp2({
    kind: "hello",
    frameMax: FRAME_BYTES_MAX,
    capabilities: ASKED.map((name) => CAPABILITIES[name]),
  }),
  all: ASKED.map(abilityOf),
  help: {
    name: "name it in the hello (PROTOCOL.md, 15.3), or take it out of offers",
    answer: "answer it as PROTOCOL.md, 16 says, or do not name it in the hello",
  },
};

function abilityOf(name: (typeof ASKED)[number], at: number): Ability {
  const request = `0a${at.toString(16).padStart(2, "0")}`;
  return {
    name,
    // Who has a name cannot sign in any more.
    isBeforeName: name === "accounts",
    ask: (user) => encodeHcp2(REQUESTS[name](request, user)),
    isAnswer: (frame) => {
      const message = messageOf(frame);
      if (message === undefined || !("request" in message) || message.request !== request) return false;
      return ANSWERS[name].includes(message.kind);
    },
  };
}
