// Owns what a client and servers of version 2 have said to each other, over as many connections as it took: what was shown
// already, what waits for an answer, and what is asked for to catch up. Messages in, facts out. It must not know wording, nor
// how anything is shown. Invariant: each line of the log is told once, in the log's order, but for older ones that were asked
// for; a text that was said is said again only under its nonce, in the same log and by the same name.

import { CAPABILITIES, type Hcp2Message, HISTORY_LINES_MAX, type MessageOf } from "../protocol/hcp2/index.ts";
import { EVERYBODY } from "../protocol/name.ts";
import { ReadMark } from "./read-mark.ts";
import { type SearchFact, SearchTalk } from "./search-talk.ts";
import { ShownIds } from "./shown-ids.ts";
import { type ScramSums, SignIn, type SignInFact } from "./sign-in.ts";

/** Texts that may wait for the server's answer. */
export const UNANSWERED_MAX = 256;

/** Lines that may wait while older ones are awaited; one more, and none waits any longer. */
const HELD_LINES_MAX = 1000;

/** Answers that are asked for to catch up: more lines than our server keeps. */
const CATCH_UP_PAGES_MAX = 200;

/** Names in a list: far over what a server serves. A name beyond them is not listed. */
const NAMES_MAX = 100_000;

/** A line of the log, as it came. */
export type LogLine = MessageOf<"line">;

/** A text of one's own that the server has not answered. */
export interface Unanswered {
  readonly nonce: string;
  readonly receiver: string;
  readonly text: string;
}

/** What happened, for whoever shows it; or what is to be sent. */
export type Fact =
  | Exclude<SignInFact, { kind: "join" }>
  | SearchFact
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "name-refused"; readonly name: string; readonly code: string; readonly why: string }
  | { readonly kind: "users"; readonly names: readonly string[] }
  | { readonly kind: "line"; readonly line: LogLine }
  /** Lines from before all that were told, in their order, as an answer to what was asked. */
  | {
      readonly kind: "older";
      readonly lines: readonly LogLine[];
      readonly isMore: boolean;
      readonly isGap: boolean;
      /** The id of the first line behind one's read mark, where the mark is among them. */
      readonly firstUnread: string | undefined;
    }
  /** The server keeps a read mark for this name, and so many lines are behind it. */
  | { readonly kind: "unread"; readonly lines: number }
  | { readonly kind: "said"; readonly nonce: string; readonly id: string; readonly atMs: number }
  /** A text that may have been said or not; nobody will know. */
  | { readonly kind: "doubtful"; readonly text: Unanswered }
  /** Lines that were said while one was away are forgotten. */
  | { readonly kind: "missed-lines" }
  | { readonly kind: "mail"; readonly mail: MessageOf<"mail"> }
  | { readonly kind: "server-says"; readonly text: string; readonly isForAll: boolean }
  | { readonly kind: "bye"; readonly code: string; readonly text: string | undefined };

export interface Hcp2TalkOptions {
  /** Random, at least 8 bytes in hexadecimal. */
  readonly nonce: () => string;
  readonly scram: ScramSums;
  /** Older lines that are asked for when a name is had first; 0: none. */
  readonly linesOnJoin: number;
}

/** A request for history that is not answered yet. */
interface Ask {
  readonly request: string;
  readonly what: "older" | "on-join" | "catch-up";
  readonly lines: LogLine[];
  readonly pagesLeft: number;
}

interface Mark {
  readonly id: string;
  readonly sequence: number;
}

export class Hcp2Talk {
  readonly #options: Hcp2TalkOptions;
  #facts: Fact[] = [];
  // Of a log, over its connections.
  #log: string | undefined;
  #name: string | undefined;
  #shown = new ShownIds();
  #oldest: Mark | undefined;
  /** Everything up to it was told. */
  #newest: Mark | undefined;
  readonly #unanswered = new Map<string, Unanswered>();
  readonly #search: SearchTalk;
  readonly #mark = new ReadMark();
  // Of a connection.
  #keepsHistory = false;
  #canSearch = false;
  #joining: { readonly request: string; readonly name: string } | undefined;
  readonly #signIn: SignIn;
  #users: readonly string[] = [];
  #roster: string[] = [];
  #ask: Ask | undefined;
  /** Lines that came while one catches up. */
  #held: LogLine[] | undefined;
  /** The last place that was told of while one catches up. */
  #heldNewest: Mark | undefined;

  constructor(options: Hcp2TalkOptions) {
    this.#options = options;
    this.#signIn = new SignIn(options, (fact) => this.#onSignInFact(fact));
    this.#search = new SearchTalk(options.nonce, (fact) => this.#tell(fact));
  }

  #onSignInFact(fact: SignInFact): void {
    if (fact.kind === "join") {
      this.#join(fact.name);
      return;
    }
    if (fact.kind === "account" && fact.what === "unregistered") this.#mark.unregistered();
    this.#tell(fact);
  }

  /** There is a connection to the server of this address, and nothing was said on it. */
  open(place: string): void {
    this.#signIn.open(place);
    this.#keepsHistory = false;
    this.#canSearch = false;
    this.#search.open();
    this.#mark.open([]);
    this.#joining = undefined;
    this.#users = [];
    this.#roster = [];
    this.#ask = undefined;
    this.#held = undefined;
    this.#heldNewest = undefined;
  }

  get isFull(): boolean {
    return this.#unanswered.size >= UNANSWERED_MAX;
  }

  /** Asks for a name: as its owner, if it was had so before, else as a guest. */
  join(name: string): readonly Fact[] {
    if (this.#signIn.owns(name)) this.#signIn.begin(name, undefined);
    else this.#join(name);
    return this.#take();
  }

  /** Something about accounts: what comes of it. */
  account(about: (signIn: SignIn) => void): readonly Fact[] {
    about(this.#signIn);
    return this.#take();
  }

  /** Says a text, which is known by its nonce until it has an id. */
  say(receiver: string, text: string): { readonly nonce: string; readonly facts: readonly Fact[] } {
    const said = { nonce: this.#options.nonce(), receiver, text };
    this.#unanswered.set(said.nonce, said);
    this.#say(said);
    return { nonce: said.nonce, facts: this.#take() };
  }

  /** Asks for lines before the oldest that was told. False: the server keeps none, or is asked already. */
  askOlder(linesMax: number): readonly Fact[] | undefined {
    if (!this.#keepsHistory || this.#name === undefined || this.#ask !== undefined) return undefined;
    this.#askFor("older", { before: this.#oldest?.id, limit: linesMax });
    return this.#take();
  }

  /** Looks for words, or for more of what was looked for last. Undefined: it cannot be, or a search is under way. */
  search(words: string | undefined, linesMax: number): readonly Fact[] | undefined {
    if (!this.#canSearch || this.#name === undefined || this.#search.isUnderWay) return undefined;
    return this.#search.begin(words, linesMax) ? this.#take() : undefined;
  }

  /** Somebody has seen all that was told. True when the server is to know. */
  see(): boolean {
    return this.#mark.see();
  }

  /** Tells the server what was seen. */
  mark(): readonly Fact[] {
    const message = this.#mark.take(this.#options.nonce());
    if (message !== undefined) this.#send(message);
    return this.#take();
  }

  hear(message: Hcp2Message): readonly Fact[] {
    this.#hear(message);
    return this.#take();
  }

  #hear(message: Hcp2Message): void {
    switch (message.kind) {
      case "hello":
        this.#onHello(message);
        break;
      case "welcome":
        this.#onWelcome(message);
        break;
      case "roster":
        this.#onRoster(message);
        break;
      case "joined":
        this.#setUsers([...this.#users.filter((name) => name !== message.name), message.name]);
        break;
      case "left":
        this.#setUsers(this.#users.filter((name) => name !== message.name));
        break;
      case "line":
        if (message.request === undefined) this.#onLine(message);
        else if (message.request === this.#ask?.request) this.#onLineOfPage(this.#ask, message);
        else this.#search.takesLine(message);
        break;
      case "page":
        if (this.#search.takesPage(message)) break;
        if (message.request === this.#ask?.request) this.#onPage(this.#ask, message);
        break;
      case "said":
        this.#onSaid(message);
        break;
      case "kept":
      case "error":
        this.#onOther(message);
        break;
      case "challenge":
        this.#signIn.onChallenge(message);
        break;
      case "registered":
        this.#signIn.onRegistered(message);
        if (this.#mark.registered()) this.#tell({ kind: "unread", lines: 0 });
        break;
      case "unregistered":
        this.#signIn.onUnregistered(message);
        break;
      case "notice":
        this.#tell({ kind: "server-says", text: message.text, isForAll: message.code === "announcement" });
        break;
      case "mail":
        this.#tell({ kind: "mail", mail: message });
        break;
      case "ping":
        this.#send({ kind: "pong", request: message.request });
        break;
      case "bye":
        this.#tell({ kind: "bye", code: message.code, text: message.text });
        break;
      // What only a client says, and the answer to what is never asked: nothing is done about it.
      case "join":
      case "say":
      case "history":
      case "pong":
        break;
    }
  }

  #onHello({ capabilities, log }: MessageOf<"hello">): void {
    this.#keepsHistory = capabilities.includes(CAPABILITIES.history);
    this.#canSearch = capabilities.includes(CAPABILITIES.search);
    this.#mark.open(capabilities);
    // Places of two logs have nothing to do with each other; without an identity nobody can tell.
    if (log === undefined || log !== this.#log) this.#forget();
    this.#log = log;
    this.#signIn.onHello(capabilities);
  }

  #join(name: string): void {
    const request = this.#options.nonce();
    this.#joining = { request, name };
    this.#send({ kind: "join", request, name });
  }

  #forget(): void {
    this.#doubt();
    this.#shown = new ShownIds();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#search.forget();
  }

  #doubt(): void {
    for (const text of this.#unanswered.values()) this.#tell({ kind: "doubtful", text });
    this.#unanswered.clear();
  }

  #onWelcome(welcome: MessageOf<"welcome">): void {
    const { request, name, mark, unread } = welcome;
    const judgement = this.#signIn.judge(welcome);
    if (judgement === "unproved" || (judgement === "not-asked" && request !== this.#joining?.request)) return;
    this.#joining = undefined;
    this.#tell({ kind: "named", name });
    const lines = this.#mark.welcome({ mark, unread });
    if (lines !== undefined) this.#tell({ kind: "unread", lines });
    if (this.#name !== undefined && name !== this.#name) this.#doubt();
    this.#name = name;
    // First, so that what was said before the connection went has its id when it comes as history.
    for (const unanswered of this.#unanswered.values()) this.#say(unanswered);
    if (!this.#keepsHistory) return;
    if (this.#newest !== undefined) this.#catchUp(this.#newest, CATCH_UP_PAGES_MAX);
    else if (this.#options.linesOnJoin > 0) {
      this.#held = [];
      this.#askFor("on-join", { limit: this.#options.linesOnJoin });
    }
  }

  #onRoster({ names, more }: MessageOf<"roster">): void {
    this.#roster = [...this.#roster, ...names].slice(0, NAMES_MAX);
    if (more) return;
    this.#setUsers(this.#roster);
    this.#roster = [];
  }

  #setUsers(names: readonly string[]): void {
    this.#users = names.slice(0, NAMES_MAX);
    this.#tell({ kind: "users", names: this.#users });
  }

  #onLine(line: LogLine): void {
    if (this.#held === undefined) {
      this.#tellLine(line);
      this.#advance(line);
      return;
    }
    this.#held.push(line);
    if (this.#held.length > HELD_LINES_MAX) this.#letGo();
  }

  #onLineOfPage(ask: Ask, line: LogLine): void {
    if (ask.lines.length < HISTORY_LINES_MAX) ask.lines.push(line);
  }

  #onPage({ what, lines, pagesLeft }: Ask, { more, gap }: MessageOf<"page">): void {
    this.#ask = undefined;
    const [first] = lines;
    const last = lines.at(-1);
    if (what === "catch-up") {
      if (gap) this.#tell({ kind: "missed-lines" });
      for (const line of lines) this.#tellLine(line);
      if (more && last !== undefined && pagesLeft > 1) {
        this.#newest = later(this.#newest, last);
        this.#catchUp(last, pagesLeft - 1);
        return;
      }
    } else {
      if (first !== undefined) this.#oldest = { id: first.id, sequence: first.sequence };
      const isMore = more !== undefined;
      const older = lines.filter((line) => this.#shown.takesLine(line));
      for (const line of older) this.#noteShown(line);
      const firstUnread = this.#mark.firstUnread(lines, this.#name);
      this.#tell({ kind: "older", lines: older, isMore, isGap: gap !== undefined, firstUnread });
    }
    if (last !== undefined && what !== "older") this.#heldNewest = later(this.#heldNewest, last);
    this.#letGo();
  }

  /** What was held is told, and everything up to there is known. */
  #letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const line of held ?? []) {
      this.#tellLine(line);
      this.#advance(line);
    }
    if (this.#heldNewest !== undefined) this.#advance(this.#heldNewest);
    this.#heldNewest = undefined;
  }

  #onSaid({ request, id, sequence, time }: MessageOf<"said">): void {
    const said = this.#unanswered.get(request);
    if (said === undefined) return;
    this.#unanswered.delete(request);
    if (said.receiver === EVERYBODY) this.#mark.note({ id, sequence });
    this.#shown.said(id);
    this.#advance({ id, sequence });
    this.#tell({ kind: "said", nonce: request, id, atMs: time });
  }

  #onOther(message: MessageOf<"kept"> | MessageOf<"error">): void {
    if (message.kind === "error" && this.#signIn.onError(message)) return;
    const unanswered = message.request === undefined ? undefined : this.#unanswered.get(message.request);
    if (unanswered !== undefined) this.#unanswered.delete(unanswered.nonce);
    if (message.kind === "kept") {
      if (unanswered === undefined) return;
      const text = `${unanswered.receiver} is away; it will be delivered.`;
      this.#tell({ kind: "server-says", text, isForAll: false });
    } else if (message.request !== undefined && message.request === this.#joining?.request) {
      const { name } = this.#joining;
      this.#joining = undefined;
      this.#tell({ kind: "name-refused", name, code: message.code, why: message.text });
    } else if (message.request !== undefined && message.request === this.#ask?.request) {
      this.#onAskRefused(this.#ask, message.code);
    } else if (this.#search.takesError(message)) return;
    else {
      // Told like anything that the server says; no further mark follows it.
      this.#mark.takesError(message);
      this.#tell({ kind: "server-says", text: message.text, isForAll: false });
    }
  }

  /** The id that one came to is no line of this log: PROTOCOL.md, 16.4. */
  #onAskRefused({ what }: Ask, code: string): void {
    this.#ask = undefined;
    if (what === "older") {
      this.#tell({ kind: "older", lines: [], isMore: false, isGap: true, firstUnread: undefined });
    }
    if (what !== "older" && code === "id-unknown") this.#tell({ kind: "missed-lines" });
    this.#letGo();
  }

  #tellLine(line: LogLine): void {
    if (!this.#shown.takesLine(line)) return;
    this.#noteShown(line);
    this.#tell({ kind: "line", line });
  }

  #noteShown(line: LogLine): void {
    if (line.to === undefined) this.#mark.note(line);
  }

  /** While one catches up, what lies between is not told yet. */
  #advance(mark: Mark): void {
    const { id, sequence } = mark;
    this.#oldest ??= { id, sequence };
    if (this.#ask?.what === "catch-up" || this.#held !== undefined) this.#heldNewest = later(this.#heldNewest, mark);
    else this.#newest = later(this.#newest, { id, sequence });
  }

  #catchUp({ id }: Mark, pagesLeft: number): void {
    this.#held ??= [];
    this.#askFor("catch-up", { after: id, limit: HISTORY_LINES_MAX }, pagesLeft);
  }

  #askFor(what: Ask["what"], query: Omit<MessageOf<"history">, "kind" | "request">, pagesLeft = 1): void {
    const request = this.#options.nonce();
    this.#ask = { request, what, lines: [], pagesLeft };
    this.#send({ kind: "history", request, ...query });
  }

  #say({ nonce, receiver, text }: Unanswered): void {
    const to = receiver === EVERYBODY ? undefined : receiver;
    this.#send({ kind: "say", request: nonce, text, to });
  }

  #send(message: Hcp2Message): void {
    this.#tell({ kind: "send", message });
  }

  #tell(fact: Fact): void {
    this.#facts.push(fact);
  }

  #take(): readonly Fact[] {
    const facts = this.#facts;
    this.#facts = [];
    return facts;
  }
}

function later(one: Mark | undefined, other: Mark): Mark {
  return one !== undefined && one.sequence >= other.sequence ? one : { id: other.id, sequence: other.sequence };
}
