// Owns ClassChat as the lab's port wants a protocol (docs/protocols.md): texts without a delimiter, `NAME:TEXT` to the
// server. It must not know who serves it.

import { CLASSCHAT_PORT, CLASSCHAT_QUIT, CLASSCHAT_RULE, CLASSCHAT_SILENCE_MS } from "../../src/protocol/classchat.ts";
import { withKnownTexts } from "../protocol/known-texts.ts";
import { RuleReader } from "../protocol/rule-reader.ts";
import { type TextFacts, textProtocol, textWord } from "../protocol/text-protocol.ts";

const ALL = "all";
const FENCE = String.raw`\[howdy-lab fence \d+\]`;

const WELCOME = /Welcome \[(?<name>[^\]]*)\]/;
const JOINED = /\[server\] ToAll: New Connection: \[(?<name>[^\]]*)\]/;
const ABSENT = /User:(?<name>[^:]*?) is not online right now/;

/** What the server says by itself, and the lab's own texts. What people say ends by silence. */
const KNOWN: readonly RegExp[] = [
  /Connecting to Server\.\.\./,
  /Please Enter Your Username Now!/,
  WELCOME,
  /You have Successfully Connected to ClassChat Server/,
  JOINED,
  /Message not sent, No recipirent!/,
  / \(Format\) username:message /,
  /!!Headsup!!/,
  ABSENT,
  /We will send this message when they come online/,
  new RegExp(String.raw`\[[^\]]*\] ${FENCE}`),
  new RegExp(`[^:]*:${FENCE}`),
];

const RULE = withKnownTexts(CLASSCHAT_RULE, KNOWN);

const MISSED = /^\[server\] You Missed: \[(?<from>[^\]]*)\] (?<all>ToAll: )?(?<text>.*)$/s;
const SAID = /^\[(?<from>[^\]]*)\] (?<all>ToAll: )?(?<text>.*)$/s;
const TYPED = /^(?<to>[^:]*):(?<text>.*)$/s;

function read(text: string): TextFacts {
  const welcome = whole(WELCOME).exec(text)?.groups;
  if (welcome?.name !== undefined) return { title: "welcome", names: [welcome.name], givenName: welcome.name };
  const about = whole(JOINED).exec(text)?.groups ?? whole(ABSENT).exec(text)?.groups;
  if (about?.name !== undefined) return { title: "notice", names: [about.name] };
  if (KNOWN.some((known) => whole(known).test(text)) && !text.includes("howdy-lab")) return { title: "notice" };
  const missed = MISSED.exec(text)?.groups;
  if (missed !== undefined) return { title: "missed", ...chatOf(missed) };
  const said = SAID.exec(text)?.groups;
  if (said !== undefined) return { title: "said", ...chatOf(said) };
  const typed = TYPED.exec(text)?.groups;
  if (typed !== undefined) {
    return { title: "line", names: [typed.to ?? ""], text: typed.text ?? "", receiver: typed.to ?? "" };
  }
  return { title: text.replaceAll(CLASSCHAT_QUIT, "") === "" ? "quit" : "text" };
}

function chatOf({ from = "", all, text = "" }: Readonly<Record<string, string>>): Omit<TextFacts, "title"> {
  return all === undefined ? { names: [from], text } : { names: [from, ALL], text, receiver: ALL };
}

function whole({ source }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, "s");
}

export const CLASSCHAT = textProtocol({
  name: "ClassChat",
  port: CLASSCHAT_PORT,
  ready: "Server is online!",
  silencesMs: [CLASSCHAT_SILENCE_MS],
  openReader: () => new RuleReader(RULE),
  read,
  words: [textWord("text", "A text, as it is.")],
  ask: (name) => name,
  toItself: (name, text) => `${name}:${text}`,
  everybody: ALL,
});
