// Owns what stands in the entry's box. Invariant: it is written to only when the model changed the text by itself, and
// then at once, so that a key that comes next meets the new text and none is lost.

import type { EntryModel } from "../entry-model.ts";

/** What was taken out of the box to be sent, and where the caret stood: refused, it comes back as it was. */
let taken = { text: "", caret: 0 };

/** Writes the model's text into the box, if it is not what stands there. */
export function writeEntry(entry: EntryModel): void {
  const box = document.querySelector<HTMLTextAreaElement>(".entry");
  if (box === null || box.value === entry.text) return;
  if (entry.text === "") taken = { text: box.value, caret: box.selectionStart };
  box.value = entry.text;
  const caret = entry.caret ?? (entry.text === taken.text ? taken.caret : entry.text.length);
  if (document.activeElement === box) box.setSelectionRange(caret, caret);
}
