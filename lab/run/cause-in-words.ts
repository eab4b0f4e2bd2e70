// Owns the cause of a case whose server logs a line in other words, or not at all. Pure. It must not know how a line is
// compared. Invariant: what it says has nothing of the case's own in it, so that cases with one cause have one.

import type { Pair } from "../implementation/implementation.ts";
import type { TextPair } from "../replay/match.ts";
import type { Finding } from "../replay/step-record.ts";
import type { Cause } from "../result/cause.ts";
import { suspectOf } from "./suspect.ts";

const OR_SAY = "or say in its file, under logs or ready, what its own line means";

/** The server's line is there, but reads otherwise; or it is not there. */
export function causeInWords(first: Finding | undefined, pair: Pair): Cause | null {
  if (first === undefined || !first.expected.startsWith("logs ")) return null;
  const about = { kind: "other-words", host: first.host, clause: "12.1" } as const;
  const isTheirs = suspectOf("server", pair) === "server";
  const look = "look at what the client sent, in the page's diagram: its type, sender, receiver and text";
  const whose = isTheirs ? "where the report has" : "for what the client sent, where the case has";
  if (first.texts !== undefined) {
    const [seen, expected] = withoutOwn(first.texts);
    const says = `the server logs ${JSON.stringify(seen)} ${whose} ${JSON.stringify(expected)}`;
    return { ...about, says, mend: isTheirs ? `print the report's line, ${OR_SAY}` : look, details: [] };
  }
  if (first.missing === undefined) return null;
  const says = `the server does not log ${JSON.stringify(withoutAddress(first.missing))}`;
  return { ...about, says, mend: isTheirs ? `print that line as soon as it happens, ${OR_SAY}` : look, details: [] };
}

/** What was seen and what was expected, without what is this case's own: an address, or the same words behind a colon. */
function withoutOwn({ expected, seen }: TextPair): readonly [string, string] {
  const tail = /: .*$/.exec(expected)?.[0];
  const isShared = tail !== undefined && seen.endsWith(tail);
  const cut = (text: string): string => (isShared ? `${text.slice(0, -tail.length)}: …` : withoutAddress(text));
  return [cut(seen), cut(expected)];
}

function withoutAddress(text: string): string {
  return text.replace(/\('[\d.]+', (?:PORT|\d+)\)/g, "…");
}
