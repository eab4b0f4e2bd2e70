// Owns what outlives a reload of the page: what was typed and not sent, in the tab's own storage. It must not know what a
// draft means. Invariant: a browser that forbids or limits its storage costs that only.

const KEY = "howdy-drafts";

/** UTF-16 units. Browsers give a page some 5 million; more than anybody types is pasted by mistake. */
const KEPT_UNITS_MAX = 1_000_000;

let kept = "";

export function keepDrafts(drafts: string): void {
  if (drafts === kept || drafts.length > KEPT_UNITS_MAX) return;
  kept = drafts;
  withStorage((storage) => storage.setItem(KEY, drafts));
}

/** What the page that was here before had kept; empty when there is nothing. */
export function readDrafts(): string {
  return withStorage((storage) => storage.getItem(KEY)) ?? "";
}

function withStorage<Value>(use: (storage: Storage) => Value): Value | undefined {
  try {
    return use(sessionStorage);
  } catch {
    // Forbidden, as in some private windows, or full: the draft then lasts as long as the page, as it would without us.
    return undefined;
  }
}
