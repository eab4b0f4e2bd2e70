// Owns HCP's fences: whispers. What is logged of one is PROTOCOL.md, 12.1. Pure.

import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import type { Fencing } from "../protocol/fencing.ts";
import { EVERYBODY } from "./texts.ts";

export const HCP_FENCING: Fencing = {
  everybody: EVERYBODY,
  toItself: (name, text) => encodeMessage({ kind: "message", sender: name, receiver: name, text }),
  isShown: (line, text) => line.endsWith(text),
  isReceived: (line, text, sender) => line.startsWith(sender) && line.endsWith(text),
  logs: (address, sender, receiver) => [
    "New message received. Message type: 5",
    `Parsing packet type 5 from ('${address}', PORT)`,
    `Sender name is ${sender}`,
    `Receiver name is ${receiver}`,
    `Forwarding message type 5 to ${receiver === EVERYBODY ? "all receivers" : receiver}`,
  ],
};
