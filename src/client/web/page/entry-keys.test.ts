import { expect, test } from "vitest";
import { type CaretPlace, isSoftEnter, meaningOf, type PressedKey } from "./entry-keys.ts";

const CODES: Readonly<Record<string, number>> = { Enter: 13, Tab: 9, Escape: 27, ArrowUp: 38, ArrowDown: 40 };
const ONE_ROW: CaretPlace = { isSelection: false, isFirstRow: true, isLastRow: true };

function pressed(key: string, more: Partial<PressedKey> = {}): PressedKey {
  const modifiers = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
  return { key, keyCode: CODES[key] ?? 0, isComposing: false, repeat: false, ...modifiers, ...more };
}

function meaning(key: string, more: Partial<PressedKey> = {}, place: Partial<CaretPlace> = {}) {
  return meaningOf(pressed(key, more), () => ({ ...ONE_ROW, ...place }));
}

test.each(Object.keys(CODES))("%s of an input method is not for the page, in any browser's order of events", (key) => {
  // Chrome and Firefox: before compositionend. Safari: after it. Android: keys without a name. Old Chrome: "Process".
  for (const more of [{ isComposing: true }, { isComposing: true, keyCode: 229 }, { keyCode: 229 }]) {
    expect(meaning(key, more)).toBeUndefined();
    expect(meaning(key, { ...more, ctrlKey: true })).toBeUndefined();
  }
  expect(meaning("Process", { keyCode: 229 })).toBeUndefined();
  expect(meaning("Unidentified", { keyCode: 229 })).toBeUndefined();
});

test.each([
  ["Enter", {}, "send"],
  ["Enter and Ctrl", { ctrlKey: true }, "send"],
  ["Enter and Command", { metaKey: true }, "send"],
  ["Enter and Shift", { shiftKey: true }, undefined],
  ["Enter and Alt", { altKey: true }, "break-line"],
  ["Enter, Shift and Alt", { altKey: true, shiftKey: true }, "break-line"],
  ["Enter, Shift and Ctrl", { ctrlKey: true, shiftKey: true }, "break-line"],
  ["Enter and AltGr on Windows", { ctrlKey: true, altKey: true }, undefined],
  ["Enter held down", { repeat: true }, "nothing"],
  ["Ctrl and Enter held down", { repeat: true, ctrlKey: true }, "nothing"],
  ["Shift and Enter held down", { repeat: true, shiftKey: true }, undefined],
] as const)("%s", (_, more, expected) => {
  expect(meaning("Enter", more)).toBe(expected);
});

test("the second Enter that Chrome gives after Hangul, which is a real one, sends", () => {
  expect(meaning("Enter", { keyCode: 229, isComposing: true })).toBeUndefined();
  expect(meaning("Enter")).toBe("send");
});

test("Tab completes at a caret; with Shift, or with something selected, it moves on", () => {
  expect(meaning("Tab")).toBe("complete");
  expect(meaning("Tab", { shiftKey: true })).toBeUndefined();
  expect(meaning("Tab", {}, { isSelection: true })).toBeUndefined();
});

test("arrows look back from the first row, and forth from the last; elsewhere they move the caret", () => {
  expect([meaning("ArrowUp"), meaning("ArrowDown")]).toEqual(["older", "newer"]);
  const inTheMiddle = { isFirstRow: false, isLastRow: false };
  expect([meaning("ArrowUp", {}, inTheMiddle), meaning("ArrowDown", {}, inTheMiddle)]).toEqual([undefined, undefined]);
  expect(meaning("ArrowUp", {}, { isSelection: true })).toBeUndefined();
  expect(meaning("ArrowDown", { repeat: true })).toBe("newer");
});

test.each(["shiftKey", "ctrlKey", "altKey", "metaKey"])(
  "with %s arrows, Tab and Escape are the browser's",
  (modifier) => {
    for (const key of ["ArrowUp", "ArrowDown", "Tab", "Escape"])
      expect(meaning(key, { [modifier]: true })).toBeUndefined();
  },
);

test.each(["Dead", "Home", "End", "PageUp", "Backspace", "Delete", "a", "€", "z", "F5"])(
  "%s is the browser's",
  (key) => {
    expect(meaning(key)).toBeUndefined();
  },
);

test.each([
  ["a line break", "insertLineBreak", null],
  ["a paragraph", "insertParagraph", null],
  ["a text", "insertText", "\n"],
  ["a composed text", "insertCompositionText", "\n"],
] as const)("Enter of a soft keyboard that names no key comes as %s", (_, inputType, data) => {
  const unnamed = pressed("Unidentified", { keyCode: 229 });
  expect(isSoftEnter(unnamed, inputType, data)).toBe(true);
  expect(isSoftEnter(pressed("Enter", { shiftKey: true }), inputType, data), "of a known key").toBe(false);
  expect(isSoftEnter({ ...unnamed, isComposing: true }, inputType, data), "of an input method").toBe(false);
  expect(isSoftEnter(undefined, inputType, data), "of no key, as dictation").toBe(false);
});

test.each([
  ["insertText", "a"],
  ["insertText", null],
  ["insertText", "a\nb"],
  ["insertReplacementText", "\n"],
  ["insertFromPaste", "\n"],
  ["insertFromDrop", null],
  ["deleteContentBackward", null],
] as const)("%s of %j is no Enter", (inputType, data) => {
  expect(isSoftEnter(pressed("Unidentified", { keyCode: 229 }), inputType, data)).toBe(false);
});
