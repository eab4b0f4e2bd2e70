// Owns what a typed line means: a text, a command, or a mistake. It must not know whether it can be done.
// Invariant: it never throws, and every line that is not a command is a text, to the letter.

import { EVERYBODY, nameKey, SERVER } from "../../protocol/hcp1/index.ts";
import { describeFault } from "../fault.ts";
import { COMMANDS, type CommandName } from "./commands.ts";
import type { KnownNames } from "./known-names.ts";

export type Entered =
  | { readonly kind: "nothing" }
  /** For whoever is picked, or the name that one wants. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "say"; readonly receiver: string; readonly text: string }
  | { readonly kind: "pick"; readonly receiver: string }
  | { readonly kind: "list" | "history" | "register" | "clear" | "help" | "quit" }
  /** Without a name it is the one that was refused last. */
  | { readonly kind: "sign-in"; readonly name: string | undefined }
  /** The name is written out, since it is gone then. */
  | { readonly kind: "unregister"; readonly name: string }
  /** No words: more of what was looked for last. */
  | { readonly kind: "search"; readonly words: string }
  /** A sentence for whoever typed it. */
  | { readonly kind: "mistake"; readonly text: string };

/** Somebody, and what follows. */
interface Addressed {
  readonly receiver: string;
  readonly rest: string;
}

const COMMAND = /^(\/\S+)(?:\s+(.*))?$/s;
const QUOTED = /^"([^"]+)"(?=\s|$)/;
/** A colon or comma behind a name is not part of it: "@Jon: hello". */
const WORD = /^(\S+?)[:,]?(?=\s|$)/;

/** Reads a line as it was typed. */
export function readEntered(line: string, names: KnownNames): Entered {
  if (line.trim() === "") return { kind: "nothing" };
  if (line.startsWith("//") || line.startsWith("@@")) return { kind: "text", text: line.slice(1) };
  if (line.startsWith("@"))
    return /^@\s|^@$/.test(line) ? { kind: "text", text: line } : say("@", line.slice(1), names);
  const [, command, argument = ""] = COMMAND.exec(line) ?? [];
  if (command === undefined) return { kind: "text", text: line };
  return isCommand(command) ? obey(command, argument, names) : mistake(unknownCommand(command));
}

/** The name as it can be typed before a text: in quotes where another known name begins with it, or where asked for. */
export function writeName(name: string, names: KnownNames, inQuotes: boolean): string {
  const isBeginning = names.all.some((other) => nameKey(other).startsWith(`${nameKey(name)} `));
  return (isBeginning || inQuotes) && !name.includes('"') ? `"${name}"` : name;
}

function obey(command: CommandName, argument: string, names: KnownNames): Entered {
  switch (command) {
    case "/to":
      return pick(argument.trim(), names);
    case "/w":
      return say("/w ", argument, names);
    case "/all":
      return argument === "" ? pick(EVERYBODY, names) : { kind: "say", receiver: EVERYBODY, text: argument };
    case "/list":
      return { kind: "list" };
    case "/history":
      return { kind: "history" };
    case "/search":
      return { kind: "search", words: argument.trim() };
    case "/signin":
      return { kind: "sign-in", name: argument.trim() || undefined };
    case "/register":
    case "/password":
      return { kind: "register" };
    case "/unregister":
      return { kind: "unregister", name: argument.trim() };
    case "/clear":
      return { kind: "clear" };
    case "/help":
      return { kind: "help" };
    case "/quit":
      return { kind: "quit" };
  }
}

function pick(argument: string, names: KnownNames): Entered {
  if (argument === "") return mistake("Expected /to NAME, or /to All.");
  const spelled = QUOTED.exec(argument)?.[1] ?? argument;
  const receiver = names.find(argument) ?? names.find(spelled) ?? spelled;
  return isServer(receiver) ? mistake(SERVER_READS_NOTHING) : { kind: "pick", receiver };
}

function say(what: string, argument: string, names: KnownNames): Entered {
  const addressed = readAddressed(argument, names);
  if (addressed === undefined || addressed.rest === "") return mistake(`Expected ${what}NAME TEXT.`);
  const { receiver, rest } = addressed;
  return isServer(receiver) ? mistake(SERVER_READS_NOTHING) : { kind: "say", receiver, text: rest };
}

function readAddressed(text: string, names: KnownNames): Addressed | undefined {
  const known = names.leading(text);
  if (known !== undefined) return { receiver: known.name, rest: dropMark(text.slice(known.units)) };
  const [match, spelled] = QUOTED.exec(text) ?? WORD.exec(text) ?? [];
  if (match === undefined || spelled === undefined) return undefined;
  return { receiver: names.find(spelled) ?? spelled, rest: text.slice(match.length).trimStart() };
}

function dropMark(rest: string): string {
  return rest.replace(/^[:,]/, "").trimStart();
}

function isServer(name: string): boolean {
  return nameKey(name) === nameKey(SERVER);
}

const SERVER_READS_NOTHING = "The server reads no messages; /help lists what can be done.";

function unknownCommand(command: string): string {
  const expected = `There are ${COMMANDS.map(({ name }) => name).join(", ")}, and // before a text with a slash`;
  return describeFault(expected, command);
}

function isCommand(command: string): command is CommandName {
  return COMMANDS.some(({ name }) => name === command);
}

function mistake(text: string): Entered {
  return { kind: "mistake", text };
}
