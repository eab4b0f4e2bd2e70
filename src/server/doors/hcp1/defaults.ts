// Owns what the program's settings need to know of version 1: its port, the ports that the report's prompt takes, and the
// gap that the report's clients need.

export { DEFAULT_PORT, MESSAGE_GAP_MS, PORT_MAX, PORT_MIN } from "../../../protocol/hcp1/index.ts";
