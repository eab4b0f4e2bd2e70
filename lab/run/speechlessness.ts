// Owns which program has said nothing in so many cases that it need not be waited for again. It must not know how cases are
// run. Invariant: a program that says a word in any case is run in the next one.

import type { CaseOutcome } from "../replay/outcome.ts";
import type { Cause } from "../result/cause.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Cases that may fail because a program says nothing; each costs the time that a program may take to start. */
export const SPEECHLESS_CASES_MAX = 2;

type Role = "server" | "client";

/** Why a case is not run. */
export interface KnownSpeechless {
  readonly host: string;
  readonly expected: string;
  readonly seen: string;
  readonly cause: Cause;
}

/** Cases in a row in which a program did not say what it was to say. */
interface SpeechlessCases {
  readonly count: number;
  /** What the last of them came from. */
  readonly cause: Cause;
  /** It was seen to hold its output back, or to print no newline, which it does in every case. */
  readonly isSure: boolean;
}

export class Speechlessness {
  readonly #cases = new Map<Role, SpeechlessCases>();

  /** Takes note of how a case ended. */
  note({ given }: Scenario, { speechless }: CaseOutcome, cause: Cause | null): void {
    for (const role of ["server", "client"] as const) {
      if (!given.some(({ kind }) => kind === role)) continue;
      if (speechless?.role !== role || cause === null) this.#cases.delete(role);
      else {
        const isSure = speechless.isHeldBack || speechless.unendedBytes > 0;
        this.#cases.set(role, { count: (this.#cases.get(role)?.count ?? 0) + 1, cause, isSure });
      }
    }
  }

  /** Why a case need not be run; undefined where it has to be. */
  of({ given }: Scenario): KnownSpeechless | undefined {
    for (const [role, { count, cause, isSure }] of this.#cases) {
      const host = given.find(({ kind }) => kind === role)?.host;
      if (host === undefined || (count < SPEECHLESS_CASES_MAX && !isSure)) continue;
      const seen = `not run: nothing of what it was to say came in ${count === 1 ? "a case" : `${count} cases`} before`;
      return { host, expected: "says something", seen, cause: { ...cause, host } };
    }
    return undefined;
  }
}
