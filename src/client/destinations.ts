// Owns the list `Send To`: Server, All, then who is online. It must not know the network nor the text box.
// Invariant: no name is in the list twice, whatever a server says.

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
