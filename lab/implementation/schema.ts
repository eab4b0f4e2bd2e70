// Owns the shape of the file that describes an implementation of the protocol (docs/contract.md): one zod schema, published
// as JSON Schema for editors. It must not know files or beds. Invariant: whatever this schema takes is bounded.

import * as z from "zod";
import { DEFAULT_LIMITS } from "../hosts/program-limits.ts";
import { strict } from "../yaml/strict.ts";

const TEXT_CHARS_MAX = 1000;
const NAME_CHARS_MAX = 100;
const WORDS_MAX = 100;
const RULES_MAX = 200;
const FOLDERS_MAX = 16;

const name = z.string().min(1).max(NAME_CHARS_MAX);
const text = z.string().min(1).max(TEXT_CHARS_MAX);
const why = text.describe("For whoever reads the report.");
const words = z.array(z.string().max(TEXT_CHARS_MAX)).max(WORDS_MAX);
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected a variable's name"),
  z.string().max(TEXT_CHARS_MAX),
);

const launch = {
  arguments: words
    .describe("Behind the image's entrypoint, or behind the command. {address} and {port} stand for its own.")
    .optional(),
  environment: environment
    .describe("Variables that are set for it. {address} and {port} stand for its own.")
    .optional(),
};

/** A folder in a container, as a path from its root on. */
const folder = text.regex(/^\/([^/:,]+(\/[^/:,]+)*)?$/, "expected an absolute path such as /var/lib/chat");

/** What a program may take, as a file says it. */
export const limitsSchema = strict({
  "memory-mib": z
    .int()
    .min(16)
    .max(65_536)
    .describe(`Memory; ${DEFAULT_LIMITS.memoryMib} unless told. No swap.`)
    .optional(),
  processes: z
    .int()
    .min(8)
    .max(32_768)
    .describe(`Processes and threads; ${DEFAULT_LIMITS.processes} unless told.`)
    .optional(),
  cpus: z.number().min(0.05).max(64).describe(`Cores of the processor; ${DEFAULT_LIMITS.cpus} unless told.`).optional(),
  "open-files": z
    .int()
    .min(16)
    .max(1_048_576)
    .describe(`Open files of a process; ${DEFAULT_LIMITS.openFiles} unless told.`)
    .optional(),
  "folder-mib": z
    .int()
    .min(1)
    .max(16_384)
    .describe(`Each folder that it may write in; ${DEFAULT_LIMITS.folderMib} unless told.`)
    .optional(),
  writable: z
    .array(folder)
    .max(FOLDERS_MAX)
    .describe(
      "Folders that it may write in beside {folder}, /tmp and /var/tmp: empty at its start. / is all of them, unlimited.",
    )
    .optional(),
});

/** What PROTOCOL.md allows a server, and a case may need or prefer: the server's file says that it has it, and how. */
export const OFFERS = [
  "notices",
  "flood-control",
  "mailbox",
  "operator",
  "doors",
  "short-silence",
  "cluster",
  "history",
  "accounts",
  "search",
  "marks",
] as const;

/** What the lab asks of a program beyond the protocol, and what a file may say that a program has not. */
export const FEATURES = ["logs", "console", "window", "draft", "users", "history", "accounts"] as const;

const run = strict({
  image: text.describe("Docker bed: an image that is there.").optional(),
  dockerfile: text.describe("Docker bed: the Dockerfile of an image to build, beside this file.").optional(),
  context: text.describe("The folder that the Dockerfile builds from; this file's unless told.").optional(),
  command: words.min(1).describe("Local bed: the command, started in this file's folder.").optional(),
  ...launch,
})
  .refine(({ image, dockerfile, command }) => [image, dockerfile, command].some((each) => each !== undefined), {
    error: "expected image, dockerfile or command",
  })
  .meta({ anyOf: [{ required: ["image"] }, { required: ["dockerfile"] }, { required: ["command"] }] });

const pattern = text.refine(isPattern, { error: "expected a regular expression" });

const logRule = strict({
  line: pattern.describe("A regular expression for a whole line of its own, with named groups."),
  means: text.describe("The report's words for it; {name} stands for what the group of that name matched."),
});

const windowSource = strict({
  ...launch,
  serves: pattern
    .regex(/\(\?<port>/, "expected a group named port: (?<port>\\d+)")
    .describe("The line, on either stream, that tells the port in a group named port."),
}).describe(
  "Client: how it is started so that it serves its window as a page. {server} and {servers} are what it may connect to.",
);

const spoken = strict({
  ...launch,
  ready: text.describe("The line that tells that clients can connect; the protocol's unless told.").optional(),
  logs: z.array(logRule).max(RULES_MAX).describe("Where its lines differ from the protocol's report.").optional(),
  window: windowSource.optional(),
});

/** What of it is a server's, and what a client's, for editors: load.ts says it in words. */
const SPOKEN_OF_CLIENT = { additionalProperties: { properties: { ready: false, logs: false } } };
const SPOKEN_OF_SERVER = { additionalProperties: { properties: { window: false } } };

const unsupported = z.union([strict({ case: name, why }), strict({ feature: z.enum(FEATURES), why })], {
  error: `expected {case: …, why: …} or {feature: …, why: …} with one of ${FEATURES.join(", ")}`,
});

const knownFailure = strict({
  case: name,
  why,
  link: z
    .url({ protocol: /^https?$/ })
    .max(TEXT_CHARS_MAX)
    .describe("Where more is said about it.")
    .optional(),
});

const added = {
  arguments: words
    .describe("Behind those of run, where a case needs this. {folder} is an empty folder of its own.")
    .optional(),
  environment: environment.describe("Beside that of run.").optional(),
};

const offers = strict({
  notices: strict(added).describe("It answers a whisper to nobody.").optional(),
  "flood-control": strict(added).describe("It reads later what is over a burst and a rate.").optional(),
  doors: strict(added)
    .describe("It lets the clients of the other protocols of docs/protocols.md in, each at its own port.")
    .optional(),
  mailbox: strict(added).describe("It keeps whispers for users who are away.").optional(),
  "short-silence": strict(added)
    .describe("It gives a client that vanished up within ten seconds; half a minute is what a case waits otherwise.")
    .optional(),
  cluster: strict(added)
    .describe("It shares its room with other servers by a broker, a NATS server at {broker}: HOST:PORT.")
    .optional(),
  history: strict(added).describe("It answers version 2's history.").optional(),
  accounts: strict(added).describe("It registers names, and signs their owners in by version 2.").optional(),
  search: strict(added).describe("It answers version 2's search.").optional(),
  marks: strict(added).describe("It keeps owners' read marks in version 2.").optional(),
  operator: strict({
    ...added,
    container: words
      .min(1)
      .describe("Docker bed: the command in its container that takes one of the operator's lines as its last word.")
      .optional(),
    command: words.min(1).describe("Local bed: the same, started in this file's folder.").optional(),
  })
    .refine(({ container, command }) => container !== undefined || command !== undefined, {
      error: "expected container or command",
    })
    .meta({
      description: "It takes its operator's commands: announce TEXT, kick NAME REASON, quit.",
      anyOf: [{ required: ["container"] }, { required: ["command"] }],
    })
    .optional(),
});

/** A file that describes an implementation, as it is written. */
export const implementationSchema = strict({
  name,
  version: name,
  role: z.enum(["server", "client"]),
  run,
  limits: limitsSchema.describe("On docker and in namespaces: what it may take of the machine.").optional(),
  protocol: name.describe("What it speaks: hcp, Howdy's protocol, unless told (docs/protocols.md).").optional(),
  speaks: z
    .record(name, spoken)
    .describe(
      "What else it speaks, and how it is started so that it does: a server at {address} and {port}. A server may say ready and logs, a client window.",
    )
    .optional(),
  console: strict(launch).describe("Server: how it is started so that it asks on its console.").optional(),
  window: windowSource.optional(),
  offers: offers.describe("Server: what PROTOCOL.md 2.3, 7.5 and 11.2 allow, as far as it does it.").optional(),
  ready: text.describe("Server: the line that tells that clients can connect; the report's unless told.").optional(),
  logs: z.array(logRule).max(RULES_MAX).describe("Server: where its lines differ from the report's.").optional(),
  unsupported: z.array(unsupported).max(RULES_MAX).describe("What it cannot do, and why.").optional(),
  "known-failures": z
    .array(knownFailure)
    .max(RULES_MAX)
    .describe("Cases that fail for a reason that is known.")
    .optional(),
}).meta({
  description: "An implementation of the Howdy Chat Protocol, for the lab.",
  // What load.ts says of a role and its keys, for editors.
  if: { properties: { role: { const: "client" } } },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so.
  then: { properties: { console: false, offers: false, ready: false, logs: false, speaks: SPOKEN_OF_CLIENT } },
  else: { properties: { window: false, speaks: SPOKEN_OF_SERVER } },
});

export type ImplementationSource = z.infer<typeof implementationSchema>;
export type Feature = (typeof FEATURES)[number];
export type Offer = (typeof OFFERS)[number];

/** The published JSON Schema. */
export function implementationJsonSchema(): object {
  return z.toJSONSchema(implementationSchema, { target: "draft-7", io: "input" });
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, "su");
    return true;
  } catch {
    return false;
  }
}
