// Owns the list `Send To`: Server, All, then who is online; and who is selected in it. It must not know the network nor the text
// box. Invariant: no name is in the list twice, whatever a server says, and nobody is selected who is not in it.

import { EVERYBODY, SERVER } from "../protocol/hcp1/index.ts";

const FIXED: readonly string[] = [SERVER, EVERYBODY];

/** What one type 4 changed. Names are in the order of the list that they are in. */
export interface ListChange {
  readonly users: readonly string[];
  readonly left: readonly string[];
  readonly joined: readonly string[];
  /** False when the new list is the old one, in the same order. */
  readonly changed: boolean;
}

/** The list, top to bottom. */
export function destinations(users: readonly string[]): readonly string[] {
  return [...FIXED, ...users];
}

/** The entry of the list that a person means: the name as it is, else its composed spelling (NFC), else undefined. */
export function findDestination(users: readonly string[], name: string): string | undefined {
  const list = destinations(users);
  return list.find((entry) => entry === name) ?? list.find((entry) => entry === name.normalize("NFC"));
}

/** Compares the users so far with the names of a type 4. Doubled, empty and reserved names in it count for nothing. */
export function compareLists(users: readonly string[], names: readonly string[]): ListChange {
  const after = new Set(names);
  for (const name of ["", ...FIXED]) after.delete(name);
  const before = new Set(users);
  const next = [...after];
  return {
    users: next,
    left: users.filter((name) => !after.has(name)),
    joined: next.filter((name) => !before.has(name)),
    changed: next.length !== users.length || next.some((name, index) => name !== users[index]),
  };
}

/** The list, and who is selected. */
export class SendTo {
  #users: readonly string[] = [];
  #selection: string | null = null;
  /** Who was selected when the connection went, and is to be again. */
  #before: string | null = null;

  get users(): readonly string[] {
    return this.#users;
  }

  get names(): readonly string[] {
    return destinations(this.#users);
  }

  get selection(): string | null {
    return this.#selection;
  }

  /**
   * False where the name is not in the list: nobody is selected then. Otherwise a whisper to somebody who has just left would
   * go to whoever was selected before.
   */
  select(name: string): boolean {
    this.#selection = findDestination(this.#users, name) ?? null;
    this.#before = null;
    return this.#selection !== null;
  }

  /** Whoever is selected is to be selected again, once they are in a list again. */
  keepSelected(): void {
    this.#before = this.#selection ?? this.#before;
  }

  forgetSelected(): void {
    this.#before = null;
  }

  /** What a server told: who is there. */
  take(names: readonly string[]): ListChange {
    const change = compareLists(this.#users, names);
    this.#set(change.users);
    return change;
  }

  /** Nobody is there. True when somebody was. */
  clear(): boolean {
    const wasSomebody = this.#users.length > 0;
    this.#set([]);
    return wasSomebody;
  }

  #set(users: readonly string[]): void {
    this.#users = users;
    const { names } = this;
    if (this.#selection !== null && !names.includes(this.#selection)) this.#selection = null;
    if (this.#before === null || !names.includes(this.#before)) return;
    this.#selection = this.#before;
    this.#before = null;
  }
}
