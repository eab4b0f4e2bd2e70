// Owns what a person sees and does at the window. It has no DOM, no socket and no clock: events come in, commands go out
// through the wire. It must not know the session's rules: what a command came to is what the events say.
// Invariant: what was typed is sent, waits for the session's answer, or stands in the entry.

import { EVERYBODY, SERVER } from "../../../protocol/hcp1/index.ts";
import type { ControlEvent2 } from "../../control.ts";
import { destinations } from "../../destinations.ts";
import type { LineMeaning, NoticeKind } from "../../line-meaning.ts";
import type { SendOutcome } from "../../outgoing.ts";
import { atServer } from "../../texts.ts";
import { AccountModel } from "./account-model.ts";
import { EntryModel } from "./entry-model.ts";
import { Finding } from "./finding.ts";
import {
  AT_THE_END,
  follow,
  type LineWindow,
  lookBack,
  olderCount,
  returnToEnd,
  showAbove,
  showNewer,
  showOlder,
} from "./line-window.ts";
import { Past } from "./past.ts";
import { Transcript } from "./transcript.ts";
import { Unread } from "./unread.ts";
import type { WindowCommand, WindowEvent } from "./window-event.ts";

/** The page's way to its client. */
export interface Wire {
  give(command: WindowCommand): void;
  /** Opens a new session; `onWireOpen` or `onWireLost` follows. */
  open(): void;
  /** Somebody waits: if the client does not answer soon, `onWireLost` follows. */
  check(): void;
  nowMs(): number;
}

export interface ServerEntries {
  readonly address: string;
  readonly port: string;
}

/** `lost` is about the Howdy server, `cut-off` about the client behind the page. */
export type LinkState = "opening" | "idle" | "dialling" | "connected" | "lost" | "cut-off";

/** UTF-16 units: far over what a message may have. A command with so many fits a WebSocket frame, whatever they are. */
export const ENTRY_UNITS_MAX = 10_000;

/** Presses on Send that may wait for an answer, as they do while a server is dialled. One more does nothing. */
const ATTEMPTS_MAX = 256;

/** A press on Send. */
interface Attempt {
  readonly draft: string;
  readonly isProposal: boolean;
  /** The draft left the entry when Send was pressed. */
  readonly isTaken: boolean;
}

/** What the person had when the connection went. */
type EventOf<Key extends string> = Extract<ControlEvent2, { readonly [key in Key]: unknown }>;
type Shown = EventOf<"shown">["shown"];
type Connected = EventOf<"connected">["connected"];
type Spoken = Pick<Connected, "hcp" | "fellBack" | "tls">;

interface Return {
  readonly name: string;
  readonly destination: string | null;
}

const NOBODY: Return = { name: "", destination: null };

export class WindowModel {
  readonly entry = new EntryModel();
  readonly transcript = new Transcript();
  readonly unread = new Unread();
  readonly account = new AccountModel();
  readonly finding = new Finding();
  readonly #wire: Wire;
  #link: LinkState = "opening";
  #names: readonly string[] = destinations([]);
  #selection: string | null = null;
  #username: string | null = null;
  #fault: string | undefined;
  #lines: LineWindow = AT_THE_END;
  readonly #past = new Past();
  #spoken: Spoken | undefined;
  #isFallbackSeen = false;
  /** Whether the server has older lines than were asked for. */
  #hasOlder = false;
  #isAsking = false;
  /** The server keeps a read mark for this name. */
  #hasMark = false;
  /** The end of the transcript when it was seen last. */
  #seenEnd: number | undefined;
  /** What the session has not answered yet, in its order. */
  #attempts: Attempt[] = [];
  /** Drafts that the session refused while later ones wait for their answer. */
  #refused: string[] = [];
  /** The attempt that the server has not answered yet. */
  #proposal: Attempt | undefined;
  /** The name that the client asks for by itself, at the next of its servers. */
  #returnsAs: string | undefined;
  /** Where the connection leads to. */
  #place: string | undefined;
  /** The client goes on to the next server by itself. */
  #goesOn = false;
  /** The server that was asked for last. */
  #server: ServerEntries | undefined;
  /** The next connection is to bring back what the person had. */
  #isReconnect = false;
  #before: Return = NOBODY;
  #returning: Return | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** The list, top to bottom. */
  get names(): readonly string[] {
    return this.#names;
  }

  get selection(): string | null {
    return this.#selection;
  }

  get username(): string | null {
    return this.#username;
  }

  /** The name that waits for an answer. */
  get proposed(): string | null {
    const attempt = this.#proposal ?? this.#attempts.find(({ isProposal }) => isProposal);
    return attempt?.draft ?? this.account.signingIn ?? this.#returnsAs ?? null;
  }

  /** Why the client could not do the last thing that was asked for. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** What is spoken with the server, while there is a connection. */
  get spoken(): Spoken | undefined {
    return this.#spoken;
  }

  /** A person has not seen yet that the server has version 1 alone. */
  get isFallbackNews(): boolean {
    return this.#spoken?.fellBack === true && !this.#isFallbackSeen;
  }

  /** There are older lines than are drawn, here or on the server. */
  get hasOlder(): boolean {
    return olderCount(this.#lines, this.transcript) > 0 || this.#canAsk;
  }

  get canSearch(): boolean {
    return this.#username !== null && this.#spoken?.hcp === 2;
  }

  get lines(): LineWindow {
    return this.#lines;
  }

  /** All that was typed and is not known to be sent, as a page that is loaded anew puts it into its entry. */
  get drafts(): string {
    const underWay = this.#proposal === undefined ? this.#attempts : [this.#proposal, ...this.#attempts];
    const taken = underWay.filter(({ isTaken }) => isTaken).map(({ draft }) => draft);
    return [...this.#refused, ...taken, ...this.entry.drafts].join("\n");
  }

  /** At which server one is. */
  get place(): string | undefined {
    return this.#place;
  }

  /** Where it is "lost": the client dials by itself after a while. */
  get goesOn(): boolean {
    return this.#goesOn;
  }

  get canReconnect(): boolean {
    return this.#link === "cut-off" || (this.#link === "lost" && this.#server !== undefined);
  }

  onWireOpen(): void {
    this.#link = "idle";
    // A new session knows nothing of what the page shows as picked.
    if (this.#selection !== null) this.select(this.#selection);
    if (this.#isReconnect) this.#dial();
  }

  onWireLost(): void {
    this.#leave();
    this.#goesOn = false;
    this.#link = "cut-off";
    this.#refused.push(...this.#attempts.filter(({ isTaken }) => isTaken).map(({ draft }) => draft));
    this.#attempts = [];
    this.#takeBack();
    this.#setNames(destinations([]));
  }

  take(event: WindowEvent): void {
    if ("outcome" in event) this.#onOutcome(event.outcome);
    else if ("shown" in event && event.meaning !== undefined) this.#onShown(event.shown, event.meaning);
    else if ("said" in event) this.#past.note(event.said.id, event.said.atMs);
    else if ("history" in event) this.#onHistory(event.history.more);
    else if ("account" in event) this.account.take(event.account);
    else if ("found" in event) this.finding.onFound(event.found);
    else if ("unread" in event) this.#hasMark = true;
    else if ("users" in event) this.#setNames(event.users.names);
    else if ("connected" in event) this.#onConnected(event.connected);
    else if ("disconnected" in event) this.#onDisconnected(event.disconnected);
    else if ("error" in event) this.#onError(event.error.message);
    // Of other events a person sees nothing.
  }

  connect(server: ServerEntries): void {
    this.#fault = undefined;
    this.#server = server;
    if (!this.#isOpen) return;
    this.#isReconnect = false;
    this.#dial();
  }

  /** Connects to the same server again, and comes back with the same name. */
  reconnect(): void {
    if (!this.canReconnect) return;
    this.#fault = undefined;
    this.#isReconnect = true;
    if (this.#isOpen) {
      this.#dial();
      return;
    }
    this.#link = "opening";
    this.#wire.open();
  }

  /** Takes a name as its owner. The password goes to the client, and stays nowhere here. */
  signIn(name: string, password: string): void {
    if (!this.#isOpen) return;
    this.account.signingIn = name;
    this.#wire.give({ signIn: { name, password } });
    this.#check();
  }

  /** Makes the name that one has one's own, or gives it another password. */
  register(password: string): void {
    if (!this.#isOpen) return;
    this.#wire.give({ register: { password } });
    this.#check();
  }

  /** Gives the name back that is one's own. */
  unregister(): void {
    if (!this.#isOpen) return;
    this.#wire.give({ unregister: {} });
    this.#check();
  }

  select(name: string): void {
    if (!this.#names.includes(name)) return;
    this.#selection = name;
    if (this.#isOpen) this.#wire.give({ select: { name } });
  }

  /** Presses Send. The entry is free for what is typed next; a draft that is refused comes back into it. */
  send(): void {
    if (!this.#isOpen || this.#attempts.length >= ATTEMPTS_MAX) return;
    const draft = this.entry.text;
    if (draft.length > ENTRY_UNITS_MAX) {
      this.#fault = `The entry holds over ${ENTRY_UNITS_MAX} characters; please make it shorter.`;
      return;
    }
    // While a server is dialled the answer may take seconds, and only a name can be sent then. Other drafts stay here.
    const isTaken = draft !== "" && (this.#link !== "dialling" || this.#selection === SERVER);
    this.#attempt(draft, isTaken);
    this.#check();
    if (draft === "") return;
    this.#fault = undefined;
    this.unread.clearMark();
    this.#lines = returnToEnd(this.transcript);
    if (isTaken) this.entry.take();
  }

  lookBack(): void {
    this.#lines = lookBack(this.#lines);
  }

  /** Shows older lines: of those that are here, else of those that the server keeps. */
  showOlder(): void {
    if (olderCount(this.#lines, this.transcript) > 0) this.#lines = showOlder(this.#lines, this.transcript);
    else this.reachTop();
  }

  /** Somebody scrolled as far up as they can. Where nothing older is here, the server is asked. */
  reachTop(): void {
    if (olderCount(this.#lines, this.transcript) > 0 || !this.#canAsk) return;
    this.#isAsking = true;
    this.#wire.give({ history: {} });
  }

  /** Looks for lines that hold all of these words. */
  search(words: string): void {
    if (!this.canSearch || this.finding.isAsking || words.trim() === "") return;
    this.#fault = undefined;
    this.finding.begin(words.trim());
    this.#wire.give({ search: { words: words.trim() } });
  }

  findMore(): void {
    if (!this.canSearch || !this.finding.hasMore) return;
    this.finding.goOn();
    this.#wire.give({ search: { more: true } });
  }

  /** Somebody looks at the window, and so has read what is at its end. */
  see(): void {
    if (!this.#hasMark || !this.#lines.following || this.#seenEnd === this.transcript.end) return;
    this.#seenEnd = this.transcript.end;
    this.#wire.give({ read: {} });
  }

  seeFallback(): void {
    this.#isFallbackSeen = true;
  }

  showNewer(): void {
    this.#lines = showNewer(this.#lines);
  }

  returnToEnd(): void {
    this.#lines = returnToEnd(this.transcript);
  }

  get #canAsk(): boolean {
    return this.#username !== null && this.#hasOlder && !this.#isAsking && !this.transcript.isFull;
  }

  /** There is a session. */
  get #isOpen(): boolean {
    return this.#link !== "opening" && this.#link !== "cut-off";
  }

  #dial(): void {
    if (this.#server === undefined) return;
    this.#wire.give({ connect: this.#server });
    this.#check();
  }

  // While a server is dialled the client may leave what is sent unread for longer than somebody waits.
  #check(): void {
    if (this.#link !== "dialling") this.#wire.check();
  }

  #attempt(draft: string, isTaken: boolean): void {
    const isProposal = this.#selection === SERVER;
    this.#attempts.push({ draft, isProposal, isTaken });
    // No name has blanks at its ends (PROTOCOL.md, 4.1), and phones' keyboards add one behind each word.
    this.#wire.give({ type: { text: isProposal ? draft.trim() : draft } });
    this.#wire.give({ send: {} });
  }

  #onOutcome(outcome: SendOutcome): void {
    const attempt = this.#attempts.shift();
    if (attempt === undefined) return;
    if (outcome === "proposal") this.#proposal = attempt;
    if (outcome === "refused" && attempt.isTaken) this.#refused.push(attempt.draft);
    else if (outcome !== "refused") this.#onSent(attempt);
    if (this.#attempts.length === 0) this.#takeBack();
  }

  #onSent({ draft, isTaken }: Attempt): void {
    if (isTaken) this.entry.remember(draft);
    else this.entry.takeIf((text) => text === draft);
  }

  #onError(message: string): void {
    this.#fault = message;
    this.#isAsking = false;
    if (this.finding.isAsking) this.finding.fail();
  }

  #onConnected({ address, port, returnsAs, ...spoken }: Connected): void {
    this.#link = "connected";
    this.#place = atServer({ address, port });
    this.#returnsAs = returnsAs;
    this.#spoken = spoken;
    this.#past.comeTo(this.#place);
    this.#before = NOBODY;
    this.select(SERVER);
    const name = this.#returning?.name ?? "";
    if (returnsAs === undefined && name !== "") this.#attempt(name, false);
  }

  #onDisconnected({ reason, nextMs }: EventOf<"disconnected">["disconnected"]): void {
    this.#leave();
    this.#goesOn = nextMs !== undefined;
    this.#link = reason === "ended-here" ? "idle" : nextMs === 0 ? "dialling" : "lost";
    if (this.#attempts.length === 0) this.#takeBack();
  }

  /** Notes what Reconnect brings back. A name that was not answered is the person's to send again. */
  #leave(): void {
    const name = this.#username ?? this.proposed ?? this.#returning?.name;
    if (name) this.#before = { name, destination: this.#returning?.destination ?? this.#selection };
    this.#username = null;
    this.#returnsAs = undefined;
    this.#place = undefined;
    this.#spoken = undefined;
    this.account.leave();
    this.#isAsking = false;
    this.#hasOlder = false;
    this.#hasMark = false;
    this.finding.fail();
    if (this.#proposal?.isTaken) this.#refused.push(this.#proposal.draft);
    this.#proposal = undefined;
  }

  #onShown(shown: Shown, meaning: LineMeaning): void {
    const { text, id: lineId, atMs = this.#wire.nowMs() } = shown;
    if (shown.found) {
      this.finding.gather({ text, meaning, atMs });
      return;
    }
    if (shown.history) {
      this.#past.gather({ text, meaning, atMs, lineId, isFirstUnread: shown.unread === true });
      return;
    }
    // Its dialog told it before.
    if (meaning.kind === "notice" && meaning.notice === "in-clear") return;
    this.#past.note(lineId, atMs);
    this.#add(text, meaning, atMs);
    if (meaning.kind === "named") this.#onNamed(meaning.username);
    else if (meaning.kind === "notice") this.#onNotice(meaning.notice);
  }

  #add(text: string, meaning: LineMeaning, atMs: number): number {
    const line = this.transcript.add(text, meaning, atMs);
    this.#lines = follow(this.#lines, this.transcript);
    if (meaning.kind === "spoken") this.unread.add(line.id);
    return line.id;
  }

  /** What was said before is here: it was asked for, or comes with the name. */
  #onHistory(hasOlder: boolean): void {
    this.#hasOlder = hasOlder;
    const { above, behind } = this.#past.sort();
    const aboveUnread = above.length - above.findIndex(({ isFirstUnread }) => isFirstUnread);
    if (aboveUnread <= above.length) this.unread.markAt(this.transcript.first - aboveUnread);
    this.transcript.addAbove(above);
    for (const { text, meaning, atMs, isFirstUnread } of behind) {
      const id = this.#add(text, meaning, atMs);
      if (isFirstUnread) this.unread.markAt(id);
    }
    this.#seenEnd = undefined;
    this.#lines = (this.#isAsking ? showOlder : showAbove)(this.#lines, this.transcript);
    this.#isAsking = false;
  }

  #onNotice(notice: NoticeKind): void {
    if (notice === "name-not-accepted") this.#onNameRefused();
    if (notice !== "dialling") return;
    this.#link = "dialling";
    this.#returning = this.#isReconnect || this.#goesOn ? this.#before : undefined;
    this.#goesOn = false;
  }

  #onNamed(username: string): void {
    this.#proposal = undefined;
    this.#returnsAs = undefined;
    this.account.onNamed();
    this.#username = username;
    this.entry.takeIf((text) => text.trim().normalize("NFC") === username);
    this.entry.takeBack();
    const destination = this.#returning === undefined ? EVERYBODY : this.#returning.destination;
    if (destination !== EVERYBODY && destination !== SERVER) return; // The list, which comes next, tells who is there.
    this.#returning = undefined;
    this.select(EVERYBODY);
  }

  #onNameRefused(): void {
    const awaited = this.#returnsAs && { draft: this.#returnsAs, isTaken: false };
    const proposal = this.#proposal ?? awaited;
    this.#proposal = undefined;
    this.#returnsAs = undefined;
    if (!proposal) return;
    if (this.entry.text === "") this.entry.restore(proposal.draft);
    else if (!proposal.isTaken) this.entry.putAside(proposal.draft);
  }

  /** Puts what was refused before what was typed since. */
  #takeBack(): void {
    if (this.#refused.length > 0) this.entry.restore(this.#refused.join("\n"));
    this.#refused = [];
  }

  #setNames(names: readonly string[]): void {
    this.#names = names;
    if (this.#selection !== null && !names.includes(this.#selection)) this.#selection = null;
    if (this.#username !== null) this.#returnToDestination();
  }

  // Back with the same name. Whoever the draft was meant for is selected again; if they are not there, it stays with
  // Server, so that a whisper half written does not go to everybody.
  #returnToDestination(): void {
    if (this.#returning === undefined) return;
    const { destination } = this.#returning;
    this.#returning = undefined;
    if (destination !== null && this.#names.includes(destination)) this.select(destination);
    else if (this.entry.text === "") this.select(EVERYBODY);
  }
}
