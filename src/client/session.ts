// Owns one client: what stands in its entry, what it shows, what it sends. It has no clock and no I/O: inputs are a
// person's commands and what happens on the network, outputs are what a person sees and what the network is to do.
// Invariant: nothing is sent but between `dialled` and the next `hang-up` or `closed`. Texts and names from the network
// stay as they are, control characters too: whoever draws them makes them harmless.

import { writePlace } from "../options/ip-address.ts";
import { type Message, TEXT_BYTES_MAX } from "../protocol/hcp1/index.ts";
import { TEXT_BYTES_MAX as TEXT_BYTES_MAX_2 } from "../protocol/hcp2/index.ts";
import { type AccountWish, accountLine, type UnregisterWish, wishFault } from "./accounts.ts";
import { Comeback, type ComebackOptions, NAME_AGAIN_MS, NAME_TRIES_MAX } from "./comeback.ts";
import type { ClientState2, ControlCommand2, ControlEvent2 } from "./control.ts";
import { SendTo } from "./destinations.ts";
import { type LineStamp, type Onlooker, type ShownLine, shownLine, shownMessage } from "./fact-lines.ts";
import { describeFault } from "./fault.ts";
import { type Fact, Hcp2Talk, type Hcp2TalkOptions } from "./hcp2-talk.ts";
import { type Heard, isOfVersion1, type Spoken } from "./heard.ts";
import type { NoticeKind } from "./line-meaning.ts";
import { composeOutgoing, type Outgoing } from "./outgoing.ts";
import { parseServers, type ServerAddress } from "./server-address.ts";
import type { SessionCommand, SessionInput, SessionOutput } from "./session-io.ts";
import { type AccountFact, isDistrusted } from "./sign-in.ts";
import * as texts from "./texts.ts";

/** Lines of the text box that are kept; older ones are forgotten. */
export const LINES_MAX = 1000;

export interface SessionOptions extends Hcp2TalkOptions {
  readonly comeback: ComebackOptions;
}

/** What ends with a connection. */
interface ServerLink {
  readonly server: ServerAddress;
  /** What is spoken, once there is a connection. */
  spoken: Spoken | undefined;
  username: string | null;
  proposed: string | null;
  /** What the server said before it ended the connection. */
  bye: string | undefined;
  wasKicked: boolean;
}

const NAME_AWAITED_S = (NAME_AGAIN_MS * NAME_TRIES_MAX) / 1000;

/** Older lines that the command asks for unless it says how many. */
const LINES_ASKED = 50;

/** One client's session. */
export class Session {
  #draft = "";
  readonly #sendTo = new SendTo();
  #lines: string[] = [];
  #link: ServerLink | undefined;
  #comeback: Comeback | undefined;
  /** What is done when the wait is over. */
  #next: (() => void) | undefined;
  #ended = false;
  #outputs: SessionOutput[] = [];
  readonly #options: SessionOptions;
  readonly #talk: Hcp2Talk;
  /** What was said once of a password without TLS. */
  readonly #warnedOf = new Set<AccountWish["kind"]>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#talk = new Hcp2Talk(options);
  }

  /** Takes what happened and gives what is to be done, in order. An input that comes too late does nothing. */
  take(input: SessionInput): readonly SessionOutput[] {
    if (!this.#ended) this.#handle(input);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** So much waits for an answer of a server of version 2 that nothing more can be said. */
  get isFull(): boolean {
    return this.#link?.spoken?.hcp === 2 && this.#talk.isFull;
  }

  /** A copy of everything a person can see. */
  get state(): ClientState2 {
    const link = this.#link;
    return {
      draft: this.#draft,
      selection: this.#sendTo.selection,
      names: [...this.#sendTo.names],
      lines: [...this.#lines],
      connection: link?.spoken ? { ...link.server } : null,
      username: link?.username ?? null,
      hcp: link?.spoken?.hcp ?? null,
    };
  }

  #handle(input: SessionInput): void {
    switch (input.kind) {
      case "command":
        this.#obey(input.command);
        break;
      case "say":
        this.#say(input.receiver, input.text);
        break;
      case "sign-in":
      case "register":
        this.#askAccount(input);
        break;
      case "stretched":
        this.#onFacts(this.#talk.account((it) => it.stretched(input)));
        break;
      case "hellos":
        this.#talk.account((it) => it.greet(input.hellos));
        break;
      case "certificate":
        if (this.#link) this.#note(texts.certificateSeen(this.#link.server, input), "certificate");
        break;
      case "dialled":
        this.#onDialled(input.spoken ?? { hcp: 1, fellBack: false });
        break;
      case "dial-failed":
        this.#onDialFailed(input.why);
        break;
      case "received":
        if (this.#link?.spoken) this.#read(this.#link, input.message);
        break;
      case "closed":
        this.#onClosed(input.code, input.why);
        break;
      case "waited":
        this.#onWaited();
        break;
      case "mark":
        this.#mark();
        break;
    }
  }

  #obey(command: SessionCommand): void {
    if ("connect" in command) this.#connect(command);
    else if ("select" in command) this.#select(textOf(command.select, "name"));
    else if ("type" in command) this.#draft = textOf(command.type, "text");
    else if ("send" in command) this.#send();
    else if ("state" in command) this.#emit({ state: this.state });
    else if ("history" in command) this.#askOlder(command.history);
    else if ("search" in command) this.#search(command.search);
    else if ("read" in command) this.#see();
    else if ("unregister" in command) this.#askAccount({ kind: "unregister" });
    else this.#close();
  }

  #connect({ connect }: Extract<ControlCommand2, { connect: unknown }>): void {
    const servers = parseServers(connect);
    if (servers === undefined) {
      this.#note(texts.ADDRESS_NOT_VALID, "refused");
      return;
    }
    // The same again while one waits to be back: somebody does not want to wait.
    const isSooner = this.#link === undefined && this.#next !== undefined && this.#comeback?.isOf(servers);
    this.#hangUp();
    if (!isSooner) {
      this.#comeback = new Comeback(servers, this.#options.comeback);
      this.#sendTo.forgetSelected();
    }
    this.#dial();
  }

  #dial(): void {
    const server = this.#comeback?.server;
    if (server === undefined) return;
    this.#note(texts.connecting(server), "dialling");
    this.#next = undefined;
    this.#link = { server, spoken: undefined, username: null, proposed: null, bye: undefined, wasKicked: false };
    this.#outputs.push({ kind: "dial", server });
  }

  #select(name: string): void {
    if (this.#sendTo.select(name)) return;
    const expected = `select: expected one of the ${this.#sendTo.names.length} names in the list`;
    this.#emit({ error: { message: describeFault(expected, JSON.stringify(name)) } });
  }

  #send(): void {
    if (this.#say(this.#sendTo.selection, this.#draft)) this.#draft = "";
  }

  /** True when something was sent. */
  #say(receiver: string | null, text: string): boolean {
    const link = this.#link;
    const outgoing = composeOutgoing({
      draft: text,
      selection: receiver,
      connected: link?.spoken !== undefined,
      username: link?.username ?? null,
      proposed: link?.proposed ?? null,
      textBytesMax: link?.spoken?.hcp === 2 ? TEXT_BYTES_MAX_2 : TEXT_BYTES_MAX,
    });
    if (outgoing.kind === "message" && link?.spoken?.hcp === 2) return this.#say2(outgoing);
    this.#outputs.push({ kind: "outcome", outcome: outgoing.kind });
    switch (outgoing.kind) {
      case "nothing":
        return false;
      case "refused":
        this.#note(outgoing.text, "refused");
        return false;
      case "message":
        this.#show({ text: outgoing.shown, meaning: { kind: "own", receiver: outgoing.message.receiver } });
        break;
      case "proposal":
        if (link !== undefined) this.#propose(link, outgoing.message.name);
        return true;
    }
    this.#outputs.push({ kind: "send", message: outgoing.message });
    return true;
  }

  #propose(link: ServerLink, name: string): void {
    link.proposed = name;
    if (link.spoken?.hcp === 2) this.#onFacts(this.#talk.join(name));
    else this.#outputs.push({ kind: "send", message: { kind: "proposal", name } });
  }

  #say2({ message: { receiver, text }, shown }: Extract<Outgoing, { readonly kind: "message" }>): boolean {
    if (this.isFull) {
      this.#outputs.push({ kind: "outcome", outcome: "refused" });
      this.#note(texts.TOO_MUCH_UNANSWERED, "refused");
      return false;
    }
    this.#outputs.push({ kind: "outcome", outcome: "message" });
    const { nonce, facts } = this.#talk.say(receiver, text);
    this.#show({ text: shown, meaning: { kind: "own", receiver }, stamp: { nonce } });
    this.#onFacts(facts);
    return true;
  }

  #askAccount(wish: AccountWish | UnregisterWish): void {
    const link = this.#link;
    const { username = null, proposed = null } = link ?? {};
    const name = wish.kind === "sign-in" ? wish.name.normalize("NFC") : (username ?? "");
    const fault = wishFault(wish.kind === "sign-in" ? { ...wish, name } : wish, {
      hcp: link?.spoken?.hcp,
      username,
      proposed,
    });
    if (fault !== undefined) this.#tellAccount({ what: "refused", of: wish.kind, name, code: fault });
    else if (wish.kind === "unregister") this.#onFacts(this.#talk.account((it) => it.unregister(name)));
    else {
      this.#warnInClear(wish, link?.spoken);
      if (wish.kind === "register") this.#onFacts(this.#talk.account((it) => it.register(name, wish.password)));
      else {
        if (link !== undefined) link.proposed = name;
        this.#onFacts(this.#talk.account((it) => it.begin(name, wish.password)));
      }
    }
  }

  #warnInClear({ kind }: AccountWish, spoken: Spoken | undefined): void {
    if (spoken?.tls !== undefined || this.#warnedOf.has(kind)) return;
    this.#warnedOf.add(kind);
    this.#note(texts.PASSWORD_IN_CLEAR[kind], "in-clear");
  }

  #askOlder(asked: Extract<ControlCommand2, { history: unknown }>["history"]): void {
    const limit = asked !== null && typeof asked === "object" && "limit" in asked ? asked.limit : LINES_ASKED;
    const facts = this.#link?.spoken?.hcp === 2 ? this.#talk.askOlder(limit) : undefined;
    if (facts !== undefined) {
      this.#onFacts(facts);
      return;
    }
    this.#emit({ error: { message: this.#link?.spoken?.hcp === 1 ? texts.NO_HISTORY : texts.NO_MORE_HISTORY } });
  }

  #search(asked: Extract<ControlCommand2, { search: unknown }>["search"]): void {
    const words = "words" in asked ? asked.words : undefined;
    const facts = this.#link?.spoken?.hcp === 2 ? this.#talk.search(words, asked.limit ?? LINES_ASKED) : undefined;
    if (facts !== undefined) this.#onFacts(facts);
    else this.#emit({ error: { message: this.#link?.spoken?.hcp === 1 ? texts.NO_SEARCH : texts.NO_MORE_SEARCH } });
  }

  #see(): void {
    if (this.#link?.spoken?.hcp === 2 && this.#talk.see()) this.#outputs.push({ kind: "mark-due" });
  }

  #mark(): void {
    if (this.#link?.spoken?.hcp === 2) this.#onFacts(this.#talk.mark());
  }

  #close(): void {
    this.#hangUp();
    this.#ended = true;
    this.#outputs.push({ kind: "end" });
  }

  #hangUp(reason = "ended-here"): void {
    if (this.#link === undefined) return;
    this.#mark();
    this.#outputs.push({ kind: "hang-up" });
    this.#unlink(reason);
  }

  #onDialled(spoken: Spoken): void {
    const link = this.#link;
    if (link === undefined || link.spoken) return;
    link.spoken = spoken;
    if (spoken.hcp === 2) this.#talk.open(this.#comeback?.room ?? writePlace(link.server));
    const returnsAs = this.#comeback?.name;
    this.#emit({ connected: { ...link.server, ...spoken, ...(returnsAs !== undefined && { returnsAs }) } });
    if (returnsAs !== undefined) this.#propose(link, returnsAs);
  }

  #onDialFailed(why: string): void {
    if (this.#link === undefined || this.#link.spoken) return;
    this.#note(texts.dialFailed(this.#link.server, why), "unreachable");
    this.#goOn(this.#link, "dial-failed");
  }

  #onClosed(code: string, why: string): void {
    if (!this.#link?.spoken) return;
    this.#note(texts.connectionLost(this.#link.server, this.#link.bye ?? why), "lost");
    this.#goOn(this.#link, code);
  }

  /** To the next server, where there is one. */
  #goOn({ username, proposed, wasKicked }: ServerLink, reason: string): void {
    const nextMs = this.#comeback?.lost(username ?? proposed ?? undefined, wasKicked);
    if (nextMs !== undefined) this.#sendTo.keepSelected();
    this.#unlink(reason, nextMs);
    if (nextMs === 0) this.#dial();
    else if (nextMs !== undefined) this.#wait(nextMs, () => this.#dial());
  }

  #wait(ms: number, next: () => void): void {
    this.#next = next;
    this.#outputs.push({ kind: "wait", ms });
  }

  #onWaited(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }

  #unlink(reason: string, nextMs?: number): void {
    this.#onFacts(this.#talk.account((it) => it.close()));
    this.#link = undefined;
    this.#next = undefined;
    this.#emit({ disconnected: { reason, ...(nextMs !== undefined && { nextMs }) } });
    if (this.#sendTo.clear()) this.#tellUsers();
  }

  #read(link: ServerLink, message: Heard): void {
    if (isOfVersion1(message)) this.#read1(link, message);
    else if (message.kind !== "unknown" && message.kind !== "malformed") this.#onFacts(this.#talk.hear(message));
  }

  #read1(link: ServerLink, message: Message): void {
    switch (message.kind) {
      case "ack":
        if (message.name !== "") this.#onNamed(link, message.name);
        break;
      case "nak":
        this.#onNameRefused(link, true);
        break;
      case "update":
        this.#readUpdate(message.names);
        break;
      // The sender need not be in the list: a list is cut at 63 names, and may be on its way.
      case "message":
        this.#showOrIgnore(shownMessage(message, this.#onlooker(link)));
        break;
      // Not for a client: ignored in silence, as what is no message is.
      case "proposal":
        break;
    }
  }

  #onFacts(facts: readonly Fact[]): void {
    for (const fact of facts) if (this.#link !== undefined) this.#onFact(this.#link, fact);
  }

  #onFact(link: ServerLink, fact: Fact): void {
    switch (fact.kind) {
      case "send":
      case "stretch":
        this.#outputs.push(fact);
        break;
      case "account":
        this.#onAccount(link, fact);
        break;
      case "named":
        if (fact.name !== "") this.#onNamed(link, fact.name);
        break;
      case "name-refused":
        this.#onNameRefused(link, fact.code === "name-taken", () => {
          if (fact.code === "name-registered") {
            this.#tellAccount({ what: "refused", of: "proposal", name: fact.name, code: fact.code });
          } else this.#showFact(link, { kind: "server-says", text: fact.why, isForAll: false });
        });
        break;
      case "users":
        this.#readUpdate(fact.names);
        break;
      case "older":
        for (const line of fact.lines) {
          const unread = line.id === fact.firstUnread ? ({ unread: true } as const) : {};
          this.#showFact(link, { kind: "line", line }, { history: true, ...unread });
        }
        this.#emit({ history: { lines: fact.lines.length, more: fact.isMore, gap: fact.isGap } });
        break;
      case "found":
        for (const line of fact.lines) this.#showFact(link, { kind: "line", line }, { found: true });
        this.#emit({ found: { lines: fact.lines.length, more: fact.isMore, gap: fact.isGap } });
        break;
      case "not-found":
        this.#emit({ error: { message: texts.searchRefused(fact.why) } });
        break;
      case "unread":
        this.#emit({ unread: { lines: fact.lines } });
        break;
      case "said":
        this.#emit({ said: { nonce: fact.nonce, id: fact.id, atMs: fact.atMs } });
        break;
      case "bye":
        link.bye = texts.saidBye(fact.code, fact.text);
        link.wasKicked = fact.code === "kicked";
        break;
      default:
        this.#showFact(link, fact);
    }
  }

  #showFact(link: ServerLink, fact: Parameters<typeof shownLine>[0], stamp: LineStamp = {}): void {
    this.#showOrIgnore(shownLine(fact, this.#onlooker(link)), stamp);
  }

  #showOrIgnore(shown: ReturnType<typeof shownLine>, stamp: LineStamp = {}): void {
    if ("ignored" in shown) this.#emit(shown);
    else this.#show({ ...shown, stamp: { ...shown.stamp, ...stamp } });
  }

  #onlooker({ username }: ServerLink): Onlooker {
    return { username, users: this.#sendTo.users };
  }

  #onAccount(link: ServerLink, fact: AccountFact): void {
    if (fact.what === "refused" && fact.of === "proposal" && !isDistrusted(fact)) {
      this.#onNameRefused(link, fact.code === "name-taken", () => this.#tellAccount(fact));
      return;
    }
    if (fact.what === "refused" && fact.of === "sign-in") link.proposed = null;
    this.#tellAccount(fact);
    if (isDistrusted(fact)) this.#hangUp("server-distrusted");
  }

  #tellAccount(fact: Omit<AccountFact, "kind">): void {
    const { what, of, name, code } = fact;
    const line = accountLine(fact);
    if (line !== undefined) this.#note(line, what === "registered" ? "registered" : "account");
    this.#emit({ account: { what, of, name, ...(code !== undefined && { code }) } });
  }

  #onNamed(link: ServerLink, username: string): void {
    link.username = username;
    link.proposed = null;
    this.#show({ text: texts.USERNAME_ACCEPTED, meaning: { kind: "named", username } });
    const isBack = this.#comeback?.named() === true;
    if (!isBack || !this.#comeback?.hasSeveral) return;
    this.#note(texts.backAt(username, link.server), "back");
    if (link.spoken?.hcp === 1) this.#note(texts.MAY_BE_LOST, "back");
  }

  /** Version 1 does not say why: the name is taken, then. `tellWhy` is for who does not ask for it again. */
  #onNameRefused(link: ServerLink, isTaken: boolean, tellWhy?: () => void): void {
    const name = link.proposed ?? "";
    const wasAwaited = (this.#comeback?.refusals ?? 0) > 0;
    if (this.#comeback?.refused(isTaken)) {
      if (!wasAwaited) this.#note(texts.nameAwaited(name, link.server, NAME_AWAITED_S), "name-awaited");
      this.#wait(NAME_AGAIN_MS, () => this.#propose(link, name));
      return;
    }
    link.proposed = null;
    if (wasAwaited) this.#note(texts.nameGivenUp(name, NAME_AWAITED_S), "name-given-up");
    tellWhy?.();
    this.#note(texts.USERNAME_NOT_ACCEPTED, "name-not-accepted");
  }

  #readUpdate(names: readonly string[]): void {
    const change = this.#sendTo.take(names);
    if (change.changed) this.#tellUsers();
    this.#showAll(change.left, texts.LEFT);
    this.#showAll(change.joined, texts.JOINED);
  }

  #tellUsers(): void {
    this.#emit({ users: { names: [...this.#sendTo.names] } });
  }

  #showAll(names: readonly string[], what: string): void {
    if (names.length === 0) return;
    for (const name of names) this.#show({ text: name, meaning: { kind: "name", name } });
    this.#show({ text: what, meaning: { kind: "presence" } });
  }

  #note(text: string, notice: NoticeKind): void {
    this.#show({ text, meaning: { kind: "notice", notice } });
  }

  #show({ text, meaning, stamp }: ShownLine): void {
    // What was looked for stands among the other lines already.
    if (!stamp?.found) this.#lines.push(text);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
    this.#outputs.push({ kind: "event", event: { shown: { text, ...stamp } }, meaning });
  }

  #emit(event: ControlEvent2): void {
    this.#outputs.push({ kind: "event", event });
  }
}

function textOf<Key extends string>(argument: string | Readonly<Record<Key, string>>, key: Key): string {
  return typeof argument === "string" ? argument : argument[key];
}
