// Owns the control protocol of every client: the commands a person's hands give and the events a person's eyes get,
// as JSON, one object a line. The headless face, the window and the lab share it, so it must know nothing of them.
// Invariant: an object has exactly one key, the command's or the event's name.

import * as z from "zod";

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

const id = z.string().describe("A line's own, of all lines of all servers. It is only compared.");
const atMs = z.int().describe("When it was said, by the server's clock: milliseconds since 1970.");
const nonce = z.string().describe("What this client calls a line of its own, until it has an id.");
const hcp = z.union([z.literal(1), z.literal(2)]).describe("The version of HCP that is spoken.");

export const stateSchema2 = stateSchema.extend({ hcp: hcp.nullable() });

const changedEvents = {
  shown: z
    .strictObject({
      text: z.string(),
      id: id.optional(),
      atMs: atMs.optional(),
      nonce: nonce.optional(),
      history: z.literal(true).optional().describe("It was asked for, and is older than what was shown before."),
      unread: z.literal(true).optional().describe("The first line behind one's read mark."),
      found: z.literal(true).optional().describe("It was looked for, and may have been shown before."),
    })
    .describe("A line of the text box. With version 2 of HCP it has an id and a time, or a nonce."),
  connected: address.extend({
    hcp,
    fellBack: z.boolean().describe("Version 2 would have been spoken, and the server does not."),
    tls: z
      .strictObject({
        fingerprint: z.string().describe("SHA-256 of the server's certificate, as its log tells it."),
        firstSeen: z.boolean().describe("It was not known before; from now on no other is taken."),
      })
      .optional()
      .describe("There where the connection is inside TLS."),
    returnsAs: z.string().optional().describe("The client asks for this name by itself: it had it before."),
  }),
  disconnected: z.strictObject({
    reason: z.string().describe("A stable code."),
    nextMs: z.int().optional().describe("The client dials the next server by itself, in so many milliseconds."),
  }),
};

const accountEvent = z.strictObject({
  what: z.enum(["signed-in", "registered", "unregistered", "refused"]),
  of: z
    .enum(["sign-in", "register", "unregister", "proposal"])
    .describe("What was asked for. A proposal is a name that was sent."),
  name: z.string(),
  code: z.string().optional().describe("Why it was refused: a code of PROTOCOL.md 18.1 or docs/control.md."),
});

/** Version 2: version 1's events with more in them, and others. */
export const eventSchema2 = z
  .union([
    z.strictObject({ shown: changedEvents.shown }),
    z.strictObject({ users: z.strictObject({ names: z.array(z.string()) }) }).describe("The list changed."),
    z.strictObject({ connected: changedEvents.connected }).describe("The server took the connection."),
    z
      .strictObject({ disconnected: changedEvents.disconnected })
      .describe("There is no connection: it ended, or could not be had."),
    z.strictObject({ state: stateSchema2 }).describe("The answer to the command state."),
    z
      .strictObject({ ignored: z.strictObject({ sender: z.string(), receiver: z.string(), text: z.string() }) })
      .describe("A message for somebody else reached this client; nothing of it is shown."),
    z.strictObject({ error: z.strictObject({ message: z.string() }) }).describe("A command could not be taken."),
    z
      .strictObject({ said: z.strictObject({ nonce, id, atMs }) })
      .describe("A line of one's own has its place among everybody's."),
    z
      .strictObject({
        history: z.strictObject({
          lines: z.int().describe("How many were shown for it."),
          more: z.boolean().describe("There are older ones."),
          gap: z.boolean().describe("Lines were forgotten there."),
        }),
      })
      .describe("The answer to the command history, behind its lines."),
    z
      .strictObject({ account: accountEvent })
      .describe("What came of signIn, register or unregister, or that a name has an owner."),
    z
      .strictObject({
        found: z.strictObject({
          lines: z.int().describe("How many were shown for it."),
          more: z.boolean().describe("There may be older ones."),
          gap: z.boolean().describe("Lines were forgotten there."),
        }),
      })
      .describe("The answer to the command search, behind its lines."),
    z
      .strictObject({ unread: z.strictObject({ lines: z.int() }) })
      .describe("The server keeps a read mark for this name, and so many lines of others are behind it."),
  ])
  .describe("An event: what a person sees at the window.");

export type ControlCommand2 = z.infer<typeof commandSchema2>;
export type ControlEvent2 = z.infer<typeof eventSchema2>;
export type ClientState2 = z.infer<typeof stateSchema2>;

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

export type ControlCommand = z.infer<typeof commandSchema>;
export type ControlEvent = z.infer<typeof eventSchema>;
export type ClientState = z.infer<typeof stateSchema>;
