// Owns the lines that what happens is shown as: words, meaning, and, in version 2, the line's place in the log. Pure. It must not
// know when a line is shown. Invariant: where version 1 has words for it, they are the same.

import { EVERYBODY, type Message, SERVER } from "../protocol/hcp1/index.ts";
import type { ControlEvent2 } from "./control.ts";
import type { Fact } from "./hcp2-talk.ts";
import type { LineMeaning } from "./line-meaning.ts";
import * as texts from "./texts.ts";

/** What a line has beside its words. */
export type LineStamp = Omit<Extract<ControlEvent2, { shown: unknown }>["shown"], "text">;

export interface ShownLine {
  readonly text: string;
  readonly meaning: LineMeaning;
  readonly stamp?: LineStamp;
}

export interface Onlooker {
  readonly username: string | null;
  readonly users: readonly string[];
}

type Telling = Extract<Fact, { readonly kind: "line" | "mail" | "server-says" | "doubtful" | "missed-lines" }>;

/** The line about a fact. A whisper that is for somebody else is told to programs, and not shown. */
export function shownLine(fact: Telling, onlooker: Onlooker): ShownLine | Extract<ControlEvent2, { ignored: unknown }> {
  switch (fact.kind) {
    case "line":
      return lineOfLog(fact, onlooker);
    case "mail": {
      const { from, text, to, time } = fact.mail;
      return { ...spoken(from, text, to !== undefined, onlooker), stamp: { atMs: time } };
    }
    case "server-says":
      return spoken(SERVER, fact.text, !fact.isForAll, onlooker);
    case "doubtful":
      return notice(texts.doubtful(fact.text.text), "doubtful");
    case "missed-lines":
      return notice(texts.LINES_FORGOTTEN, "forgotten");
  }
}

/**
 * The line about a message of version 1. A good server sends nothing that is for somebody else. If one does, a person sees nothing
 * of it; a program that drives this client is told.
 */
export function shownMessage(
  { sender, receiver, text }: Extract<Message, { readonly kind: "message" }>,
  onlooker: Onlooker,
): ReturnType<typeof shownLine> {
  const isWhisper = receiver !== EVERYBODY;
  if (isWhisper && receiver !== onlooker.username) return { ignored: { sender, receiver, text } };
  return spoken(sender, text, isWhisper, onlooker);
}

function lineOfLog({ line }: Extract<Fact, { kind: "line" }>, onlooker: Onlooker): ReturnType<typeof shownLine> {
  const { id, from, to, text, time, nonce } = line;
  const stamp = { id, atMs: time };
  // Only the sender gets a nonce. Without one, a line of one's own name may be of somebody who had it before.
  if (nonce !== undefined && from === onlooker.username && to !== onlooker.username) {
    const shown = to === undefined ? texts.youSay(text) : texts.youWhisper(to, text);
    return { text: shown, meaning: { kind: "own", receiver: to ?? EVERYBODY }, stamp };
  }
  if (to !== undefined && to !== onlooker.username) return { ignored: { sender: from, receiver: to, text } };
  return { ...spoken(from, text, to !== undefined, onlooker), stamp };
}

function spoken(sender: string, text: string, whispered: boolean, { users }: Onlooker): ShownLine {
  const isListed = sender === SERVER || users.includes(sender);
  const says = whispered ? texts.somebodyWhispers : texts.somebodySays;
  return { text: says(sender, text), meaning: { kind: "spoken", sender, whispered, isListed } };
}

function notice(text: string, kind: "doubtful" | "forgotten"): ShownLine {
  return { text, meaning: { kind: "notice", notice: kind } };
}
