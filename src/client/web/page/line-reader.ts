// Owns how a shown line is told apart: one's own, somebody's, who came and went, or the client's word. It must not know
// how lines look. Invariant: a line is taken for what the page expects it to be before its words are looked at, so that
// words which somebody chose as a name or a text do not make it somebody else's line:
//   1. who left and who joined: exactly the lines that the change of the list calls for, in their order;
//   2. one's own: exactly the line that a press on Send must bring;
//   3. somebody's: it begins with the longest name in the list that, with `says:` or `whispers to you:`, fits. So nobody
//      gains by a name such as `Jon says: hello`; what cannot be told is a text of Jon's that begins like that name;
//   4. with those words, but of nobody in the list: somebody's, and drawn as unknown;
//   5. anything else is the client's word.

import { SERVER } from "../../../protocol/hcp1/index.ts";
import { compareLists } from "../../destinations.ts";
import { connecting, JOINED, LEFT, somebodySays, somebodyWhispers, USERNAME_ACCEPTED } from "../../texts.ts";
import type { LineMeaning } from "./line.ts";

/** What a press on Send must show if it succeeds. */
export interface ExpectedLine {
  readonly shown: string;
  /** Undefined for everybody. */
  readonly receiver: string | undefined;
  readonly text: string;
}

const SAYS = somebodySays("", "");
const WHISPERS = somebodyWhispers("", "");
const CONNECTING = connecting({ address: "", port: 0 }).replace(/:0$/, "");

/** Tells lines apart, one after the other. */
export class LineReader {
  #users: readonly string[] = [];
  /** Lines about who left and joined that are to come. */
  #presence: { readonly text: string; readonly meaning: LineMeaning }[] = [];

  /** The list changed. `announced` when lines about who left and joined follow, as they do for a list from the server. */
  setUsers(users: readonly string[], announced: boolean): void {
    const { left, joined } = compareLists(this.#users, users);
    this.#users = users;
    this.#presence = [];
    if (!announced) return;
    this.#expect(left, LEFT);
    this.#expect(joined, JOINED);
  }

  /** What a line means. `own` is what Send was pressed for and is not shown yet. */
  read(text: string, own: readonly ExpectedLine[] = []): LineMeaning {
    return this.#readPresence(text) ?? readOwn(text, own) ?? this.#readSpoken(text) ?? readNotice(text);
  }

  #expect(names: readonly string[], what: string): void {
    if (names.length === 0) return;
    for (const name of names) this.#presence.push({ text: name, meaning: { kind: "name", name } });
    this.#presence.push({ text: what, meaning: { kind: "presence" } });
  }

  #readPresence(text: string): LineMeaning | undefined {
    return this.#presence[0]?.text === text ? this.#presence.shift()?.meaning : undefined;
  }

  #readSpoken(text: string): LineMeaning | undefined {
    const senders = [SERVER, ...this.#users].filter((name) => text.startsWith(name));
    let longest: LineMeaning | undefined;
    let length = -1;
    for (const sender of senders) {
      const spoken = readAfter(text, sender, true);
      if (spoken === undefined || sender.length <= length) continue;
      longest = spoken;
      length = sender.length;
    }
    return longest ?? readStranger(text);
  }
}

function readOwn(text: string, own: readonly ExpectedLine[]): LineMeaning | undefined {
  const expected = own.find(({ shown }) => shown === text);
  return expected && { kind: "own", receiver: expected.receiver, text: expected.text };
}

/** Somebody whose name is not in the list, which is cut at 63 names: the first words that fit end the name. */
function readStranger(text: string): LineMeaning | undefined {
  const ends = [text.indexOf(SAYS), text.indexOf(WHISPERS)].filter((end) => end > 0);
  return ends.length === 0 ? undefined : readAfter(text, text.slice(0, Math.min(...ends)), false);
}

function readAfter(text: string, sender: string, known: boolean): LineMeaning | undefined {
  for (const words of [SAYS, WHISPERS]) {
    if (!text.startsWith(words, sender.length)) continue;
    const rest = text.slice(sender.length + words.length);
    return { kind: "spoken", sender, whispered: words === WHISPERS, known, text: rest };
  }
  return undefined;
}

function readNotice(text: string): LineMeaning {
  if (text === USERNAME_ACCEPTED) return { kind: "notice", tone: "good" };
  return { kind: "notice", tone: text.startsWith(CONNECTING) ? "plain" : "bad" };
}
