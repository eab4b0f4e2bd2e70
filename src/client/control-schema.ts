// Owns the JSON Schema that the control protocol is published as. It must not know who writes it to a file.
// Invariant: it says what control.ts says; a test compares it with the committed files.

import * as z from "zod";
import { type ControlVersion, commandSchema, commandSchema2 } from "./control.ts";
import { eventSchema, eventSchema2 } from "./control-events.ts";

/** The JSON Schema (2020-12) of one line: a command or an event. `$defs` has each by itself. */
export function controlJsonSchema(version: ControlVersion): Readonly<Record<string, unknown>> {
  const [command, event] = version === 1 ? [commandSchema, eventSchema] : [commandSchema2, eventSchema2];
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Howdy client control protocol, version ${version}`,
    description: "One line: a command to a client, or an event from it. docs/control.md tells their meaning.",
    anyOf: [{ $ref: "#/$defs/command" }, { $ref: "#/$defs/event" }],
    $defs: { command: definition(command), event: definition(event) },
  };
}

function definition(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
