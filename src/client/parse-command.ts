// Owns how a line of JSON becomes a command, and what is said of a line that does not. It must not know where lines
// come from. Invariant: it never throws, whatever the line is.

import {
  type argumentSchemas2,
  type ControlCommand2,
  type ControlVersion,
  commandSchema,
  commandSchema2,
  SERVERS_MAX,
} from "./control.ts";
import { describeFault } from "./fault.ts";

/** A command, or one sentence about what was expected and what was got. */
export type ParsedCommand = { readonly command: ControlCommand2 } | { readonly fault: string };

const EXPECTED_ARGUMENTS: Readonly<Record<keyof typeof argumentSchemas2, string>> = {
  connect: '{"address": string, "port": string or number}, each of them optional',
  select: 'a name, or {"name": string}',
  type: 'a text, or {"text": string}',
  send: "{}, null or true",
  state: "{}, null or true",
  close: "{}, null or true",
  history: '{}, or {"limit": a number from 1 to 100}',
  signIn: '{"name": string, "passwordFile": string}; a password stands in a file',
  register: '{"passwordFile": string}; a password stands in a file',
  unregister: "{}, null or true",
  search: '{"words": string}, or {"more": true}, and "limit", a number from 1 to 100, with either',
  read: "{}, null or true",
};

const COMMANDS: Readonly<Record<ControlVersion, readonly string[]>> = {
  1: commandSchema.options.flatMap((option) => Object.keys(option.shape)),
  2: commandSchema2.options.flatMap((option) => Object.keys(option.shape)),
};

/** Of a line about accounts nothing is repeated: somebody may have put the password into it. */
const MAY_HOLD_A_PASSWORD = /signIn|register|password/i;

/** Reads one line, without its line break. */
export function parseCommand(line: string, version: ControlVersion = 1): ParsedCommand {
  const value = parseJson(line);
  const parsed = (version === 1 ? commandSchema : commandSchema2).safeParse(value);
  if (parsed.success) return { command: parsed.data };
  const expected = expectation(value, version);
  return { fault: MAY_HOLD_A_PASSWORD.test(line) ? expected : describeFault(expected, line) };
}

/**
 * True for a command that is taken while a server is dialled, since it gives the dial up. Every other command waits, as a
 * person does who wants to see what Connect came to.
 */
export function givesUpDial(parsed: ParsedCommand): boolean {
  return "command" in parsed && ("connect" in parsed.command || "close" in parsed.command);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // JSON has no undefined, so this says "not JSON", which the caller reports.
  }
}

function expectation(value: unknown, version: ControlVersion): string {
  if (value === undefined) return "expected a command as one line of JSON";
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return 'expected an object such as {"send":{}}';
  const [key, ...more] = Object.keys(value);
  if (key === undefined || more.length > 0) return "expected exactly one command in an object";
  if (!isCommandKey(key, version)) return `expected one of ${COMMANDS[version].join(", ")}`;
  const servers = key === "connect" && version === 2 ? `, or {"servers": [1 to ${SERVERS_MAX} of these]}` : "";
  return `${key}: expected ${EXPECTED_ARGUMENTS[key]}${servers}`;
}

function isCommandKey(key: string, version: ControlVersion): key is keyof typeof EXPECTED_ARGUMENTS {
  return COMMANDS[version].includes(key);
}
