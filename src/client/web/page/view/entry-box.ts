// Owns what stands in the entry's box. Invariant: it is written to only when the model changed the text by itself, and
// then at once, so that a key that comes next meets the new text and none is lost.

import type { Entry } from "../entry.ts";

/** Writes the model's text into the box, if it is not what stands there. */
export function writeEntry(entry: Entry): void {
  const box = document.querySelector<HTMLTextAreaElement>(".entry");
  if (box === null || box.value === entry.text) return;
  box.value = entry.text;
  const caret = entry.caret ?? entry.text.length;
  if (document.activeElement === box) box.setSelectionRange(caret, caret);
}
