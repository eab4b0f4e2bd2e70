// Owns the two questions that the server asks on its console when nobody told it its address and port. Wording and
// re-asking are the report's ("Server Configuration"). It must not know where lines come from.

import { parseIpAddress, UsageError, wholeNumber } from "../../options/index.ts";
import { DEFAULT_PORT, PORT_MAX, PORT_MIN } from "../doors/hcp1/defaults.ts";

const DEFAULT_HOST = "127.0.0.1";
const ASK_HOST = `Please input a valid IP address of this Howdy Server, press Enter to use ${DEFAULT_HOST}.`;
const ASK_PORT = `Please input a valid TCP port number for Howdy Server, press Enter to use ${DEFAULT_PORT}.`;

const PORT = wholeNumber(PORT_MIN, PORT_MAX);

/** Invalid answers to one question. Then the server ends, so that a pipe of rubbish is not read for ever. */
export const ANSWERS_MAX = 100;

export interface Console {
  /** Shows a line. */
  show(text: string): void;
  /** The next line typed, or undefined at the end of input. */
  nextLine(): Promise<string | undefined>;
}

/** @throws UsageError at the end of input, or after ANSWERS_MAX answers. */
export function askHost(console: Console): Promise<string> {
  return ask(console, ASK_HOST, "--host or HOWDY_HOST", (line) => {
    if (line === "") return DEFAULT_HOST;
    return parseIpAddress(line);
  });
}

/** @throws UsageError at the end of input, or after ANSWERS_MAX answers. */
export function askPort(console: Console): Promise<number> {
  return ask(console, ASK_PORT, "--port or HOWDY_PORT", readPort);
}

/** The port in a line that was typed, or undefined when it is none. */
export function readPort(line: string): number | undefined {
  return line === "" ? DEFAULT_PORT : PORT.parse(line);
}

async function ask<T>(
  console: Console,
  question: string,
  otherwise: string,
  parse: (line: string) => T | undefined,
): Promise<T> {
  for (let answers = 0; answers < ANSWERS_MAX; answers += 1) {
    console.show(question);
    const line = await console.nextLine();
    if (line === undefined) {
      throw new UsageError(`the input ended before the question was answered: ${question} Or set ${otherwise}.`);
    }
    const value = parse(line.trim());
    if (value !== undefined) return value;
  }
  throw new UsageError(`no valid answer in ${ANSWERS_MAX} lines: ${question} Or set ${otherwise}.`);
}
