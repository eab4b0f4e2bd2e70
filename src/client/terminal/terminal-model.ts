// Owns what a person at a terminal does and is told: what a typed line comes to, when a name is asked for, when a lost
// server is dialled again. It has no terminal, no socket, no clock and no chance: they are behind the port. Invariant: a
// typed line is sent, or carried out, or answered with a word and given back. None is lost in silence.

import { EVERYBODY, SERVER } from "../../protocol/hcp1/index.ts";
import type { AccountWish } from "../accounts.ts";
import type { ControlEvent2 } from "../control.ts";
import { destinations } from "../destinations.ts";
import type { LineStamp, ShownLine } from "../fact-lines.ts";
import type { LineMeaning } from "../line-meaning.ts";
import type { ServerAddress } from "../server-address.ts";
import { NOT_CONNECTED } from "../texts.ts";
import { HELP_LINES } from "./commands.ts";
import type { Remark } from "./draw.ts";
import { type Entered, readEntered } from "./entered.ts";
import { KnownNames } from "./known-names.ts";
import type { Prompt } from "./prompt.ts";
import { TerminalAccounts } from "./terminal-accounts.ts";
import * as words from "./words.ts";

/** Why the face ends. */
export type Leave = "left" | "unreachable" | "name-refused" | "input-ended" | "not-registered" | "distrusted";

/** The model's way to everything else. */
export interface TerminalPort {
  /** Shows a line of the session. */
  show(text: string, meaning: LineMeaning, stamp: LineStamp): void;
  /** Shows a line of this client's own. */
  remark(remark: Remark): void;
  setPrompt(prompt: Prompt): void;
  /** Takes what is being typed off its line. */
  takeDraft(): string;
  /** Puts a text on the line being typed, which is empty. */
  putDraft(text: string): void;
  clearScreen(): void;
  connect(): void;
  /** Asks for older lines than were shown. */
  askHistory(): void;
  /** Looks for words, or for more of what was looked for last. */
  search(words: string | undefined): void;
  /** Somebody has seen all that is shown. */
  read(): void;
  /** Says something through the session; what it shows at once comes back before this returns. */
  say(receiver: string, text: string): void;
  /** So much waits for an answer that nothing more can be said. */
  isFull(): boolean;
  /** Signs in or registers through the session. */
  wish(wish: AccountWish): void;
  /** Gives the name back that one has. */
  unregister(): void;
  leave(why: Leave): void;
}

export interface TerminalModelOptions {
  /** The name to propose without being asked, or undefined. */
  readonly name: string | undefined;
  /** There are several servers: it matters at which one is. */
  readonly hasSeveral: boolean;
  /** Somebody is there who can be asked for another name, and who may wait for a server. */
  readonly isAttended: boolean;
  /** A password that is typed is not shown, or nobody types. */
  readonly hidesPasswords: boolean;
}

type EventOf<Key extends string> = Extract<ControlEvent2, { readonly [key in Key]: unknown }>[Key];

export class TerminalModel {
  readonly names = new KnownNames();
  readonly #port: TerminalPort;
  readonly #isAttended: boolean;
  readonly #hasSeveral: boolean;
  readonly #accounts: TerminalAccounts;
  #link: "dialling" | "connected" | "waiting" = "dialling";
  #wasConnected = false;
  #wasAccepted = false;
  /** A pause was told, behind which the same servers are dialled. */
  #isRetry = false;
  /** Where one is, unless there is one server only. */
  #server: ServerAddress | undefined;
  #wanted: string | undefined;
  #proposed: string | undefined;
  #username: string | undefined;
  #receiver: string = EVERYBODY;
  /** The names of the list are about to be shown for the first time. */
  #isSigningOn = false;
  /** What was being typed when a name had to be asked for. */
  #aside = "";
  /** Whether the last thing said was refused by the session. */
  #wasRefused = false;
  #isInputAtEnd = false;
  /** Lines of an answer that is not at its end. */
  #older: ShownLine[] = [];
  #found: ShownLine[] = [];
  /** Somebody typed /history, and waits for the answer. */
  #wasAsked = false;
  #isVersion2 = false;
  #isInsideTls = false;
  /** What was told last of how the server is spoken with. */
  #manner = "";

  constructor(port: TerminalPort, { name, isAttended, hasSeveral, hidesPasswords }: TerminalModelOptions) {
    this.#port = port;
    this.#hasSeveral = hasSeveral;
    this.#wanted = name;
    this.#isAttended = isAttended;
    this.#accounts = new TerminalAccounts(port, { isAttended, hidesPasswords });
  }

  start(): void {
    this.#dial();
    this.#setPrompt();
  }

  /** Takes a typed line. What cannot be done is given back as a draft, unless it is a password. */
  enter(line: string): void {
    if (this.#username !== undefined) this.#port.read();
    if (this.#accounts.asked !== undefined) this.#answer(line);
    else if (!this.#obey(readEntered(line, this.names))) this.#port.putDraft(line);
    this.#setPrompt();
  }

  /** Whoever was asked for a password does not tell it. */
  leaveQuestion(): void {
    this.#answer("");
    this.#setPrompt();
  }

  onEvent(event: ControlEvent2, meaning?: LineMeaning): void {
    if ("shown" in event && meaning !== undefined) this.#onShown(event.shown, meaning);
    else if ("history" in event) this.#onHistory(event.history);
    else if ("found" in event) this.#onFound(event.found);
    else if ("unread" in event) this.#onUnread(event.unread.lines);
    else if ("users" in event) this.names.setOnline(event.users.names.slice(destinations([]).length));
    else if ("account" in event) this.#onAccount(event.account);
    else if ("error" in event) this.#port.remark([event.error.message]);
    else if ("connected" in event) this.#onConnected(event.connected);
    else if ("disconnected" in event) this.#onDisconnected(event.disconnected);
    this.#setPrompt();
  }

  /** Nobody gives lines any more. Who is asked may leave without a name; a program that gave none has made a mistake. */
  onInputEnd(): void {
    this.#isInputAtEnd = true;
    if (this.#accounts.isPending) return;
    this.#port.leave(this.#isAttended || this.#wasAccepted ? "left" : "input-ended");
  }

  /** True when the line was taken. */
  #obey(entered: Entered): boolean {
    switch (entered.kind) {
      case "nothing":
        if (this.#link === "waiting") this.#dial();
        return true;
      case "text":
        return this.#username === undefined ? this.#nameOneself(entered.text) : this.#say(this.#receiver, entered.text);
      case "say":
        return this.#say(entered.receiver, entered.text);
      case "pick":
        return this.#pick(entered.receiver);
      case "mistake":
        return this.#refuse(entered.text);
      case "list":
        this.#port.remark(this.#link === "connected" ? this.#online() : [NOT_CONNECTED]);
        return true;
      case "history":
        this.#wasAsked = true;
        this.#port.askHistory();
        return true;
      case "search":
        this.#port.search(entered.words === "" ? undefined : entered.words);
        return true;
      case "sign-in":
        return this.#accounts.askPassword(entered.name, this.#situation);
      case "register":
        return this.#accounts.askNewPassword(this.#situation);
      case "unregister": {
        const isMeant = this.#accounts.giveBack(entered.name, this.#situation);
        if (isMeant) this.#port.unregister();
        return isMeant;
      }
      case "help":
        for (const line of HELP_LINES) this.#port.remark([line]);
        return true;
      case "clear":
        this.#port.clearScreen();
        return true;
      case "quit":
        this.#port.leave("left");
        return true;
    }
  }

  get #situation() {
    const isConnected = this.#link === "connected";
    const [isVersion2, isInsideTls] = [this.#isVersion2, this.#isInsideTls];
    return { isConnected, isVersion2, isInsideTls, username: this.#username, proposed: this.#proposed };
  }

  #answer(line: string): void {
    const wish = this.#accounts.answer(line);
    if (wish?.kind === "sign-in") this.#proposed = wish.name;
    if (wish !== undefined) this.#port.wish(wish);
  }

  #onAccount(account: Extract<ControlEvent2, { account: unknown }>["account"]): void {
    this.#accounts.take(account);
    if (account.of === "sign-in" && account.what === "refused") this.#proposed = undefined;
    if (!this.#accounts.isPending && this.#isInputAtEnd) this.onInputEnd();
  }

  #say(receiver: string, text: string): boolean {
    if (this.#link !== "connected") return this.#refuse(words.NOT_SENT);
    if (this.#proposed !== undefined) return this.#refuse(words.NAME_PENDING);
    if (!this.#give(receiver, text)) return false;
    if (!this.names.isOnline(receiver)) this.#port.remark([{ name: receiver }, words.NOT_IN_LIST]);
    return true;
  }

  #nameOneself(text: string): boolean {
    if (this.#link !== "connected") return this.#refuse(words.NOT_SENT);
    if (this.#proposed !== undefined) return this.#refuse(words.NAME_PENDING);
    return this.#propose(text.trim());
  }

  #propose(name: string): boolean {
    this.#proposed = name;
    if (this.#give(SERVER, name)) return true;
    this.#proposed = undefined;
    return false;
  }

  /** Says something; false when the session refused it, and has said why. */
  #give(receiver: string, text: string): boolean {
    this.#wasRefused = false;
    this.#port.say(receiver, text);
    return !this.#wasRefused;
  }

  #pick(receiver: string): boolean {
    this.#receiver = receiver;
    if (this.#username !== undefined && !this.names.isOnline(receiver)) {
      this.#port.remark([{ name: receiver }, words.NOT_IN_LIST]);
    }
    return true;
  }

  #refuse(text: string): boolean {
    this.#port.remark([text]);
    return false;
  }

  #onShown({ text, ...stamp }: EventOf<"shown">, meaning: LineMeaning): void {
    if (stamp.found) {
      this.#found.push({ text, meaning, stamp });
      return;
    }
    if (stamp.history) {
      this.#older.push({ text, meaning, stamp });
      return;
    }
    if (meaning.kind === "spoken" && meaning.sender !== SERVER && !this.names.isOnline(meaning.sender)) {
      this.names.add(meaning.sender);
    }
    const notice = meaning.kind === "notice" ? meaning.notice : undefined;
    if (notice === "dialling") this.#link = "dialling";
    // A retry does not say that it dials: the remark about the pause has told it. What is without TLS was told with the question.
    const isTold = (notice === "dialling" && this.#isRetry) || notice === "in-clear";
    if (!isTold) this.#port.show(text, meaning, stamp);
    if (meaning.kind === "named") this.#onNamed(meaning.username);
    else if (meaning.kind === "presence") this.#onPresence();
    else if (notice === "refused") this.#wasRefused = true;
    else if (notice === "name-not-accepted") this.#onNameRefused();
  }

  // Older lines stand below newer ones here, so they are put between two remarks.
  #onHistory({ lines, more, gap }: EventOf<"history">): void {
    if (lines > 0 || this.#wasAsked) this.#port.remark([words.saidBefore(lines)]);
    for (const { text, meaning, stamp = {} } of this.#older) {
      if (stamp.unread) this.#port.remark([words.UNREAD_FROM_HERE]);
      this.#port.show(text, meaning, stamp);
    }
    if (lines > 0) this.#port.remark([words.endOfOlder(more, gap)]);
    this.#older = [];
    this.#wasAsked = false;
  }

  #onFound({ lines, more, gap }: EventOf<"found">): void {
    this.#port.remark([words.found(lines)]);
    for (const { text, meaning, stamp = {} } of this.#found) this.#port.show(text, meaning, stamp);
    if (lines > 0 || more || gap) this.#port.remark([words.endOfFound(more, gap)]);
    this.#found = [];
  }

  #onUnread(lines: number): void {
    if (lines > 0) this.#port.remark([words.unread(lines)]);
  }

  #onConnected({ hcp, fellBack, tls, returnsAs, address, port }: EventOf<"connected">): void {
    this.#link = "connected";
    this.#server = this.#hasSeveral ? { address, port } : undefined;
    this.#wasConnected = true;
    this.#isVersion2 = hcp === 2;
    this.#isInsideTls = tls !== undefined;
    const version = hcp === 2 ? [words.VERSION_2] : fellBack ? [words.FELL_BACK] : [];
    const manner = [...version, ...(tls === undefined ? [] : [words.INSIDE_TLS])].join(" ");
    if (manner !== "" && manner !== this.#manner) this.#port.remark([manner]);
    this.#manner = manner;
    if (returnsAs !== undefined) this.#proposed = returnsAs;
    else if (this.#wanted === undefined) this.#port.remark([words.NAME_NEEDED]);
    else if (!this.#propose(this.#wanted)) this.#askAgain(this.#wanted);
  }

  #onNamed(username: string): void {
    this.#isRetry = false;
    this.#proposed = undefined;
    this.#username = username;
    this.#wanted = username;
    this.#wasAccepted = true;
    this.#isSigningOn = true;
    if (this.#aside === "") return;
    this.#port.takeDraft();
    this.#port.putDraft(this.#aside);
    this.#aside = "";
  }

  #onPresence(): void {
    if (!this.#isSigningOn) return;
    this.#isSigningOn = false;
    this.#port.remark(this.#online());
  }

  #onNameRefused(): void {
    const name = this.#proposed ?? "";
    this.#proposed = undefined;
    this.#askAgain(name);
  }

  // Half a message must not be taken for a name: it is put aside until there is one.
  #askAgain(name: string): void {
    if (!this.#isAttended && this.#wanted !== undefined) {
      this.#port.leave("name-refused");
      return;
    }
    this.#wanted = undefined;
    const draft = this.#port.takeDraft();
    if (this.#aside === "") this.#aside = draft;
    this.#port.putDraft(this.#accounts.draftFor(name));
  }

  #onDisconnected({ reason, nextMs }: EventOf<"disconnected">): void {
    if (nextMs === undefined && reason !== "server-distrusted") return;
    this.#link = "waiting";
    this.#username = undefined;
    this.#proposed = undefined;
    this.#isSigningOn = false;
    this.#accounts.leave();
    if (nextMs === undefined) {
      this.#wanted = undefined;
      if (this.#isAttended) this.#port.remark([words.DISTRUSTED]);
      else this.#port.leave("distrusted");
      return;
    }
    this.#isRetry = nextMs > 0;
    if (!this.#isRetry) return;
    if (this.#isAttended || this.#wasConnected) this.#port.remark([words.tryingAgain(nextMs, this.#isAttended)]);
    else this.#port.leave("unreachable");
  }

  #dial(): void {
    this.#link = "dialling";
    this.#port.connect();
  }

  #online(): Remark {
    return words.online(this.names.online, this.#username, this.#server);
  }

  #setPrompt(): void {
    this.#port.setPrompt(this.#prompt());
  }

  #prompt(): Prompt {
    if (this.#link !== "connected") return { kind: "offline" };
    if (this.#accounts.asked !== undefined) return { kind: "password", asked: this.#accounts.asked };
    if (this.#proposed !== undefined) return { kind: "waiting", name: this.#proposed };
    if (this.#username === undefined) return { kind: "name" };
    // A person goes on talking meanwhile, a pipe waits.
    if (this.#accounts.isPending && !this.#isAttended) return { kind: "waiting", name: this.#username };
    const isThere = this.names.isOnline(this.#receiver);
    const full = this.#port.isFull() ? { isFull: true as const } : {};
    return { kind: "talk", receiver: this.#receiver, isThere, knowsWho: !this.#isSigningOn, ...full };
  }
}
