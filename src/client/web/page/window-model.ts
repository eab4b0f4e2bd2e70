// Owns what a person sees and does at the window. It has no DOM, no socket and no clock: events come in, commands go out
// through the wire. It asks the session's own rules what a command will come to, so that the page answers at once; where
// something crossed on the wire, the session's word holds. Invariant: what was typed is sent or stands in the entry.

import { EVERYBODY, SERVER } from "../../../protocol/hcp1/index.ts";
import type { ControlCommand, ControlEvent } from "../../control.ts";
import { destinations } from "../../destinations.ts";
import { composeOutgoing } from "../../outgoing.ts";
import { parseServerAddress } from "../../server-address.ts";
import { USERNAME_ACCEPTED, USERNAME_NOT_ACCEPTED, youSay, youWhisper } from "../../texts.ts";
import { type Attempt, Attempts, isCleared } from "./attempts.ts";
import { Entry } from "./entry.ts";
import { type ExpectedLine, LineReader } from "./line-reader.ts";
import { AT_THE_END, follow, type LineWindow, lookBack, returnToEnd, showNewer, showOlder } from "./line-window.ts";
import type { ServerSettings } from "./page-settings.ts";
import { Transcript } from "./transcript.ts";
import { Unread } from "./unread.ts";

/** The page's way to its client. */
export interface Wire {
  give(command: ControlCommand): void;
  /** Opens a new session; `onWireOpen` or `onWireLost` follows. */
  open(): void;
  nowMs(): number;
}

export interface ServerEntries {
  readonly address: string;
  readonly port: string;
}

/** `lost` is about the Howdy server, `cut-off` about the client behind the page. */
export type Link = "opening" | "idle" | "dialling" | "connected" | "lost" | "cut-off";

/** Far over what a message may have; a command with so many still fits a frame, whatever they are. */
export const ENTRY_UNITS_MAX = 10_000;

/** What the person had when the connection went. */
interface Return {
  readonly name: string;
  readonly destination: string | null;
}

const NOBODY: Return = { name: "", destination: null };

export class WindowModel {
  readonly entry = new Entry();
  readonly transcript = new Transcript();
  readonly unread = new Unread();
  readonly #wire: Wire;
  readonly #allowedServers: readonly ServerSettings[];
  readonly #attempts = new Attempts();
  readonly #reader = new LineReader();
  #wireState: "opening" | "open" | "cut-off" = "opening";
  /** Connections that the session was asked for, and how many of them have ended: each one ends once. */
  #dials = 0;
  #ends = 0;
  /** The connection whose events are coming has been made. */
  #isLinked = false;
  #isLost = false;
  #names: readonly string[] = destinations([]);
  #selection: string | null = null;
  #username: string | null = null;
  #fault: string | undefined;
  #lines: LineWindow = AT_THE_END;
  /** The server that was asked for last. */
  #server: ServerEntries | undefined;
  #before: Return = NOBODY;
  #returning: Return | undefined;
  #dialOnOpen = false;

  constructor(wire: Wire, allowedServers: readonly ServerSettings[]) {
    this.#wire = wire;
    this.#allowedServers = allowedServers;
  }

  get link(): Link {
    if (this.#wireState !== "open") return this.#wireState;
    if (this.#dials > this.#ends) return this.#isLinked && this.#isCurrent() ? "connected" : "dialling";
    return this.#isLost ? "lost" : "idle";
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

  /** The name that the server has not answered yet. */
  get proposed(): string | null {
    return this.#attempts.proposed(this.#dials);
  }

  /** Why the client could not do the last thing that was asked for. */
  get fault(): string | undefined {
    return this.#fault;
  }

  get lines(): LineWindow {
    return this.#lines;
  }

  get canReconnect(): boolean {
    return this.link === "cut-off" || (this.link === "lost" && this.#server !== undefined);
  }

  onWireOpen(): void {
    this.#wireState = "open";
    // A new session knows nothing of what the page shows as picked.
    if (this.#selection !== null) this.select(this.#selection);
    if (this.#dialOnOpen && this.#server !== undefined) this.#dial(this.#server, this.#returning);
    this.#dialOnOpen = false;
  }

  onWireLost(): void {
    this.#leave();
    this.#wireState = "cut-off";
    this.#takeBack(this.#attempts.takeUpTo(Number.POSITIVE_INFINITY));
    this.#dials = 0;
    this.#ends = 0;
    this.#isLinked = false;
    this.#setNames(destinations([]), false);
  }

  take(event: ControlEvent): void {
    if ("shown" in event) this.#onShown(event.shown.text);
    else if ("users" in event) this.#setNames(event.users.names, this.#isLinked);
    else if ("connected" in event) this.#onConnected();
    else if ("disconnected" in event) this.#onDisconnected(event.disconnected.reason);
    else if ("error" in event) this.#onFault(event.error.message);
    else if ("state" in event) this.#onState(event.state.username, event.state.draft);
    // What else there is, a person does not see.
  }

  connect(server: ServerEntries): void {
    this.#fault = undefined;
    this.#server = server;
    this.#dial(server, undefined);
  }

  /** Connects to the same server again, and comes back with the same name. */
  reconnect(): void {
    if (!this.canReconnect) return;
    this.#fault = undefined;
    if (this.link === "lost" && this.#server !== undefined) {
      this.#dial(this.#server, this.#before);
      return;
    }
    this.#returning = this.#before;
    this.#wireState = "opening";
    this.#dialOnOpen = this.#server !== undefined;
    this.#wire.open();
  }

  select(name: string): void {
    if (!this.#names.includes(name)) return;
    this.#selection = name;
    if (this.#wireState === "open") this.#wire.give({ select: { name } });
  }

  /** Presses Send. */
  send(): void {
    if (this.#wireState !== "open") return;
    if (this.entry.text.length > ENTRY_UNITS_MAX) {
      this.#fault = `The entry holds over ${ENTRY_UNITS_MAX} characters; please make it shorter.`;
      return;
    }
    const attempt = this.#attempt(this.entry.text, false);
    if (attempt === undefined) return;
    this.#fault = undefined;
    this.unread.clearMark();
    this.#lines = returnToEnd(this.transcript);
    if (!isCleared(attempt)) return;
    this.entry.remember(attempt.draft);
    this.entry.clear();
  }

  lookBack(): void {
    this.#lines = lookBack(this.#lines);
  }

  showOlder(): void {
    this.#lines = showOlder(this.#lines, this.transcript);
  }

  showNewer(): void {
    this.#lines = showNewer(this.#lines);
  }

  returnToEnd(): void {
    this.#lines = returnToEnd(this.transcript);
  }

  /** Whether the events that come are those of the connection that was asked for last. */
  #isCurrent(): boolean {
    return this.#ends + 1 === this.#dials;
  }

  #dial({ address, port }: ServerEntries, returning: Return | undefined): void {
    if (this.#wireState !== "open") return;
    this.#wire.give({ connect: { address, port } });
    const server = parseServerAddress(address, port);
    const isAllowed = this.#allowedServers.some((one) => one.address === server?.address && one.port === server.port);
    if (!isAllowed) return; // The client says why, and everything stays as it is.
    this.#leave();
    this.#returning = returning;
    this.#isLost = false;
    this.#dials += 1;
  }

  /** Gives a draft to the session and notes what must come of it; undefined when nothing does. */
  #attempt(draft: string, automatic: boolean): Attempt | undefined {
    const outgoing = composeOutgoing({
      draft,
      selection: this.#selection,
      // What is sent while the server is dialled is taken when the dial came to something.
      connected: this.#dials > this.#ends,
      username: this.#username,
      proposed: this.proposed,
    });
    if (outgoing.kind === "nothing") return undefined;
    const attempt: Attempt = {
      dial: this.#dials,
      draft,
      name: this.#selection === SERVER ? draft.toWellFormed().normalize("NFC") : undefined,
      echo: expectEcho(draft.toWellFormed(), this.#selection),
      refusal: outgoing.kind === "refused" ? outgoing.text : undefined,
      automatic,
    };
    this.#attempts.add(attempt);
    this.#wire.give({ type: { text: draft } });
    this.#wire.give({ send: {} });
    return attempt;
  }

  #onConnected(): void {
    this.#isLinked = true;
    if (!this.#isCurrent()) return;
    this.#before = NOBODY;
    this.select(SERVER);
    if (this.#returning !== undefined && this.#returning.name !== "") this.#attempt(this.#returning.name, true);
  }

  #onDisconnected(reason: string): void {
    if (this.#isCurrent()) {
      this.#leave();
      this.#isLost = reason !== "ended-here";
    }
    this.#isLinked = false;
    this.#ends += 1;
    this.#takeBack(this.#attempts.takeUpTo(this.#ends));
  }

  /** Notes what Reconnect brings back. */
  #leave(): void {
    const name = this.#username ?? this.proposed ?? this.#returning?.name;
    if (name) this.#before = { name, destination: this.#returning?.destination ?? this.#selection };
    this.#username = null;
  }

  #onShown(text: string): void {
    const meaning = this.#reader.read(text, this.#attempts.echoes);
    const line = this.transcript.add(text, meaning, this.#wire.nowMs());
    this.#lines = follow(this.#lines, this.transcript);
    if (meaning.kind === "spoken") this.unread.add(line.id);
    else if (meaning.kind === "own") this.#onEcho(text);
    else if (meaning.kind === "notice") this.#onNotice(text);
  }

  #onEcho(text: string): void {
    const attempt = this.#attempts.takeEcho(text);
    if (attempt !== undefined && !isCleared(attempt)) this.#clearIfStill(attempt.draft);
  }

  #onNotice(text: string): void {
    if (text === USERNAME_ACCEPTED) this.#onAccepted();
    else if (text === USERNAME_NOT_ACCEPTED) this.#onRefused();
    else if (this.#attempts.takeRefusal(text) === undefined && this.#attempts.hasCleared) this.#askState();
  }

  /** Something crossed on the wire: the session knows better. */
  #askState(): void {
    if (this.#wireState === "open") this.#wire.give({ state: {} });
  }

  #onState(username: string | null, draft: string): void {
    const refused = draft === "" ? undefined : this.#attempts.takeRefused(draft);
    if (refused !== undefined) this.#takeBack([refused]);
    if (!this.#isCurrent()) return;
    this.#username = username;
    if (username !== null) this.#clearIfStill(username);
  }

  #onAccepted(): void {
    const attempt = this.#attempts.takeProposal(this.#ends + 1);
    if (attempt === undefined) this.#askState();
    else this.#clearIfStill(attempt.draft);
    if (!this.#isCurrent()) return;
    this.#username = attempt?.name ?? null;
    this.entry.takeBack();
    const destination = this.#returning === undefined ? EVERYBODY : this.#returning.destination;
    if (destination !== EVERYBODY && destination !== SERVER) return; // The list, which comes next, tells who is there.
    this.#returning = undefined;
    this.select(EVERYBODY);
  }

  #onRefused(): void {
    const attempt = this.#attempts.takeProposal(this.#ends + 1);
    if (attempt === undefined) return;
    if (this.entry.text === "") this.entry.restore(attempt.draft);
    else if (attempt.automatic) this.entry.putAside(attempt.draft);
  }

  // What a fault is about cannot be told for certain: better twice in the entry than lost.
  #onFault(message: string): void {
    this.#fault = message;
    this.#takeBack(this.#attempts.doubtMessages());
  }

  #takeBack(attempts: readonly Attempt[]): void {
    for (const attempt of attempts.toReversed()) if (isCleared(attempt)) this.entry.restore(attempt.draft);
  }

  #clearIfStill(draft: string): void {
    if (this.entry.text === draft) this.entry.clear();
  }

  #setNames(names: readonly string[], announced: boolean): void {
    this.#names = names;
    this.#reader.setUsers(names.slice(destinations([]).length), announced);
    if (this.#selection !== null && !names.includes(this.#selection)) this.#selection = null;
    if (announced && this.#username !== null) this.#returnToDestination();
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

function expectEcho(text: string, selection: string | null): ExpectedLine | undefined {
  if (selection === null || selection === SERVER) return undefined;
  if (selection === EVERYBODY) return { shown: youSay(text), receiver: undefined, text };
  return { shown: youWhisper(selection, text), receiver: selection, text };
}
