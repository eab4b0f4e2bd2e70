// Owns HCP's words and numbers that a client's user meets: PROTOCOL.md, 12.3. It needs no package and nothing of the lab.

export { DEFAULT_PORT, EVERYBODY, SERVER } from "../../src/protocol/hcp1/index.ts";

export const ACCEPTED = "Your username is accepted";

/** Shown behind the name of who came. */
export const JOINED = "join this conversation.";

/** Shown behind the name of who went. */
export const LEFT = "left this conversation.";
