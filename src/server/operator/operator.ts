// Owns the operator's commands: a line in, what is done and answered out. It must not know where a line comes from: the
// server's own terminal, or the control socket. Invariant: whatever the line is, it is answered and the room goes on.

import type { NodeView } from "../../log/room-log.ts";
import { nameKey } from "../../protocol/name.ts";
import { isPlainText, TEXT_BYTES_MAX, textBytes } from "../../protocol/text.ts";
import { printableJson } from "../../unseen.ts";
import { CONTROL_LINE_BYTES_MAX } from "../limits.ts";
import { printable } from "../log/log-line.ts";
import { listText, nodesText, type Stats, statsText } from "./operator-text.ts";
import type { UserView } from "./server-facts.ts";

/** What the operator can do to the room. */
export interface RoomControl {
  /** Those of this server. */
  readonly users: readonly UserView[];
  /** Those of all of the room's servers. */
  readonly names: readonly string[];
  readonly stats: Stats;
  /** The servers of a room on several of them; none where this one is the whole room. */
  readonly nodes: readonly NodeView[];
  announce(text: string): void;
  /** False when nobody has the name. */
  kick(name: string, text: string): boolean;
  /** Makes a name nobody's own any more; false when it is nobody's. */
  forget(name: string): boolean;
  /** Begins the graceful stop. */
  quit(): void;
}

/** "refused": the command was understood, but cannot be done. "usage": it was not understood. */
export type AnswerStatus = "done" | "refused" | "usage";

export interface Answer {
  readonly status: AnswerStatus;
  /** Lines, without a line break behind the last. */
  readonly text: string;
}

/** Clears the operator's screen; false where there is none. */
export type ClearScreen = () => boolean;

interface Command {
  /** As it is typed. */
  readonly usage: string;
  readonly what: string;
  readonly run: (rest: string, room: RoomControl, clear: ClearScreen) => Answer;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { usage: "help", what: "this list", run: () => done(helpText()) },
  list: {
    usage: "list [--json]",
    what: "who is online: name, address, since when, idle for how long, bytes that wait",
    run: (rest, { users }) => shown(rest, () => listText(users), users),
  },
  announce: { usage: "announce TEXT", what: "tells everybody", run: announce },
  kick: { usage: "kick NAME [REASON]", what: "ends a user's connection, and tells the user why", run: kick },
  forget: {
    usage: "forget NAME",
    what: "makes a registered name nobody's own again, and forgets the mail for it: for an owner who lost the password",
    run: forget,
  },
  stats: {
    usage: "stats [--json]",
    what: "connections, messages, and what the server's limits did",
    run: (rest, { stats }) => shown(rest, () => statsText(stats), stats),
  },
  nodes: {
    usage: "nodes [--json]",
    what: "the room's servers, as this one sees them: lease, silent for how long, messages behind",
    run: (rest, { nodes }) => shown(rest, () => nodesText(nodes), nodes),
  },
  clear: {
    usage: "clear",
    what: "clears the server's own terminal",
    run: (_rest, _room, clear) => (clear() ? done("") : done("There is no screen to clear here.")),
  },
  quit: { usage: "quit", what: "tells everybody, and stops the server", run: quit },
};

/** What a kicked user is told, and what everybody is told when the operator stops the server. */
const KICK_TEXT = "The operator ends your connection";
const QUIT_TEXT = "The operator stops the server.";

/** The answer to a line over CONTROL_LINE_BYTES_MAX. */
export const COMMAND_TOO_LONG: Answer = misused(`A command has at most ${CONTROL_LINE_BYTES_MAX} bytes.`);

/** Does what a line says. */
export function obey(line: string, room: RoomControl, clear: ClearScreen = () => false): Answer {
  if (Buffer.byteLength(line) > CONTROL_LINE_BYTES_MAX) return COMMAND_TOO_LONG;
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/su.exec(line) ?? [];
  if (word === "") return misused(`There are: ${Object.keys(COMMANDS).join(", ")}.`);
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (command !== undefined) return command.run(rest, room, clear);
  return misused(`Unknown command: ${shortened(word)}. There are: ${Object.keys(COMMANDS).join(", ")}.`);
}

export function helpText(): string {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length));
  return Object.values(COMMANDS)
    .map(({ usage, what }) => `${usage.padEnd(width)}  ${what}`)
    .join("\n");
}

function shown(rest: string, text: () => string, facts: unknown): Answer {
  if (rest === "") return done(text());
  return rest === "--json"
    ? done(printableJson(JSON.stringify(facts, (_key, value) => value ?? null)))
    : misused(`Expected --json or nothing; got ${shortened(rest)}.`);
}

function announce(text: string, room: RoomControl): Answer {
  if (text === "") return misused("Expected announce TEXT.");
  const fault = textFault(text);
  if (fault !== undefined) return misused(fault);
  room.announce(text);
  const count = room.names.length;
  return done(count === 0 ? "Nobody is online." : `Told ${count} ${count === 1 ? "user" : "users"}.`);
}

function kick(rest: string, room: RoomControl): Answer {
  if (rest === "") return misused("Expected kick NAME [REASON].");
  const { name, reason } = target(rest, room.names);
  if (name === undefined) return { status: "refused", text: `${shortened(rest)}: nobody of that name is online.` };
  const text = reason === "" ? `${KICK_TEXT}.` : `${KICK_TEXT}: ${reason}`;
  const fault = textFault(text);
  if (fault !== undefined) return misused(fault);
  return room.kick(name, text)
    ? done(`${printable(name)} is told and goes.`)
    : { status: "refused", text: `${printable(name)} has gone.` };
}

function forget(rest: string, room: RoomControl): Answer {
  if (rest === "") return misused("Expected forget NAME.");
  const name = /^"([^"]+)"$/u.exec(rest)?.[1] ?? rest;
  return room.forget(name)
    ? done(`${printable(name)} is nobody's own any more, and whoever asks for it next gets it.`)
    : { status: "refused", text: `${shortened(name)}: nobody registered that name.` };
}

function quit(rest: string, room: RoomControl): Answer {
  if (rest !== "") return misused("Expected quit, and nothing behind it.");
  room.announce(QUIT_TEXT);
  room.quit();
  return done("The server stops.");
}

/** NAME and REASON. A name may hold blanks: it stands in quotes, or is the longest beginning that is somebody's name. */
function target(
  rest: string,
  names: readonly string[],
): { readonly name: string | undefined; readonly reason: string } {
  const find = (name: string) =>
    names.find((one) => one === name) ?? names.find((one) => nameKey(one) === nameKey(name));
  const [, quoted, behind = ""] = /^"([^"]+)"\s*(.*)$/su.exec(rest) ?? [];
  if (quoted !== undefined && find(quoted) !== undefined) return { name: find(quoted), reason: behind };
  const ends = [...rest.matchAll(/\s+/gu)].map((blank) => blank.index).reverse();
  // A name has 64 bytes at most, so no end far behind that can be a name's.
  for (const end of [rest.length, ...ends.filter((end) => end <= NAME_CHARACTERS_MAX)]) {
    const name = find(rest.slice(0, end));
    if (name !== undefined) return { name, reason: rest.slice(end).trim() };
  }
  return { name: undefined, reason: "" };
}

/** Characters of NAME. Another spelling of a name may be longer than the name, but not by much. */
const NAME_CHARACTERS_MAX = 256;

function textFault(text: string): string | undefined {
  if (!isPlainText(text)) return "A text holds no control characters.";
  return textBytes(text) > TEXT_BYTES_MAX ? `A text takes at most ${TEXT_BYTES_MAX} bytes.` : undefined;
}

function shortened(text: string): string {
  const safe = printable(text);
  return safe.length > 80 ? `${safe.slice(0, 80)}…` : safe;
}

function done(text: string): Answer {
  return { status: "done", text };
}

function misused(text: string): Answer {
  return { status: "usage", text };
}
