// Owns the schemas of the control protocol's events. Who only writes events does not load it: they take milliseconds to build, at
// every start of a client. It must not know faces. Invariant: an object has exactly one key, the event's name.

import * as z from "zod";

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

export type ControlEvent = z.infer<typeof eventSchema>;
export type ClientState = z.infer<typeof stateSchema>;
export type ControlEvent2 = z.infer<typeof eventSchema2>;
export type ClientState2 = z.infer<typeof stateSchema2>;
