// Owns the check of a command line, by hand, because the peer's image holds no package. Pure.
// Invariant: what it gives can be carried out as it stands; anything else is an error with one line.

import {
  CONNECTIONS_MAX,
  GAP_MS_MAX,
  OTHER_PORTS_MAX,
  type PeerCommand,
  type PeerSend,
  PIECES_MAX,
  SEND_BYTES_MAX,
} from "./words.ts";

/** A line is no command: the lab misused the peer. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

type Fields = Readonly<Record<string, unknown>>;

const TIMES_MAX = 100_000;
const PORT_MAX = 65_535;
const HEX = /^(?:[0-9a-f]{2})*$/;

/** @throws CommandError when the line is no command. */
export function readCommand(line: string): PeerCommand {
  const fields = mapOf(parse(line), "a command");
  const [word = "", ...others] = Object.keys(fields);
  if (others.length > 0) throw new CommandError(`expected one command; got ${word} and ${others.join(", ")}`);
  const argument = mapOf(fields[word], word);
  switch (word) {
    case "listen":
      return { listen: { port: numberOf(argument.port, "port", PORT_MAX) } };
    case "connect":
      return {
        connect: {
          as: namesOf(argument.as),
          address: textOf(argument.address, "address"),
          port: numberOf(argument.port, "port", PORT_MAX),
          notFrom: listOf(argument.notFrom, "notFrom", OTHER_PORTS_MAX).map((port) =>
            numberOf(port, "notFrom", PORT_MAX),
          ),
        },
      };
    case "send":
      return { send: sendOf(argument) };
    case "reading":
      return { reading: { as: namesOf(argument.as), on: argument.on === true } };
    default:
      throw new CommandError(`expected listen, connect, send or reading; got ${JSON.stringify(word.slice(0, 40))}`);
  }
}

function sendOf(argument: Fields): PeerSend {
  const times = numberOf(argument.times, "times", TIMES_MAX);
  const to = listOf(argument.to, "to", CONNECTIONS_MAX).map((each) => {
    const { as, pieces } = mapOf(each, "to");
    const hexes = listOf(pieces, "pieces", PIECES_MAX).map((piece) => textOf(piece, "pieces"));
    const digits = hexes.reduce((sum, hex) => sum + hex.length, 0);
    if (!hexes.every((hex) => HEX.test(hex))) throw new CommandError("pieces: expected pairs of hexadecimal digits");
    if ((digits / 2) * times > SEND_BYTES_MAX) {
      throw new CommandError(`pieces: expected at most ${SEND_BYTES_MAX} bytes; got ${(digits / 2) * times}`);
    }
    return { as: textOf(as, "as"), pieces: hexes };
  });
  const { after = null } = argument;
  if (after !== null && after !== "end" && after !== "reset")
    throw new CommandError("after: expected end, reset or null");
  return { to, times, gapMs: numberOf(argument.gapMs, "gapMs", GAP_MS_MAX), after };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new CommandError("expected a JSON object", { cause });
  }
}

function mapOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null) throw new CommandError(`${what}: expected an object`);
  return value as Fields;
}

function listOf(value: unknown, what: string, lengthMax: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > lengthMax) {
    throw new CommandError(`${what}: expected a list of at most ${lengthMax}`);
  }
  return value;
}

function namesOf(value: unknown): readonly string[] {
  return listOf(value, "as", CONNECTIONS_MAX).map((name) => textOf(name, "as"));
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== "string") throw new CommandError(`${what}: expected a text`);
  return value;
}

function numberOf(value: unknown, what: string, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new CommandError(`${what}: expected a whole number from 0 to ${most}`);
}
