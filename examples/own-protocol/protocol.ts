// Shout as the lab wants a protocol: every message is a line, a word and what belongs to it.
//   to the server      HELLO jon · ALL text · TO zoe text
//   from the server    WELCOME jon · TAKEN jon · CAME zoe · WENT zoe · SAID zoe text · TOLD zoe text · NOBODY zoe

import { RuleReader } from "../../lab/protocol/rule-reader.ts";
import { type TextFacts, textProtocol, textWord } from "../../lab/protocol/text-protocol.ts";

const NEWLINE = 10;

/** What a line says: the lab shows it, and recognizes names and texts by it. */
function read(line: string): TextFacts {
  const [word = "", name = "", ...rest] = line.trimEnd().split(" ");
  const text = rest.join(" ");
  switch (word) {
    case "WELCOME":
      return { title: word, names: [name], givenName: name };
    case "SAID":
    case "TOLD":
      return { title: word, names: [name], text };
    case "TO":
      return { title: word, names: [name], text, receiver: name };
    case "ALL":
      return { title: word, text: [name, ...rest].join(" "), receiver: "everybody" };
    default:
      return { title: word, names: [name] };
  }
}

export const protocol = textProtocol({
  name: "Shout",
  port: 7007,
  // What a server prints when clients can connect.
  ready: "shouting",
  // No silence ends a line: its newline does.
  silencesMs: [],
  openReader: () =>
    new RuleReader({
      bytesMax: 4096,
      endOf: (held) => {
        const at = held.indexOf(NEWLINE);
        return at < 0 ? undefined : { bytes: at + 1, end: "delimiter" };
      },
      silenceMs: () => undefined,
    }),
  read,
  // In a case: { line: "HELLO jon" }.
  words: [textWord("line", "A line, without its newline.", "\n")],
  ask: (name) => `HELLO ${name}\n`,
  // How the lab lets a connection say something to itself, which proves that nothing came before it.
  toItself: (name, text) => `TO ${name} ${text}\n`,
  everybody: "everybody",
});
