// Owns the control protocol of every client: the commands a person's hands give and the events a person's eyes get,
// as JSON, one object a line. The headless face, the window and the lab share it, so it must know nothing of them.
// Invariant: an object has exactly one key, the command's or the event's name.

import * as z from "zod";
import type { ControlEvent, ControlEvent2 } from "./control-events.ts";

export type { ClientState, ClientState2, ControlEvent, ControlEvent2 } from "./control-events.ts";

/** Versions of the control protocol. A change that an older lab or client cannot read makes a new one, beside the others. */
export const CONTROL_VERSIONS = [1, 2] as const;

export type ControlVersion = (typeof CONTROL_VERSIONS)[number];

/** Lines that one command may ask for: as many as one answer of a server has (PROTOCOL.md, 16.4). */
export const HISTORY_ASKED_MAX = 100;

/** Servers that one command may name: far over what a room has. */
export const SERVERS_MAX = 16;
/** Lines that a server counts as unread; where there are more, it says as many (PROTOCOL.md, 16.8). */
export const UNREAD_COUNTED_MAX = 1000;

/** Longest command line a client reads, in bytes: a draft far over the protocol's limit still gets a proper answer. */
export const COMMAND_LINE_BYTES_MAX = 65_536;

const nothing = z.union([z.strictObject({}), z.null(), z.literal(true)]).describe("No argument: {}, null or true.");
const port = z.union([z.string(), z.number()]).describe("What stands in the port entry; checked by the client.");

export const connectArgument = z.strictObject({ address: z.string().optional(), port: port.optional() });

/** What each command takes, by the command's name. */
export const argumentSchemas = {
  connect: connectArgument,
  select: z.union([z.string(), z.strictObject({ name: z.string() })]),
  type: z.union([z.string(), z.strictObject({ text: z.string() })]),
  send: nothing,
  state: nothing,
  close: nothing,
} as const;

export const commandSchema = z
  .union([
    z.strictObject({ connect: argumentSchemas.connect }).describe("Fill in address and port, press Connect."),
    z.strictObject({ select: argumentSchemas.select }).describe("Pick a destination in the list."),
    z.strictObject({ type: argumentSchemas.type }).describe("Set the entry's draft; nothing is sent."),
    z.strictObject({ send: argumentSchemas.send }).describe("Press Send."),
    z.strictObject({ state: argumentSchemas.state }).describe("Ask for a state event."),
    z.strictObject({ close: argumentSchemas.close }).describe("Close the window; the client ends."),
  ])
  .describe("A command: what a person does at the window.");

const historyArgument = z.union([nothing, z.strictObject({ limit: z.int().min(1).max(HISTORY_ASKED_MAX) })]);

const passwordFile = z.string().min(1).describe("A file that holds the password and nothing else, but a line break.");

const signInArgument = z.strictObject({ name: z.string(), passwordFile });
const registerArgument = z.strictObject({ passwordFile });

const connectArgument2 = z.union([
  connectArgument,
  z
    .strictObject({ servers: z.array(connectArgument).min(1).max(SERVERS_MAX) })
    .describe("Servers of one room: the client goes on to the next by itself."),
]);

const limit = z.int().min(1).max(HISTORY_ASKED_MAX).optional();

const searchArgument = z.union([
  z.strictObject({ words: z.string(), limit }),
  z.strictObject({ more: z.literal(true).describe("What is older than what was found last."), limit }),
]);

/** What each command of version 2 takes. */
export const argumentSchemas2 = {
  ...argumentSchemas,
  connect: connectArgument2,
  history: historyArgument,
  signIn: signInArgument,
  register: registerArgument,
  unregister: nothing,
  search: searchArgument,
  read: nothing,
} as const;

const [, ...otherCommands] = commandSchema.options;

/** Version 2: whoever gave version 1's commands goes on giving them. */
export const commandSchema2 = z
  .union([
    z.strictObject({ connect: connectArgument2 }).describe("Fill in address and port, press Connect."),
    ...otherCommands,
    z.strictObject({ history: historyArgument }).describe("Ask for older lines than the oldest that was shown."),
    z.strictObject({ signIn: signInArgument }).describe("Take a name as its owner does, who knows its password."),
    z.strictObject({ register: registerArgument }).describe("Make one's name one's own, or change its password."),
    z.strictObject({ unregister: nothing }).describe("Give one's own name back: it is nobody's own then."),
    z.strictObject({ search: searchArgument }).describe("Ask for lines that hold all of some words."),
    z.strictObject({ read: nothing }).describe("Have seen everything that was shown."),
  ])
  .describe("A command: what a person does at the window.");

export type ControlCommand = z.infer<typeof commandSchema>;
export type ControlCommand2 = z.infer<typeof commandSchema2>;

/** An event as version 1 has it; undefined where it has none. */
export function asVersion1(event: ControlEvent2): ControlEvent | undefined {
  if ("said" in event || "history" in event || "account" in event) return undefined;
  if ("found" in event || "unread" in event) return undefined;
  if ("shown" in event) return { shown: { text: event.shown.text } };
  if ("connected" in event) return { connected: { address: event.connected.address, port: event.connected.port } };
  if ("disconnected" in event) return { disconnected: { reason: event.disconnected.reason } };
  if (!("state" in event)) return event;
  const { hcp: _, ...state } = event.state;
  return { state };
}
