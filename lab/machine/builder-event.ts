// Owns what an engine's builder says, event by event, as dockerode hands it over: lines for a person, the image's id, a
// failure. Pure. It must not know what is done about it. Invariant: no line is empty, moves a cursor, or is in base64.

import { stripVTControlCharacters } from "node:util";

/** What dockerode puts before a warning of BuildKit's. */
const WARNING = "WARNING: ";

/**
 * The builder's event as lines; the bars of a download's progress are left out.
 *
 * @param isBuildKit - Of its events dockerode makes lines, with what BuildKit says as bytes in base64.
 */
export function readBuilderLines(event: unknown, isBuildKit: boolean): readonly string[] {
  const said =
    textField(event, "stream") ?? (textField(event, "progress") === null ? textField(event, "status") : null);
  if (said === null) return [];
  // Installers draw over their lines with carriage returns; the last drawing counts.
  return stripVTControlCharacters(isBuildKit ? decode(said.trimEnd()) : said.trimEnd())
    .split("\n")
    .map((line) => line.trimEnd().split("\r").at(-1) ?? "")
    .filter((line) => line.trim() !== "");
}

/** The builder without BuildKit says it in a field; of BuildKit's events dockerode makes lines. */
export function readImageId(event: unknown): string | undefined {
  const aux: unknown = typeof event === "object" && event !== null ? Reflect.get(event, "aux") : undefined;
  return textField(aux, "ID") ?? /^Built image: (sha256:[0-9a-f]{64})$/m.exec(textField(event, "stream") ?? "")?.[1];
}

export function readFailure(event: unknown): string | null {
  return textField(event, "error");
}

/** What a step prints is all base64, a warning is so behind its first word. What dockerode says itself has blanks and colons. */
function decode(said: string): string {
  const before = said.startsWith(WARNING) ? WARNING : "";
  const rest = said.slice(before.length);
  const bytes = Buffer.from(rest, "base64");
  return bytes.toString("base64") === rest ? `${before}${bytes}` : said;
}

function textField(event: unknown, field: string): string | null {
  const value: unknown = typeof event === "object" && event !== null ? Reflect.get(event, field) : null;
  return typeof value === "string" && value !== "" ? value : null;
}
