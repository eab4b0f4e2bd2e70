// Owns the shape of a scenario file as staff write it by hand: one zod schema, published as JSON Schema for editors.
// It must not know files, hosts, programs or what these speak: a protocol's frames are its notation's; what a schema cannot say (which host exists, what it runs) is check.ts's.
// Invariant: whatever this schema takes is bounded in every direction.

import * as z from "zod";
import { OFFERS } from "../implementation/schema.ts";
import type { Notation } from "../protocol/notation.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { strict } from "../yaml/strict.ts";
import { stepFaults } from "./fault-schema.ts";
import { connectionCount, givenPeer, protocolName, time, wireSchemas } from "./wire-schema.ts";

const TITLE_CHARS_MAX = 200;
const TEXT_CHARS_MAX = 8192;
const LINES_MAX = 200;
const STEPS_MAX = 100;
const ACTIONS_MAX = 100;
const NAME_CHARS_MAX = 64;
const WIDGETS_MAX = 50;
const HISTORY_LINES_MAX = 100;

/** The requirements of the report, numbered as in its test case design. */
const REQUIREMENT_MAX = 12;

const LEVELS = ["must", "strict"] as const;

/** Words of an action that need no argument may stand alone: `- send`. */
const BARE_WORDS = [
  "start",
  "connect",
  "send",
  "close",
  "stop",
  "kill",
  "restart",
  "pause",
  "resume",
  "wipe",
  "fill",
  "free",
] as const;

const title = z.string().min(1).max(TITLE_CHARS_MAX);
const text = z.string().max(TEXT_CHARS_MAX);
const name = z.string().min(1).max(NAME_CHARS_MAX);
const port = z.union([z.string().max(NAME_CHARS_MAX), z.number()], { error: "expected a port, as a number or a text" });
const bare = z.union([strict({}), z.null(), z.literal(true)], { error: "expected no argument" });

const EXPECTED_TEXT =
  "A line of text. PORT stands for any port number, … for any text, runs of blanks compare as one; the report's addresses stand for those of the bed.";
const expectedText = text.describe(EXPECTED_TEXT);
const lines = z.array(expectedText).min(1).max(LINES_MAX);

/** No chat text is in a server's line: a word in braces is meant as a placeholder, and there is none. */
const loggedText = text
  .regex(
    /^(?![\s\S]*\{[A-Za-z_]\w*\})/,
    "expected no {placeholder}: an address stands as the report has it (10.6.1.116), a port as PORT, any text as …",
  )
  .describe(EXPECTED_TEXT);
const loggedLines = z.array(loggedText).min(1).max(LINES_MAX);
const quiet = z
  .literal("nothing")
  .describe("Nothing at all; the lab proves it with a later message, it does not wait.");

/** The highest port that there is. */
export const PORT_MAX = 65_535;

const connectArgument = strict({
  address: z
    .string()
    .max(TEXT_CHARS_MAX)
    .describe("What stands in the address entry; of a peer where it connects to.")
    .optional(),
  port: port.describe("What stands in the port entry; of a peer where it connects to.").optional(),
  as: name
    .describe("Peer: the connection's name in this file, or a crowd's; c1, c2, … in their order unless told.")
    .optional(),
  times: connectionCount.optional(),
  protocol: protocolName
    .describe("Peer: what this connection speaks, where that is not what the host's others do; it has a name under as.")
    .optional(),
});

function settingsOf({ port: usual }: Protocol) {
  return strict({
    console: z.boolean().describe("Started with no settings: it asks on its console.").optional(),
    port: z.number().int().min(1).max(PORT_MAX).describe(`The port it listens on; ${usual} unless told.`).optional(),
  });
}

function actionsOf(settings: Settings, wireArgument: WireSchemas["wireArgument"], { exchange }: Notation) {
  const startArgument = z.union([settings, z.null()], {
    error: "expected no argument, or {console: true}, or {port: …}",
  });
  const oneLine = text.regex(/^[^\r\n]*$/, "expected one line");
  const actions = [
    strict({ start: startArgument }).meta({
      description:
        "Start this host's program, which is not running. A server may be started so that it asks on its console, or at another port.",
      examples: ["start", { start: { console: true } }],
    }),
    strict({ connect: connectArgument }).meta({
      description: "Client: fill in address and port, press Connect. Peer: connect, to the case's server unless told.",
      examples: ["connect", { connect: { address: "10.6.1.116", port: 20002 } }],
    }),
    strict({ select: name }).meta({
      description: "Pick a destination in the list: Server, All or a user's name.",
      examples: [{ select: "All" }],
    }),
    strict({ type: text }).meta({
      description: "Put this text into the entry; nothing is sent.",
      examples: [{ type: "Hello" }],
    }),
    strict({ send: bare }).meta({ description: "Press Send.", examples: ["send"] }),
    strict({ history: strict({ limit: z.int().min(1).max(HISTORY_LINES_MAX).optional() }) }).meta({
      description: "Ask for older lines, of a client that speaks version 2 of the control protocol (docs/control.md).",
      examples: [{ history: { limit: 20 } }],
    }),
    strict({ signIn: strict({ name, passwordFile: text }) }).meta({
      description:
        "Take a name as its owner does, with the password in a file that is on the host, of a client that speaks version 2 of the control protocol.",
      examples: [{ signIn: { name: "Jon", passwordFile: "/proc/sys/kernel/ostype" } }],
    }),
    strict({ close: bare }).meta({ description: "Close the window; the client ends.", examples: ["close"] }),
    strict({ input: oneLine }).meta({
      description: "Type a line on the console of a server that asks there.",
      examples: [{ input: "10.6.1.116" }],
    }),
    strict({ operator: oneLine.min(1) }).meta({
      description:
        "Its operator gives a command: announce TEXT, kick NAME REASON, or quit. The case says needs: [operator].",
      examples: [{ operator: "announce Hello" }],
    }),
    strict({ stop: bare }).meta({
      description: "Ask it to end, as a service manager does (SIGTERM).",
      examples: ["stop"],
    }),
    strict({ kill: bare }).meta({ description: "End it without a word (SIGKILL).", examples: ["kill"] }),
    strict({ restart: bare }).meta({
      description: "End it without a word, where it still runs, and start it as it was started before.",
      examples: ["restart"],
    }),
    strict({ pause: bare }).meta({
      description: "Let it do nothing until it is resumed; what comes for it waits in the system.",
      examples: ["pause"],
    }),
    strict({ wipe: bare }).meta({
      description: "Broker: end it without a word, and start it with nothing of what it kept.",
      examples: ["wipe"],
    }),
    strict({ fill: bare }).meta({
      description: "Broker: from now on nothing more can be kept, as on a full disk.",
      examples: ["fill"],
    }),
    strict({ free: bare }).meta({ description: "Broker: there is room again, after a fill.", examples: ["free"] }),
    strict({ resume: bare }).meta({ description: "Let it go on after a pause.", examples: ["resume"] }),
    strict({ wire: wireArgument }).meta({
      description: "Speak bytes on a connection: send, expect, or both.",
      examples: [{ wire: { send: exchange.sent, expect: exchange.received } }],
    }),
    z.enum(BARE_WORDS).describe("An action that needs no argument."),
  ] as const;
  return z.union(actions, { error: "expected an action, such as {type: …} or send" }).describe("One action.");
}

const widget = z
  .union(
    [
      strict({ textbox: name }).describe("An entry for text."),
      strict({ button: name }).describe("A button."),
      strict({
        listbox: name,
        options: z.array(name).max(LINES_MAX).describe("All of it, top to bottom.").optional(),
      }).describe("A list to pick from."),
      strict({ log: name }).describe("A text box that shows what arrives."),
    ],
    { error: "expected a widget, such as {button: Connect}" },
  )
  .describe("A widget by its role and its name, as a screen reader says them.");

function expectationOf(receivesArgument: WireSchemas["receivesArgument"]) {
  return strict({
    shows: z
      .union([quiet, expectedText, lines], { error: "expected a line, a list of lines, or nothing" })
      .meta({
        description: "The lines that its text box shows in this step, all of them, in order; or nothing.",
        examples: ["You say: Hello", ["Zoe", "join this conversation."], "nothing"],
      })
      .optional(),
    users: z
      .array(name)
      .max(LINES_MAX)
      .meta({ description: "Its list after the step, top to bottom.", examples: [["Server", "All", "Jon"]] })
      .optional(),
    draft: text
      .meta({ description: "What stands in its entry after the step; an empty text for nothing.", examples: ["Hello"] })
      .optional(),
    window: z
      .array(widget)
      .min(1)
      .max(WIDGETS_MAX)
      .meta({
        description: "Widgets that its window has; the client is then opened in a browser.",
        examples: [[{ button: "Connect" }]],
      })
      .optional(),
    logs: z
      .union([quiet, loggedText, loggedLines], { error: "expected a line, a list of lines, or nothing" })
      .meta({
        description:
          "Lines that it prints in this step, in this order; others may stand between them. Or nothing at all.",
        examples: ["Sender name is Jon", "nothing"],
      })
      .optional(),
    never: z
      .union([loggedText, loggedLines], { error: "expected a line or a list of lines" })
      .meta({ description: "Lines that it must not print in this step.", examples: ["Error: Invalid sender name."] })
      .optional(),
    receives: receivesArgument.optional(),
    within: time
      .meta({
        description:
          "How long what it is to show, list or log may take; the run's --timeout unless told. With nothing: look so long where no later message can prove it.",
        examples: ["35 s"],
      })
      .optional(),
  }).meta({ description: "What this host is to show or print in the step.", minProperties: 1 });
}

function givenHostOf(settings: Settings) {
  return strict({
    server: settings.describe("A server runs here before the first step.").optional(),
    client: strict({
      window: z
        .literal(true)
        .describe("It is opened in a browser, whichever client the lab is told to use.")
        .optional(),
    })
      .describe("A client is started here before the first step.")
      .optional(),
    peer: givenPeer.optional(),
    broker: strict({})
      .describe(
        "A broker runs here, a NATS server that keeps the log of the servers' one room. The case says needs: [cluster].",
      )
      .optional(),
    at: name
      .describe("Of several servers, the host of the one that the client connects to; the first unless told.")
      .optional(),
    connected: z.boolean().describe("The client is connected to the server.").optional(),
    named: name.describe("The server has accepted this name of the client; implies connected.").optional(),
  }).meta({
    description: "What one host runs before the first step: a server, a client, a broker, or the lab's peer.",
    oneOf: [{ required: ["server"] }, { required: ["client"] }, { required: ["broker"] }, { required: ["peer"] }],
    dependencies: { connected: ["client"], named: ["client"], at: ["client"] },
  });
}

function stepOf(action: ReturnType<typeof actionsOf>, expectation: ReturnType<typeof expectationOf>) {
  const actionList = z.array(action).min(1).max(ACTIONS_MAX).describe("What this host's user does, in order.");
  return z
    .object({
      title: title.describe("What happens in this step, in a sentence."),
      faults: stepFaults.optional(),
      expect: z.record(z.string(), expectation).describe("What each host is to show or print.").optional(),
    })
    .catchall(actionList)
    .meta({
      description:
        "A step: what is done to links, hosts with their actions in the order in which they stand, and what is expected.",
      minProperties: 2,
    });
}

/**
 * A scenario file as it is written, of programs that speak a protocol.
 *
 * @param others - What peers in it speak that is something else.
 */
export function scenarioSchemaOf(protocol: Protocol, others: readonly Protocol[] = []) {
  const { wireArgument, receivesArgument } = wireSchemas(
    protocol.notation,
    others.map(({ notation }) => notation),
  );
  const settings = settingsOf(protocol);
  const step = stepOf(actionsOf(settings, wireArgument, protocol.notation), expectationOf(receivesArgument));
  return strict({
    title: title.describe("What the case shows, in a few words."),
    protocol: protocolName
      .describe("What the programs speak: hcp, Howdy's protocol, unless told; docs/protocols.md lists the others.")
      .optional(),
    requirements: z
      .array(z.number().int().min(1).max(REQUIREMENT_MAX))
      .max(REQUIREMENT_MAX)
      .describe("Which of the report's twelve requirements this case covers, if any.")
      .optional(),
    clause: z
      .string()
      .meta({ description: "The clause of PROTOCOL.md that this case is about, if it is.", enum: protocol.clauses })
      .optional(),
    level: z
      .enum(LEVELS)
      .describe("must: the report says so. strict: a rule of PROTOCOL.md for what the report leaves open.")
      .optional(),
    needs: z
      .array(z.enum(OFFERS))
      .min(1)
      .max(OFFERS.length)
      .describe(
        "What PROTOCOL.md allows a server and this case needs; a server whose file does not offer it is not asked.",
      )
      .optional(),
    prefers: z
      .array(z.enum(OFFERS))
      .min(1)
      .max(OFFERS.length)
      .describe(
        "What a server is started with if its file offers it, such as a short time; any other server is asked all the same.",
      )
      .optional(),
    given: z.record(z.string(), givenHostOf(settings)).describe("What runs before the first step, host by host."),
    steps: z.array(step).min(1).max(STEPS_MAX).describe("What happens, one after the other."),
  }).meta({ description: "A Howdy Lab scenario.", dependencies: { clause: ["level"], level: ["clause"] } });
}

type WireSchemas = ReturnType<typeof wireSchemas>;
type Settings = ReturnType<typeof settingsOf>;

export type ScenarioSource = z.infer<ReturnType<typeof scenarioSchemaOf>>;
export type StepSource = ScenarioSource["steps"][number];
export type GivenSource = ScenarioSource["given"][string];
export type ExpectationSource = z.infer<ReturnType<typeof expectationOf>>;
export type ActionSource = z.infer<ReturnType<typeof actionsOf>>;
export type ConnectSource = z.infer<typeof connectArgument>;
export type WidgetSource = z.infer<typeof widget>;
export type Level = (typeof LEVELS)[number];
export type ServerSettings = z.infer<Settings>;

/** The published JSON Schema, in the draft that editors' YAML support reads best. */
export function scenarioJsonSchema(protocol: Protocol): object {
  return z.toJSONSchema(scenarioSchemaOf(protocol), { target: "draft-7", io: "input" });
}
