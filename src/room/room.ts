// Owns who is online and what each entry of the log does. Pure: an entry in, news out. It must not know bytes, sockets,
// clocks or wording. Invariant: the same entries in the same order give the same room and the same news on every server,
// and a name is registered for exactly one session, the first whose entry asked for it.

import { EVERYBODY, nameFault, nameKey, SERVER } from "../protocol/name.ts";
import { withoutBlanks } from "../unseen.ts";
import {
  type Account,
  type Entry,
  isSessionOf,
  type Miss,
  type News,
  type Original,
  type Place,
  type Refusal,
  type SessionId,
  type User,
} from "./entry.ts";
import { Looks } from "./looks.ts";

const SERVER_KEY = nameKey(SERVER);
const RESERVED_LOOKS = new Looks([EVERYBODY, SERVER]);
/** Names that may be registered. */
export const ACCOUNTS_MAX = 50_000;

const NOTHING: readonly News[] = [];

type Proved = Pick<Extract<Entry, { kind: "join" }>, "isOwner" | "provedKey">;

/** What may be asked of the room without changing it. */
export type RoomView = Pick<Room, "users" | "userOf" | "userNamed" | "userLike" | "accountOf">;

export class Room {
  readonly #bySession = new Map<SessionId, User>();
  /** In the order of acceptance. */
  readonly #byName = new Map<string, User>();
  /** Two spellings of one name have one key. */
  readonly #byKey = new Map<string, User>();
  /** Names that are their owners', by their keys. */
  readonly #accounts: Map<string, Account>;
  readonly #accountsMax: number;
  readonly #looksOfAccounts: Looks;
  readonly #looksOfUsers = new Looks();
  /** The values of #byName, made anew when somebody joins or leaves. */
  #users: readonly User[] = [];

  /** `accounts`, and `users` in their order, are those that the log's entries so far have made. */
  constructor(accounts: readonly Account[] = [], accountsMax = ACCOUNTS_MAX, users: readonly User[] = []) {
    this.#accounts = new Map(accounts.map((account) => [nameKey(account.name), account]));
    this.#accountsMax = accountsMax;
    this.#looksOfAccounts = new Looks(accounts.map(({ name }) => name));
    for (const user of users) this.#enter(user);
    this.#users = [...this.#byName.values()];
  }

  /** Users online, in the order of acceptance. */
  get users(): readonly User[] {
    return this.#users;
  }

  /** The user that a session is, or undefined while it has no name. */
  userOf(session: SessionId): User | undefined {
    return this.#bySession.get(session);
  }

  /** The user with exactly this name. */
  userNamed(name: string): User | undefined {
    return this.#byName.get(name);
  }

  /** The user with this name, however it is spelled. */
  userLike(name: string): User | undefined {
    return this.#byName.get(name) ?? this.#byKey.get(nameKey(name));
  }

  /** The account that has this name, however it is spelled. */
  accountOf(name: string): Account | undefined {
    return this.#accounts.get(nameKey(name));
  }

  /** What an entry does at its place in the log. An entry of a session that has no name (any more) does nothing. */
  apply(entry: Entry, { sequence }: Pick<Place, "sequence">): readonly News[] {
    switch (entry.kind) {
      case "join":
        return [this.#join(entry)];
      case "announce":
        return [{ kind: "announced", text: entry.text }];
      case "kick": {
        const user = this.#byName.get(entry.name);
        return user === undefined ? NOTHING : [{ kind: "kicked", user, text: entry.text }];
      }
      case "forget": {
        const name = this.#forget(entry.name);
        return name === undefined ? NOTHING : [{ kind: "unregistered", name, user: undefined, original: undefined }];
      }
      case "taken":
        return [entry];
      case "node-down":
        return this.#users.filter(({ session }) => isSessionOf(entry.node, session)).map((user) => this.#leave(user));
      default: {
        const user = this.#bySession.get(entry.session);
        return user === undefined ? NOTHING : [this.#act(user, entry, sequence)];
      }
    }
  }

  #join({ session, name: asked, mustStandOut, original, ...proved }: Extract<Entry, { kind: "join" }>): News {
    const account = this.#provedAccount(asked, proved);
    const name = account?.name ?? asked;
    const why =
      this.#fault(session, name) ?? (account === undefined ? this.#guestFault(name, mustStandOut === true) : undefined);
    if (why !== undefined) return { kind: "refused", session, name, why, original };
    const user: User = { session, name };
    this.#enter(user);
    this.#users = [...this.#byName.values()];
    return { kind: "joined", user, original };
  }

  /** A proof may have been made where it was not known yet that the name is given back, or has another password. */
  #provedAccount(asked: string, { isOwner, provedKey }: Proved): Account | undefined {
    const account = isOwner === true ? this.accountOf(asked) : undefined;
    const isSame = provedKey === undefined || account?.credentials.storedKey === provedKey;
    return isSame ? account : undefined;
  }

  #enter(user: User): void {
    this.#bySession.set(user.session, user);
    this.#byName.set(user.name, user);
    this.#byKey.set(nameKey(user.name), user);
    this.#looksOfUsers.add(user.name);
  }

  #fault(session: SessionId, name: string): Refusal | undefined {
    if (this.#bySession.has(session)) return "already-named";
    return nameFault(name) ?? (this.#byKey.has(nameKey(name)) ? "taken" : undefined);
  }

  /** What keeps a name from those who have not proved that it is theirs. */
  #guestFault(name: string, mustStandOut: boolean): Refusal | undefined {
    if (this.accountOf(name) !== undefined) return "registered";
    const isLike = this.#looksOfAccounts.has(name);
    return isLike || (mustStandOut && this.#isLikeOthers(name)) ? "confusable" : undefined;
  }

  #isLikeOthers(name: string): boolean {
    return this.#looksOfUsers.has(name) || RESERVED_LOOKS.has(withoutBlanks(name));
  }

  #act(
    user: User,
    entry: Extract<Entry, { kind: "leave" | "register" | "unregister" | "read" | "say" | "whisper" }>,
    sequence: number,
  ): News {
    switch (entry.kind) {
      case "leave":
        return this.#leave(user, entry.unheard);
      case "unregister":
        return this.#unregister(user, entry.original);
      case "register":
        return this.#register(user, entry, sequence);
      case "read":
        return this.#read(user, entry);
      case "say":
        return { kind: "said", from: user, text: entry.text, original: entry.original, nonce: entry.nonce };
      case "whisper":
        return this.#whisper(user, entry);
    }
  }

  /** Whoever has a name while it is registered is its owner: nobody else can join under it. */
  #register(user: User, { credentials, original }: Extract<Entry, { kind: "register" }>, sequence: number): News {
    const key = nameKey(user.name);
    if (!this.#accounts.has(key) && this.#accounts.size >= this.#accountsMax) {
      return { kind: "accounts-full", user, original };
    }
    const before = this.#accounts.get(key);
    const account: Account = { since: sequence, ...before, name: user.name, credentials };
    if (before === undefined) this.#looksOfAccounts.add(user.name);
    this.#accounts.set(key, account);
    return { kind: "registered", user, account, original };
  }

  /** A mark only moves forwards. */
  #read(user: User, { mark, original }: Extract<Entry, { kind: "read" }>): News {
    const key = nameKey(user.name);
    const before = this.#accounts.get(key);
    if (before === undefined) return { kind: "not-registered", user, original };
    const account: Account = { ...before, mark: Math.max(before.mark ?? 0, mark) };
    this.#accounts.set(key, account);
    return { kind: "read", user, account, original };
  }

  /** Whoever gives a name back has it as a guest from then on. */
  #unregister(user: User, original: Original | undefined): News {
    const name = this.#forget(user.name);
    return name === undefined
      ? { kind: "not-registered", user, original }
      : { kind: "unregistered", name, user, original };
  }

  /** Gives the name as its owner spelled it; undefined when it was nobody's. */
  #forget(name: string): string | undefined {
    const account = this.accountOf(name);
    if (account === undefined) return undefined;
    this.#accounts.delete(nameKey(name));
    this.#looksOfAccounts.remove(account.name);
    return account.name;
  }

  #leave(user: User, unheard?: number): News {
    this.#bySession.delete(user.session);
    this.#byName.delete(user.name);
    this.#byKey.delete(nameKey(user.name));
    this.#looksOfUsers.remove(user.name);
    this.#users = [...this.#byName.values()];
    return unheard === undefined ? { kind: "left", user } : { kind: "left", user, unheard };
  }

  #whisper(from: User, { receiver, text, original, nonce }: Extract<Entry, { kind: "whisper" }>): News {
    const to = this.#byName.get(receiver);
    if (to !== undefined) {
      const [one, other] = [from, to].map(({ name }) => this.accountOf(name)?.since);
      const owners = one !== undefined && other !== undefined && { owners: [one, other] as const };
      return { kind: "whispered", from, to, text, original, nonce, ...owners };
    }
    return { kind: "missed", from, receiver, text, why: this.#missOf(receiver), nonce };
  }

  #missOf(receiver: string): Miss {
    const key = nameKey(receiver);
    if (receiver === "" || key === SERVER_KEY) return "nobody";
    return this.#byKey.has(key) ? "other-spelling" : "away";
  }
}
