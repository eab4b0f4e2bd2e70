// Owns one window's session: commands come from its WebSocket, events go to it, a JSON object a frame. It must not know
// HTTP. The client's own page also gets what page/window-event.ts adds. Invariant: only allowed servers are dialled, and
// once the socket is closed the session's connection is closed, too.

import type { RawData, WebSocket } from "ws";
import { writePlace } from "../../options/index.ts";
import type { AccountWish } from "../accounts.ts";
import type { CallerOptions } from "../caller.ts";
import { Client } from "../client.ts";
import { asVersion1, type ControlCommand2, type ControlEvent, type ControlEvent2 } from "../control.ts";
import { describeFault } from "../fault.ts";
import type { LineMeaning } from "../line-meaning.ts";
import { givesUpDial, type ParsedCommand, parseCommand } from "../parse-command.ts";
import { parseServers, type ServerAddress } from "../server-address.ts";
import { COMMANDS_WAITING_MAX, EVENTS_WAITING_BYTES_MAX } from "./limits.ts";
import { BEAT_FRAME, PAGE_PROTOCOL, type WindowEvent } from "./page/window-event.ts";
import { readPageWish } from "./page-wish.ts";

/** Close codes of RFC 6455, 7.4.1, and of IANA's registry. */
const CLOSE_NORMAL = 1000;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNSUPPORTED_DATA = 1003;
const CLOSE_TRY_AGAIN_LATER = 1013;

/** Older lines that a window has when a name is had: some screens of them. */
const LINES_ON_JOIN = 50;

export interface WindowSessionOptions extends CallerOptions {
  readonly allowedServers: readonly ServerAddress[];
  /** Those of one room: a page that is at one of them goes on to the next. */
  readonly servers: readonly ServerAddress[];
}

/** A person's client behind a page. */
export class WindowSession {
  readonly #socket: WebSocket;
  readonly #options: WindowSessionOptions;
  readonly #client: Client;
  readonly #isPage: boolean;
  readonly #waiting: (ParsedCommand | { readonly wish: AccountWish })[] = [];
  readonly #over = Promise.withResolvers<void>();
  #taking = false;
  #closed = false;

  constructor(socket: WebSocket, options: WindowSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#isPage = socket.protocol === PAGE_PROTOCOL;
    this.#client = new Client(
      { ...options, linesOnJoin: this.#isPage ? LINES_ON_JOIN : 0 },
      {
        onEvent: (event, meaning) => this.#tell(event, meaning),
        onOutcome: (outcome) => this.#isPage && this.#write({ outcome }),
        onEnded: () => this.#onEnded(),
      },
    );
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("close", () => this.#close());
    // An error ends the socket: `close` follows.
    socket.on("error", (error) => options.log.info("a window's socket failed", { why: error.message }));
  }

  /** Hangs up and closes the window's socket; settles when the connection to the server is closed. */
  async end(): Promise<void> {
    this.#close();
    this.#socket.close(CLOSE_GOING_AWAY, "the client ends");
    await this.over();
  }

  /** Settles when the session has ended and its connection is closed. */
  async over(): Promise<void> {
    await this.#over.promise;
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (isBinary) {
      this.#socket.close(CLOSE_UNSUPPORTED_DATA, "expected text frames");
      return;
    }
    const text = String(data);
    if (this.#isPage && text === BEAT_FRAME) {
      this.#send(BEAT_FRAME);
      return;
    }
    const wish = this.#isPage ? readPageWish(text) : undefined;
    this.#waiting.push(wish === undefined ? parseCommand(text, this.#isPage ? 2 : 1) : { wish });
    if (this.#waiting.length >= COMMANDS_WAITING_MAX) this.#socket.pause();
    if (!this.#taking) void this.#takeWaiting();
  }

  /** Takes commands in their order; what follows a `connect` waits until its dial came to something. */
  async #takeWaiting(): Promise<void> {
    this.#taking = true;
    for (let parsed = this.#waiting[0]; parsed !== undefined && !this.#closed; parsed = this.#waiting[0]) {
      if ("wish" in parsed || !givesUpDial(parsed)) await this.#client.settled();
      this.#waiting.shift();
      this.#socket.resume();
      if ("wish" in parsed) this.#wish(parsed.wish);
      else if ("fault" in parsed) this.#fault(parsed.fault);
      else this.#take(parsed.command);
    }
    this.#taking = false;
  }

  #take(command: ControlCommand2): void {
    if (this.#closed) return;
    if ("connect" in command) this.#connect(command);
    else if ("signIn" in command || "register" in command) this.#fault("expected a password from the page, not a file");
    else this.#client.take(command);
  }

  #wish(wish: AccountWish): void {
    if (this.#closed) return;
    if (wish.kind === "sign-in") this.#client.signIn(wish.name, wish.password);
    else this.#client.register(wish.password);
  }

  // The session says whether an address is valid, in the report's words. The allow list is about valid ones only.
  #connect(command: Extract<ControlCommand2, { connect: unknown }>): void {
    const servers = parseServers(command.connect);
    const server = servers?.find((one) => !this.#isAllowed(one));
    if (server === undefined) {
      this.#client.take(servers?.length === 1 ? { connect: { servers: this.#allOf(servers[0]) } } : command);
      return;
    }
    const allowed = this.#options.allowedServers.map(writePlace).join(", ");
    this.#options.log.info("refused to dial", { server: writePlace(server) });
    this.#fault(describeFault(`connect: expected a server on the allow list (${allowed})`, writePlace(server)));
  }

  #isAllowed(server: ServerAddress): boolean {
    return this.#options.allowedServers.some((one) => isSame(one, server));
  }

  /** A server and, for the client's own page, those that one may go on to. */
  #allOf(server: ServerAddress): ServerAddress[] {
    const { servers } = this.#options;
    const at = this.#isPage ? servers.findIndex((one) => isSame(one, server)) : -1;
    return at === -1 ? [server] : [...servers.slice(at), ...servers.slice(0, at)];
  }

  #fault(message: string): void {
    this.#write({ error: { message } });
  }

  /** The client's own page gets all there is; whoever else opens a session, the control protocol's version 1. */
  #tell(event: ControlEvent2, meaning: LineMeaning | undefined): void {
    const told = this.#isPage ? { ...event, ...(meaning && { meaning }) } : asVersion1(event);
    if (told !== undefined) this.#write(told);
  }

  #write(event: WindowEvent | ControlEvent): void {
    this.#send(JSON.stringify(event));
  }

  #send(frame: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(frame);
    if (this.#socket.bufferedAmount <= EVENTS_WAITING_BYTES_MAX) return;
    this.#options.log.info("a window does not read its events", { waitingBytes: this.#socket.bufferedAmount });
    // The close frame stands behind what is not read; ws gives it half a minute to be taken.
    this.#socket.close(CLOSE_TRY_AGAIN_LATER, "the window does not read");
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.take({ close: {} });
  }

  #onEnded(): void {
    this.#closed = true;
    this.#over.resolve();
    this.#socket.close(CLOSE_NORMAL, "closed");
  }
}

function isSame(one: ServerAddress, other: ServerAddress): boolean {
  return one.address === other.address && one.port === other.port;
}
