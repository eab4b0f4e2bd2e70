// Owns HCP's version 2 as the lab's port wants a protocol. What people see and do is as in version 1, and so are the clauses'
// document and the server's log for them. It must not know how a part does its work.

import { encodeHcp2, OPAQUE_BYTES_MAX, PREFACE } from "../../src/protocol/hcp2/index.ts";
import { HCP } from "../hcp/hcp.ts";
import type { Fencing } from "../protocol/fencing.ts";
import type { Joining } from "../protocol/joining.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { HCP2_ABILITIES } from "./abilities.ts";
import { HCP2_NOTATION } from "./notation.ts";
import { HCP2_RULES } from "./rules.ts";
import { HCP2_WIRE, messageOf } from "./wire.ts";

/** How long a client waits for an answer before it goes on in version 1 (PROTOCOL.md, 13.4). */
const PREFACE_ANSWER_MS = 2000;

/** The request of a fence is its text, by which its answer is known. */
const HCP2_FENCING: Fencing = {
  ...HCP.fencing,
  toItself: (name, text) => encodeHcp2({ kind: "say", request: Buffer.from(text).toString("hex"), to: name, text }),
  forward: (frame, sender, place) => {
    const say = messageOf(frame);
    if (say?.kind !== "say") throw new Error(`a fence of version 2 is a say, and not ${say?.kind}`);
    const { request, to, text } = say;
    // Nobody else's: no file writes an id of so many bytes.
    const about = { id: Buffer.from(text.padEnd(OPAQUE_BYTES_MAX).slice(-OPAQUE_BYTES_MAX)).toString("hex") };
    const placed = { ...about, sequence: place, time: place };
    return {
      answer: encodeHcp2({ kind: "said", request, ...placed }),
      passed: encodeHcp2({ kind: "line", ...placed, from: sender, text, to }),
    };
  },
  // What a server logs of version 2 is its own (PROTOCOL.md, 17).
  logs: () => [],
};

const HCP2_JOINING: Joining = {
  ...HCP.joining,
  opening: {
    bytes: PREFACE,
    what: "the preface of version 2",
    answerMs: PREFACE_ANSWER_MS,
    help: {
      answer: "answer it with the preface and a hello (PROTOCOL.md, 13.3), or take hcp2 out of speaks",
      begin: "send the preface first, alone (PROTOCOL.md, 13.1), or take hcp2 out of speaks",
    },
    abilities: HCP2_ABILITIES,
  },
  request: (name) => encodeHcp2({ kind: "join", request: "01", name }),
  acceptance: (name) => [
    encodeHcp2({ kind: "welcome", request: "01", name, sequence: 1, time: 0 }),
    encodeHcp2({ kind: "roster", names: [name] }),
  ],
  help: { ...HCP.joining.help, asked: "the join (PROTOCOL.md, 16)", accept: "answer a join as PROTOCOL.md, 16.1 says" },
};

export const HCP2: Protocol = {
  ...HCP,
  name: "HCP2",
  wire: HCP2_WIRE,
  notation: HCP2_NOTATION,
  joining: HCP2_JOINING,
  fencing: HCP2_FENCING,
  rules: HCP2_RULES,
};
