// Owns how a scenario's text is compared with what a program said: as a pattern, and with addresses that stand for others.
// It must not know where either text comes from.

import { addressTranslator } from "../hosts/address-translator.ts";

export { compilePattern, foldBlanks, type Pattern } from "../protocol/pattern.ts";

/** Gives a function that puts the addresses of hosts on a bed in the place of the report's, which are by host. */
export function translatorFor(
  hosts: readonly { readonly spec: { readonly name: string; readonly address: string }; readonly address: string }[],
  writtenAddresses: ReadonlyMap<string, string>,
): (text: string) => string {
  const pairs = hosts.map(({ spec, address }) => [writtenAddresses.get(spec.name) ?? spec.address, address] as const);
  return addressTranslator(new Map(pairs));
}

/** The text of a server's output line: the msg of a JSON log line, or the line itself without a carriage return. */
export function logText(output: string): string {
  const line = output.replace(/\r$/, "");
  if (!line.startsWith("{")) return line;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || !("msg" in parsed)) return line;
    return typeof parsed.msg === "string" ? parsed.msg : line;
  } catch {
    return line;
  }
}
