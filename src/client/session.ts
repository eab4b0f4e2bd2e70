// Owns one client: what stands in its entry, what it shows, what it sends. It has no clock and no I/O: inputs are a
// person's commands and what happens on the network, outputs are what a person sees and what the network is to do.
// Invariant: nothing is sent but between `dialled` and the next `hang-up` or `closed`. Texts and names from the network
// stay as they are, control characters too: whoever draws them makes them harmless.

import { EVERYBODY, type Malformed, type Message, SERVER } from "../protocol/hcp1/index.ts";
import type { ClientState, ControlCommand, ControlEvent } from "./control.ts";
import { compareLists, destinations, findDestination } from "./destinations.ts";
import { describeFault } from "./fault.ts";
import type { LineMeaning, NoticeKind } from "./line-meaning.ts";
import { composeOutgoing, type SendOutcome } from "./outgoing.ts";
import { parseServerAddress, type ServerAddress } from "./server-address.ts";
import * as texts from "./texts.ts";

/** Lines of the text box that are kept; older ones are forgotten. */
export const LINES_MAX = 1000;

/** `code` is for programs, docs/control.md lists them; `why` is a clause for a person. */
export type SessionInput =
  | { readonly kind: "command"; readonly command: ControlCommand }
  /**
   * Says something to a receiver by name, without the list: a name to `Server`, a message to `All` or to a user. The
   * user need not be in the list. Entry and selection stay as they are.
   */
  | { readonly kind: "say"; readonly receiver: string; readonly text: string }
  | { readonly kind: "dialled" }
  | { readonly kind: "dial-failed"; readonly why: string }
  | { readonly kind: "received"; readonly message: Message | Malformed }
  | { readonly kind: "closed"; readonly code: string; readonly why: string };

export type SessionOutput =
  /** `meaning` stands beside `shown`, and nowhere else. */
  | { readonly kind: "event"; readonly event: ControlEvent; readonly meaning?: LineMeaning }
  | { readonly kind: "dial"; readonly server: ServerAddress }
  | { readonly kind: "send"; readonly message: Message }
  /** What a press on Send came to: one for each press, before the line about it. */
  | { readonly kind: "outcome"; readonly outcome: SendOutcome }
  /** Give up the connection or the dial; no later input may come from it. */
  | { readonly kind: "hang-up" }
  /** Nothing comes after it. */
  | { readonly kind: "end" };

/** What ends with a connection. */
interface ServerLink {
  readonly server: ServerAddress;
  connected: boolean;
  username: string | null;
  proposed: string | null;
}

/** One client's session. */
export class Session {
  #draft = "";
  #selection: string | null = null;
  #users: readonly string[] = [];
  #lines: string[] = [];
  #link: ServerLink | undefined;
  #ended = false;
  #outputs: SessionOutput[] = [];

  /** Takes what happened and gives what is to be done, in order. An input that comes too late does nothing. */
  take(input: SessionInput): readonly SessionOutput[] {
    if (!this.#ended) this.#handle(input);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** A copy of everything a person can see. */
  get state(): ClientState {
    const link = this.#link;
    return {
      draft: this.#draft,
      selection: this.#selection,
      names: [...destinations(this.#users)],
      lines: [...this.#lines],
      connection: link?.connected ? { ...link.server } : null,
      username: link?.username ?? null,
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
      case "dialled":
        this.#onDialled();
        break;
      case "dial-failed":
        this.#onDialFailed(input.why);
        break;
      case "received":
        if (this.#link?.connected) this.#read(this.#link, input.message);
        break;
      case "closed":
        this.#onClosed(input.code, input.why);
        break;
    }
  }

  #obey(command: ControlCommand): void {
    if ("connect" in command) this.#connect(command.connect.address ?? "", command.connect.port ?? "");
    else if ("select" in command) this.#select(textOf(command.select, "name"));
    else if ("type" in command) this.#draft = textOf(command.type, "text");
    else if ("send" in command) this.#send();
    else if ("state" in command) this.#emit({ state: this.state });
    else this.#close();
  }

  #connect(address: string, port: string | number): void {
    const server = parseServerAddress(address, port);
    if (server === undefined) {
      this.#note(texts.ADDRESS_NOT_VALID, "refused");
      return;
    }
    this.#hangUp();
    this.#note(texts.connecting(server), "dialling");
    this.#link = { server, connected: false, username: null, proposed: null };
    this.#outputs.push({ kind: "dial", server });
  }

  #select(name: string): void {
    // A name that is not in the list leaves nobody selected. Otherwise a whisper to somebody who has just left would go
    // to whoever was selected before.
    this.#selection = findDestination(this.#users, name) ?? null;
    if (this.#selection !== null) return;
    const expected = `select: expected one of the ${destinations(this.#users).length} names in the list`;
    this.#emit({ error: { message: describeFault(expected, JSON.stringify(name)) } });
  }

  #send(): void {
    if (this.#say(this.#selection, this.#draft)) this.#draft = "";
  }

  /** True when something was sent. */
  #say(receiver: string | null, text: string): boolean {
    const link = this.#link;
    const outgoing = composeOutgoing({
      draft: text,
      selection: receiver,
      connected: link?.connected ?? false,
      username: link?.username ?? null,
      proposed: link?.proposed ?? null,
    });
    this.#outputs.push({ kind: "outcome", outcome: outgoing.kind });
    switch (outgoing.kind) {
      case "nothing":
        return false;
      case "refused":
        this.#note(outgoing.text, "refused");
        return false;
      case "message":
        this.#show(outgoing.shown, { kind: "own", receiver: outgoing.message.receiver });
        break;
      case "proposal":
        if (link !== undefined) link.proposed = outgoing.message.name;
        break;
    }
    this.#outputs.push({ kind: "send", message: outgoing.message });
    return true;
  }

  #close(): void {
    this.#hangUp();
    this.#ended = true;
    this.#outputs.push({ kind: "end" });
  }

  #hangUp(): void {
    if (this.#link === undefined) return;
    this.#outputs.push({ kind: "hang-up" });
    this.#unlink("ended-here");
  }

  #onDialled(): void {
    if (this.#link === undefined || this.#link.connected) return;
    this.#link.connected = true;
    this.#emit({ connected: { ...this.#link.server } });
  }

  #onDialFailed(why: string): void {
    if (this.#link === undefined || this.#link.connected) return;
    this.#note(texts.dialFailed(this.#link.server, why), "unreachable");
    this.#unlink("dial-failed");
  }

  #onClosed(code: string, why: string): void {
    if (!this.#link?.connected) return;
    this.#note(texts.connectionLost(this.#link.server, why), "lost");
    this.#unlink(code);
  }

  #unlink(reason: string): void {
    this.#link = undefined;
    this.#emit({ disconnected: { reason } });
    this.#setUsers([], this.#users.length > 0);
  }

  #read(link: ServerLink, message: Message | Malformed): void {
    switch (message.kind) {
      case "ack":
        if (message.name === "") break;
        link.username = message.name;
        link.proposed = null;
        this.#show(texts.USERNAME_ACCEPTED, { kind: "named", username: message.name });
        break;
      case "nak":
        link.proposed = null;
        this.#note(texts.USERNAME_NOT_ACCEPTED, "name-not-accepted");
        break;
      case "update":
        this.#readUpdate(message.names);
        break;
      // The sender need not be in the list: a list is cut at 63 names, and may be on its way.
      case "message":
        this.#readMessage(link, message);
        break;
      // Not for a client, or not a message at all: ignored in silence.
      case "proposal":
      case "malformed":
        break;
    }
  }

  // A good server sends nothing that is for somebody else. If one does, a person sees nothing of it; a program that
  // drives this client is told.
  #readMessage(link: ServerLink, { sender, receiver, text }: Extract<Message, { readonly kind: "message" }>): void {
    const isListed = sender === SERVER || this.#users.includes(sender);
    const meaning = (whispered: boolean) => ({ kind: "spoken", sender, whispered, isListed }) as const;
    if (receiver === EVERYBODY) this.#show(texts.somebodySays(sender, text), meaning(false));
    else if (receiver === link.username) this.#show(texts.somebodyWhispers(sender, text), meaning(true));
    else this.#emit({ ignored: { sender, receiver, text } });
  }

  #readUpdate(names: readonly string[]): void {
    const change = compareLists(this.#users, names);
    this.#setUsers(change.users, change.changed);
    this.#showAll(change.left, texts.LEFT);
    this.#showAll(change.joined, texts.JOINED);
  }

  #setUsers(users: readonly string[], changed: boolean): void {
    this.#users = users;
    const list = destinations(users);
    if (this.#selection !== null && !list.includes(this.#selection)) this.#selection = null;
    if (changed) this.#emit({ users: { names: [...list] } });
  }

  #showAll(names: readonly string[], what: string): void {
    if (names.length === 0) return;
    for (const name of names) this.#show(name, { kind: "name", name });
    this.#show(what, { kind: "presence" });
  }

  #note(text: string, notice: NoticeKind): void {
    this.#show(text, { kind: "notice", notice });
  }

  #show(text: string, meaning: LineMeaning): void {
    this.#lines.push(text);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
    this.#outputs.push({ kind: "event", event: { shown: { text } }, meaning });
  }

  #emit(event: ControlEvent): void {
    this.#outputs.push({ kind: "event", event });
  }
}

function textOf<Key extends string>(argument: string | Readonly<Record<Key, string>>, key: Key): string {
  return typeof argument === "string" ? argument : argument[key];
}
