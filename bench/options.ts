// Owns the options of `npm run bench -- server`. Invariant: what it returns can be carried out.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export const CLIENTS = [10, 60, 1000] as const;
const CLIENTS_MAX = 1500;
const ROUNDS = 5;
const ROUNDS_MAX = 100;

/** How the senders send: one message under way, bursts of 16, a burst as one write, or 16 under way all the time. */
export const LOADS = {
  one: { underWay: 1, together: 1, isMerged: false },
  burst: { underWay: 16, together: 16, isMerged: false },
  merged: { underWay: 16, together: 16, isMerged: true },
  stream: { underWay: 16, together: 1, isMerged: false },
} as const;
export type LoadName = keyof typeof LOADS;
const LOAD_NAMES: readonly LoadName[] = ["one", "burst", "merged", "stream"];

/** An option is not as it must be: one line for the user, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Options {
  readonly clients: readonly number[];
  readonly loads: readonly LoadName[];
  readonly rounds: number;
  /** Another checkout, whose server is measured as well. */
  readonly against: string | undefined;
  readonly help: boolean;
}

export const HELP = `Usage: npm run bench -- server|hcp2 [options]

Compares the server with a bare one that writes once a connection and turn of the event loop, in turn, round by round.

  --clients N,...   how many clients, 2 to ${CLIENTS_MAX} (default ${CLIENTS.join(",")})
  --loads NAME,...  ${LOAD_NAMES.join(", ")} (default all)
                    one: each of 8 senders has a message under way; stream: 16, each followed by one more as soon as it
                    has reached everybody. Without a target: burst: 16, and the next 16 when all have reached everybody;
                    merged: the same, the 16 in one write
  --rounds N        rounds, 1 to ${ROUNDS_MAX} (default ${ROUNDS})
  --against FOLDER  measures the server of another checkout as well, in the same rounds
  --help
`;

/**
 * The options in a command line.
 * @throws UsageError when one of them is not as it must be.
 */
export function readOptions(args: readonly string[]): Options {
  const { clients, loads, rounds, against, help } = parse(args);
  return {
    clients: clients?.split(",").map((text) => wholeNumber("--clients", text, 2, CLIENTS_MAX)) ?? CLIENTS,
    loads: loads?.split(",").map(loadName) ?? LOAD_NAMES,
    rounds: rounds === undefined ? ROUNDS : wholeNumber("--rounds", rounds, 1, ROUNDS_MAX),
    against: against === undefined ? undefined : checkout(against),
    help: help ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { clients: text, loads: text, rounds: text, against: text, help: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replaceAll("\n", " "), { cause: error });
  }
}

/** @throws UsageError when the text is no whole number in the range. */
export function wholeNumber(source: string, text: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${source}: expected a whole number from ${min} to ${max}; got ${JSON.stringify(text)}`);
}

function loadName(text: string): LoadName {
  const known = LOAD_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UsageError(`--loads: expected one of ${LOAD_NAMES.join(", ")}; got ${JSON.stringify(text)}`);
}

function checkout(folder: string): string {
  if (existsSync(join(folder, "src/server/main.ts"))) return resolve(folder);
  throw new UsageError(`--against: expected a checkout of this project; got ${JSON.stringify(folder)}`);
}
