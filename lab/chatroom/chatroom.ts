// Owns pythonChatRoom as the lab's port wants a protocol (docs/protocols.md): JSON objects to the server, texts without a
// delimiter from it. It must not know who serves it.

import * as z from "zod";
import { CHATROOM_PORT, CHATROOM_RULE, CHATROOM_SILENCE_MS } from "../../src/protocol/chatroom.ts";
import { withKnownTexts } from "../protocol/known-texts.ts";
import { RuleReader } from "../protocol/rule-reader.ts";
import { type TextFacts, type TextWord, textProtocol, textWord } from "../protocol/text-protocol.ts";

const FENCE = String.raw`\[howdy-lab fence \d+\]`;

const WELCOME = /\nServer: Welcome (?<name>[^\n]*)!\n\nChoose msg options\.\nType <help> to see the list of options\n/;
const JOINED = /\nServer: (?<name>[^\n]*) has joined the chat room!/;
const LEFT = /\n\[\*\] (?<name>[^\n]*) has left the chat room\./;

/** What the server says by itself, and the lab's own texts. What people say, and lists, end by silence. */
const KNOWN: readonly RegExp[] = [
  /\[\*\] Welcome to the chat room!\n\[\*\] Please enter your user name to get started\.\n/,
  WELCOME,
  JOINED,
  LEFT,
  /\[\*\] Oops there was an error sending DM, please check the intended username again/,
  /<quit>/,
  new RegExp(`From [^:]*: ${FENCE}`),
];

const RULE = withKnownTexts(CHATROOM_RULE, KNOWN);

const PRIVATE = /^From (?<from>.*?) to (?<to>[^:]*): (?<text>.*)$/s;
const ANNOUNCED = /^\nAnnouncement from server: (?<text>.*)$/s;
const SAID = /^\n(?<from>[^\n[:][^\n:]*): (?<text>.*)$/s;

const clientMessage = z.object({
  msgType: z.string(),
  content: z.string().default(""),
  target: z.string().optional(),
});

function read(text: string): TextFacts {
  if (text.startsWith("{")) return readObject(text);
  const welcome = whole(WELCOME).exec(text)?.groups;
  if (welcome?.name !== undefined) return { title: "welcome", names: [welcome.name], givenName: welcome.name };
  const about = whole(JOINED).exec(text)?.groups ?? whole(LEFT).exec(text)?.groups;
  if (about?.name !== undefined) return { title: "notice", names: [about.name] };
  const { from = "", to = "", text: whispered } = PRIVATE.exec(text)?.groups ?? {};
  if (whispered !== undefined) return { title: "private", names: [from, to], text: whispered, receiver: to };
  const announced = ANNOUNCED.exec(text)?.groups?.text;
  if (announced !== undefined) return { title: "announced", names: ["server"], text: announced };
  const said = SAID.exec(text)?.groups;
  if (said !== undefined) return { title: "said", names: [said.from ?? ""], text: said.text ?? "" };
  return { title: text.includes("List of users") ? "list" : "notice" };
}

function readObject(text: string): TextFacts {
  const parsed = clientMessage.safeParse(parse(text));
  if (!parsed.success) return { title: "no message" };
  const { msgType, content, target } = parsed.data;
  if (msgType === "<private>") return { title: msgType, names: [target ?? ""], text: content, receiver: target ?? "" };
  if (msgType === "<announce>") return { title: msgType, text: content };
  return msgType === "<first>" ? { title: msgType, names: [content] } : { title: msgType };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // JSON.parse's one error: it is no JSON, which the caller says.
  }
}

function whole({ source }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, "s");
}

const OBJECT: TextWord = {
  word: "object",
  help: "A JSON object, as the client sends it.",
  example: { msgType: "<list>" },
  schema: clientMessage.partial({ content: true }).strict(),
  encode: (written) => JSON.stringify(written),
};

export const CHATROOM = textProtocol({
  name: "ChatRoom",
  port: CHATROOM_PORT,
  ready: "Server listening on …",
  silencesMs: [CHATROOM_SILENCE_MS],
  openReader: () => new RuleReader(RULE),
  read,
  words: [OBJECT, textWord("text", "A text of the server, as it is.")],
  ask: (name) => JSON.stringify({ msgType: "<first>", content: name }),
  toItself: (name, text) => JSON.stringify({ msgType: "<private>", content: text, target: name }),
  everybody: "",
});
