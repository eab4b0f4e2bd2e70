// Owns how a failure that an implementation's file names is told, and what of it is a link. Pure. It must not know where
// it is told. Invariant: a link leads to a web page or is none.

import type { CaseVerdict } from "../replay/outcome.ts";
import type { ScenarioResult } from "../result/result.ts";

type Known = NonNullable<ScenarioResult["known"]>;

interface MayBeKnown {
  readonly verdict: CaseVerdict;
  readonly known: Known | null;
}

/** What its file says fails, and it passes: the file is out of date, or the case too mild. */
export function passesUnawares<Case extends MayBeKnown>(each: Case): each is Case & { readonly known: Known } {
  return each.verdict === "pass" && each.known !== null;
}

/** "howdy server 0.1.0: it forwards whatever it is given (https://example.org/7)". */
export function tellKnown({ by, why, link }: Known): string {
  return `${by}: ${why}${link === null ? "" : ` (${link})`}`;
}

/** The address for a link; null where there is none, or where it leads to anything but a page. */
export function webAddress(link: string | null): string | null {
  const url = link === null ? null : URL.parse(link);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}
