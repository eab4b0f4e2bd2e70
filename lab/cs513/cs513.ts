// Owns CS513 chat as the lab's port wants a protocol (docs/protocols.md): every message is a line, and its client sends
// `NICK:TEXT`. It must not know who serves it.

import { CS513_PORT, CS513_RULE } from "../../src/protocol/cs513.ts";
import { RuleReader } from "../protocol/rule-reader.ts";
import { type TextFacts, textProtocol, textWord } from "../protocol/text-protocol.ts";

const ENTERED = /^\r?Client \((?<from>[^)]*)\) entered room\n$/;
const LEFT = /^\r?Client \((?<from>[^)]*)\) is offline\n$/;
/** `avail?able`: the report's own program leaves a letter out. */
const SAID = /^\r avail?able user\[[^\]]*\]\[[^\]]*\]: (?<nick>[^:\n]*):(?<text>.*)\n$/s;
const TYPED = /^(?<nick>[^\r:\n][^:\n]*):(?<text>.*)\n$/s;
/** At the end of a text: whom alone it is for. */
const RECEIVER = /^(?<text>.*?) ?@(?<receiver>\d+)$/s;

function read(line: string): TextFacts {
  const entered = ENTERED.exec(line)?.groups?.from;
  if (entered !== undefined) return { title: "entered", names: [entered] };
  const left = LEFT.exec(line)?.groups?.from;
  if (left !== undefined) return { title: "offline", names: [left] };
  const said = SAID.exec(line)?.groups;
  if (said !== undefined) return { title: "said", ...chatOf(said.nick, said.text) };
  const typed = TYPED.exec(line)?.groups;
  if (typed !== undefined) return { title: "line", ...chatOf(typed.nick, typed.text), takenName: typed.nick ?? "" };
  return { title: "notice" };
}

function chatOf(nick = "", said = ""): Pick<TextFacts, "names" | "text" | "receiver"> {
  const { text, receiver } = RECEIVER.exec(said)?.groups ?? {};
  if (text === undefined || receiver === undefined) return { names: [nick], text: said };
  return { names: [nick, `@${receiver}`], text, receiver };
}

export const CS513 = textProtocol({
  name: "CS513",
  port: CS513_PORT,
  ready: "Server started!",
  silencesMs: [],
  openReader: () => new RuleReader(CS513_RULE),
  read,
  words: [textWord("line", "A line, without its newline.", "\n")],
  ask: (name) => `${name}:\n`,
  toItself: (name, text, port) => `${name}:${text} @${port}\n`,
  everybody: "",
});
