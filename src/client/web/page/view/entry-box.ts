// Owns what stands in the entry's box, and where its caret is. Invariant: it is written to only when the model changed the
// text by itself, and then at once, so that a key that comes next meets the new text and none is lost. What is written can
// be undone with the browser's own Undo, and does not take away what could be undone before.

import type { CaretPlace } from "../entry-keys.ts";
import type { EntryModel } from "../entry-model.ts";

/** What was taken out of the box to be sent, and where the caret stood: refused, it comes back as it was. */
let taken = { text: "", caret: 0 };

/** The browser tells of what is written here as of what is typed. */
let isWriting = false;

function findBox(): HTMLTextAreaElement | null {
  return document.querySelector<HTMLTextAreaElement>(".entry");
}

/** Takes over what the person changed, whichever way: typed, pasted, dropped, corrected, undone. */
export function readEntry(entry: EntryModel): void {
  const box = findBox();
  if (box !== null && !isWriting && box.value !== entry.text) entry.type(box.value);
}

/** Writes the model's text into the box, if it is not what stands there. */
export function writeEntry(entry: EntryModel): void {
  const box = findBox();
  if (box === null || isWriting || box.value === entry.text) return;
  if (entry.text === "") taken = { text: box.value, caret: box.selectionStart };
  isWriting = true;
  replaceText(box, entry.text);
  isWriting = false;
  const caret = entry.caret ?? (entry.text === taken.text ? taken.caret : entry.text.length);
  if (document.activeElement === box) box.setSelectionRange(caret, caret);
}

/** Begins a new line at the caret, as Shift and Enter do. */
export function breakLine(): void {
  if (document.activeElement === findBox()) document.execCommand("insertText", false, "\n");
}

// The one way to write that a browser's Undo knows of; it is obsolete by its name only. It needs the focus.
function replaceText(box: HTMLTextAreaElement, text: string): void {
  if (document.activeElement === box) {
    box.select();
    document.execCommand(text === "" ? "delete" : "insertText", false, text);
  }
  if (box.value !== text) box.value = text;
}

/** Where the caret stands in the box, by the rows that are on the screen. */
export function placeOf(box: HTMLTextAreaElement): CaretPlace {
  const { selectionStart, selectionEnd, value } = box;
  const isSelection = selectionStart !== selectionEnd;
  const tops = measureRows(box, [0, selectionStart, value.length]);
  return { isSelection, isFirstRow: tops[1] === tops[0], isLastRow: tops[1] === tops[2] };
}

/** What decides where a text is wrapped. */
const WRAPPING = ["font", "letterSpacing", "wordSpacing", "lineHeight", "tabSize", "textIndent", "direction"] as const;

/** How far down each place of the text is, in pixels: a box does not tell, so its text is laid out once more unseen. */
function measureRows(box: HTMLTextAreaElement, places: readonly [number, number, number]): readonly number[] {
  const style = getComputedStyle(box);
  const paper = document.createElement("div");
  for (const property of WRAPPING) paper.style[property] = style[property];
  const width = box.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
  Object.assign(paper.style, { position: "absolute", visibility: "hidden", width: `${width}px` });
  Object.assign(paper.style, { whiteSpace: "pre-wrap", overflowWrap: "break-word" });
  const marks = places.map(() => document.createElement("span"));
  places.forEach((place, index) => {
    const mark = marks[index];
    // A character of no width, since a mark with nothing in it stays at the end of the row before.
    if (mark !== undefined) mark.textContent = "\u2060";
    paper.append(box.value.slice(places[index - 1] ?? 0, place), mark ?? "");
  });
  document.body.append(paper);
  const tops = marks.map((mark) => mark.offsetTop);
  paper.remove();
  return tops;
}
