// Owns the control protocol of every client: the commands a person's hands give and the events a person's eyes get,
// as JSON, one object a line. The headless face, the window and the lab share it, so it must know nothing of them.
// Invariant: an object has exactly one key, the command's or the event's name.

import * as z from "zod";

/** Version of the control protocol; a change that an older lab or client cannot read raises it. */
export const CONTROL_VERSION = 1;

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

const address = z.strictObject({ address: z.string(), port: z.number().int() });

export const stateSchema = z.strictObject({
  draft: z.string().describe("What stands in the entry."),
  selection: z.string().nullable().describe("The chosen destination."),
  names: z.array(z.string()).describe("The list, top to bottom: Server, All, then the users."),
  lines: z.array(z.string()).describe("The last lines of the text box, oldest first."),
  connection: address.nullable().describe("The server this client is connected to."),
  username: z.string().nullable().describe("The name the server accepted."),
});

export const eventSchema = z
  .union([
    z.strictObject({ shown: z.strictObject({ text: z.string() }) }).describe("A line of the text box."),
    z.strictObject({ users: z.strictObject({ names: z.array(z.string()) }) }).describe("The list changed."),
    z.strictObject({ connected: address }).describe("The server took the connection."),
    z
      .strictObject({ disconnected: z.strictObject({ reason: z.string().describe("A stable code.") }) })
      .describe("There is no connection: it ended, or could not be had."),
    z.strictObject({ state: stateSchema }).describe("The answer to the command state."),
    z
      .strictObject({ ignored: z.strictObject({ sender: z.string(), receiver: z.string(), text: z.string() }) })
      .describe("A message for somebody else reached this client; nothing of it is shown."),
    z.strictObject({ error: z.strictObject({ message: z.string() }) }).describe("A command could not be taken."),
  ])
  .describe("An event: what a person sees at the window.");

export type ControlCommand = z.infer<typeof commandSchema>;
export type ControlEvent = z.infer<typeof eventSchema>;
export type ClientState = z.infer<typeof stateSchema>;
