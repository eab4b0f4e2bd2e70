// Owns how a name is had in HCP: a proposal and its acknowledgement, and the report's lines about it (PROTOCOL.md, 6, 12.1
// and 12.3). Pure.

import { encodeMessage, nameFault } from "../../src/protocol/hcp1/index.ts";
import type { Joining } from "../protocol/joining.ts";
import { ACCEPTED, EVERYBODY, JOINED, SERVER } from "./texts.ts";

export const HCP_JOINING: Joining = {
  commands: (name) => [{ select: SERVER }, { type: name }, { send: {} }],
  list: (names) => [SERVER, EVERYBODY, ...names],
  isReserved: (name) => nameFault(name) === "reserved",
  request: (name) => encodeMessage({ kind: "proposal", name }),
  acceptance: (name) => [encodeMessage({ kind: "ack", name }), encodeMessage({ kind: "update", names: [name] })],
  accepted: ACCEPTED,
  hasShown: (lines, name) => {
    const at = lines.lastIndexOf(name);
    return at !== -1 && lines.indexOf(JOINED, at) !== -1;
  },
  logs: {
    connected: "A new client is connected: …",
    settled: "Sending packet type 4 to all receivers",
    ofOne: (name) => ["A new client is connected: ('…', PORT)", `A username is accepted: ${name}`],
  },
  help: {
    asked: "the proposal (PROTOCOL.md, 6)",
    request: "take select, type and send as a person's hands at the window (docs/control.md)",
    listen: "listen at the address and the port that it is given",
    accept:
      "answer a type 1 with a type 2 of the same 64 bytes first (3.3), and send the list (type 4) behind it (7.1)",
    log: "print the lines of PROTOCOL.md, 12.1, or say under logs what its own lines mean",
    show: "show the lines of PROTOCOL.md, 12.3, as events shown, and every new list as an event users",
  },
};
