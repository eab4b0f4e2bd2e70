// Owns the terminal client as the control protocol has it (docs/control.md): commands become what a person types, events
// what the screen says. It must not know streams or signals. Invariant: what it tells stood on the screen, but for one
// line: the client's refusal of an address or a port on its command line is told in the report's words.

import type { ClientState, ControlCommand, ControlEvent } from "../../src/client/control.ts";
import { ACCEPTED, DEFAULT_PORT, SERVER } from "../hcp/texts.ts";
import { type PrintedLine, readPrinted } from "./printed.ts";
import { Pty } from "./pty.ts";
import { Roster } from "./roster.ts";
import type { ScreenText } from "./screen-text.ts";
import { readText, readTypedLine, type TypedLine, writeAddressed, writeText } from "./typed-line.ts";

const DEFAULT_ADDRESS = "127.0.0.1";
const NOT_VALID = "The IP address or port number is not valid, please try again.";
/** Wrong usage: HOST or PORT is not what it must be. */
const USAGE_STATUS = 2;
const LINES_MAX = 1000;
/** How long the client may take to draw its prompt. */
const START_MS_MAX = 15_000;
/** How long a dial may take before commands go on. */
const DIAL_MS_MAX = 10_000;

/** The words in which the client tells why a connection ended. */
const LOSSES = [
  [/: it closed the connection\.$/, "peer-ended"],
  [/: it reset the connection\.$/, "peer-reset"],
] as const;

export interface TerminalListener {
  onEvent(event: ControlEvent): void;
  /** What is no event, for whoever reads the log. */
  onLog(line: string): void;
  /** The terminal client has ended by itself. */
  onGone(): void;
}

interface Address {
  readonly address: string;
  readonly port: number;
}

export class TerminalClient {
  readonly #listener: TerminalListener;
  readonly #roster = new Roster();
  #pty: Pty | undefined;
  #typed: TypedLine | undefined;
  #server: Address = { address: DEFAULT_ADDRESS, port: DEFAULT_PORT };
  #isConnected = false;
  #hasDialFailed = false;
  #lost = "";
  #lines: string[] = [];
  #proposed: string | undefined;
  #username: string | null = null;
  /** Whom a person means whom the prompt cannot show: anybody before there is a name, Server after. */
  #meant: string | null = null;
  /** What is to be typed once there is a terminal. */
  #draft = "";
  #isEnding = false;
  #gaveUp = Promise.withResolvers<void>();

  constructor(listener: TerminalListener) {
    this.#listener = listener;
  }

  /** A dial that is under way is not waited for any more. */
  giveUp(): void {
    this.#gaveUp.resolve();
  }

  /** Does what a command says; settles when all that it brought at once has been told. */
  async take(command: ControlCommand): Promise<void> {
    if ("connect" in command) await this.#connect(command.connect);
    else if ("select" in command)
      await this.#select(typeof command.select === "string" ? command.select : command.select.name);
    else if ("type" in command) await this.#type(typeof command.type === "string" ? command.type : command.type.text);
    else if ("send" in command) await this.#send();
    else if ("state" in command) this.#listener.onEvent({ state: await this.#state() });
    else await this.close();
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    await this.#pty?.end();
  }

  async #connect({
    address = "",
    port = "",
  }: {
    address?: string | undefined;
    port?: string | number | undefined;
  }): Promise<void> {
    if (this.#pty !== undefined) {
      this.#draft = await this.#readDraft();
      this.#isEnding = true;
      await this.#pty.end();
    }
    this.#isEnding = false;
    this.#hasDialFailed = false;
    this.#gaveUp = Promise.withResolvers();
    this.#server = { address: address || DEFAULT_ADDRESS, port: port === "" ? DEFAULT_PORT : Number(port) };
    const words = [address, ...(port === "" ? [] : [String(port)])];
    const args = words.join("") === "" ? [] : [address || DEFAULT_ADDRESS, ...words.slice(1)];
    const pty = new Pty(args, {
      onScreen: (screen) => this.#look(screen),
      onEnd: (status) => this.#onEnd(status),
      onFault: (why) => this.#listener.onLog(why),
    });
    this.#pty = pty;
    // It has taken its arguments once it draws its prompt; before that nobody gives it up.
    await pty.until(() => this.#typed !== undefined, START_MS_MAX);
    const isSettled = pty.until(() => this.#isConnected || this.#hasDialFailed, DIAL_MS_MAX + 1000);
    await Promise.race([isSettled, this.#gaveUp.promise]);
    isSettled.catch(() => undefined);
    if (this.#draft !== "" && this.#typed !== undefined) await pty.type(writeText(this.#draft));
  }

  async #select(name: string): Promise<void> {
    if (!this.#roster.names.includes(name)) {
      this.#meant = null;
      this.#listener.onEvent({
        error: { message: `select: expected a name in the list; got ${JSON.stringify(name)}` },
      });
      return;
    }
    this.#meant = name;
    if (name !== SERVER && !this.#shows(name)) await this.#command(`/to ${name}`);
    if (this.#shows(name)) this.#meant = null;
  }

  /** Whether what is typed now goes there without further ado. */
  #shows(name: string): boolean {
    if (this.#typed?.kind === "talk") return this.#typed.receiver === name;
    return this.#typed?.kind === "name" && name === SERVER;
  }

  /** Enters a command of the client's own; what was being typed is typed again. */
  async #command(line: string): Promise<void> {
    if (this.#pty === undefined) return;
    const draft = await this.#readDraft();
    await this.#pty.type(line);
    await this.#pty.enter();
    if (draft !== "") await this.#pty.type(writeText(draft));
  }

  async #type(text: string): Promise<void> {
    this.#draft = text;
    await this.#pty?.type(writeText(text));
  }

  async #send(): Promise<void> {
    const text = await this.#readDraft();
    if (text === "" || this.#pty === undefined) return;
    if (this.#meant === SERVER) {
      const message = "send: under a name the terminal says nothing to Server";
      if (this.#typed?.kind === "talk") return void this.#listener.onEvent({ error: { message } });
    } else if (this.#meant !== null) await this.#pty.type(writeAddressed(this.#meant, text));
    if (this.#typed?.kind === "name" && (this.#meant ?? SERVER) === SERVER) this.#proposed = text.trim().normalize();
    await this.#pty.enter();
  }

  async #readDraft(): Promise<string> {
    if (this.#pty === undefined || this.#typed === undefined) return this.#draft;
    await this.#pty.settle();
    return readText(this.#typed.line);
  }

  async #state(): Promise<ClientState> {
    const draft = await this.#readDraft();
    this.#show(this.#roster.tellEarly());
    return {
      draft,
      selection: this.#meant ?? this.#destination(),
      names: [...this.#roster.names],
      lines: [...this.#lines],
      connection: this.#isConnected ? { ...this.#server } : null,
      username: this.#username,
    };
  }

  #destination(): string | null {
    if (this.#typed?.kind === "talk") return this.#typed.receiver;
    return this.#typed?.kind === "name" ? SERVER : null;
  }

  #look(screen: ScreenText): void {
    const { lines, strays, rows } = readPrinted(screen.rows);
    screen.forget(rows);
    for (const stray of strays) this.#listener.onLog(stray);
    for (const line of lines) this.#takeLine(line);
    if (!screen.isDrawn) return;
    const [row = ""] = screen.rows;
    const proposed = this.#proposed === undefined ? [] : [this.#proposed];
    const typed = readTypedLine(row, [...this.#roster.names, ...proposed]);
    if (typed !== undefined) this.#takeTyped(typed);
  }

  #takeLine({ mark, text }: PrintedLine): void {
    if (mark === "#") {
      // The client's own words, not the session's: they are for a person at a terminal only.
      this.#listener.onLog(`# ${text}`);
      if (text.startsWith("Trying again in ")) this.#onDialFailed();
      return;
    }
    if (mark !== "-") {
      this.#show([...this.#roster.release(), text]);
      return;
    }
    const { names, lines } = this.#roster.take(text);
    if (names !== undefined) this.#tellUsers();
    this.#show(lines);
    if (text === ACCEPTED) this.#onNamed();
    if (LOSSES.some(([pattern]) => pattern.test(text))) this.#lost = text;
  }

  #onNamed(): void {
    this.#username = this.#proposed ?? null;
    this.#meant = null;
  }

  #onDialFailed(): void {
    if (this.#isConnected || this.#hasDialFailed) return;
    this.#hasDialFailed = true;
    this.#listener.onEvent({ disconnected: { reason: "dial-failed" } });
  }

  #takeTyped(typed: TypedLine): void {
    this.#typed = typed;
    const isConnected = typed.kind !== "offline";
    if (isConnected && !this.#isConnected) this.#listener.onEvent({ connected: { ...this.#server } });
    if (!isConnected && this.#isConnected) this.#onLost();
    this.#isConnected = isConnected;
  }

  #onLost(): void {
    this.#isConnected = false;
    this.#hasDialFailed = true;
    this.#username = null;
    const found = LOSSES.find(([pattern]) => pattern.test(this.#lost))?.[1] ?? "network-error";
    this.#show(this.#roster.release());
    this.#listener.onEvent({ disconnected: { reason: this.#isEnding ? "ended-here" : found } });
    if (this.#roster.clear()) this.#tellUsers();
  }

  #onEnd(status: number | null): void {
    const hasBegun = this.#typed !== undefined;
    this.#pty = undefined;
    this.#typed = undefined;
    if (this.#isConnected) this.#onLost();
    if (this.#isEnding) return;
    if (status === USAGE_STATUS && !hasBegun) {
      this.#show([NOT_VALID]);
      return;
    }
    this.#listener.onLog(`the terminal client ended by itself, exit status ${status}`);
    this.#listener.onGone();
  }

  #tellUsers(): void {
    this.#listener.onEvent({ users: { names: [...this.#roster.names] } });
  }

  #show(lines: readonly string[]): void {
    for (const text of lines) {
      this.#lines.push(text);
      this.#listener.onEvent({ shown: { text } });
    }
    this.#lines = this.#lines.slice(-LINES_MAX);
  }
}
