// Owns what a key means in the entry, whatever the browser and its order of events. It must not know the entry's text nor
// how anything is done. Invariant: a key that belongs to an input method means nothing here.

/** What is looked at of a key that was pressed; a KeyboardEvent has all of it. */
export interface PressedKey {
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
  /** The key is held down, and this is not the first time that it counts. */
  readonly repeat: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Where the caret stands. Rows are those on the screen, so that a long line has several. */
export interface CaretPlace {
  readonly isSelection: boolean;
  readonly isFirstRow: boolean;
  readonly isLastRow: boolean;
}

/** `nothing` is a key that is used up without effect; undefined is a key that is the browser's. */
export type KeyMeaning =
  | "send"
  | "break-line"
  | "complete"
  | "cancel-completion"
  | "older"
  | "newer"
  | "nothing"
  | undefined;

/** UI Events: the key went to an input method. Safari gives it after `compositionend`, when `isComposing` is false. */
const INPUT_METHOD_KEY_CODE = 229;

/** The ways in which browsers tell of the text that a soft keyboard inserts. */
const INSERTIONS = ["insertText", "insertCompositionText", "insertLineBreak", "insertParagraph"];

export function meaningOf(key: PressedKey, place: () => CaretPlace): KeyMeaning {
  if (isOfInputMethod(key)) return undefined;
  if (key.key === "Enter") return meaningOfEnter(key);
  if (key.shiftKey || key.ctrlKey || key.altKey || key.metaKey) return undefined;
  switch (key.key) {
    case "Tab":
      return place().isSelection ? undefined : "complete";
    case "Escape":
      return "cancel-completion";
    case "ArrowUp":
      return isAt(place(), "isFirstRow") ? "older" : undefined;
    case "ArrowDown":
      return isAt(place(), "isLastRow") ? "newer" : undefined;
    default:
      return undefined;
  }
}

/**
 * Whether a browser that is about to insert this was asked to by the Enter key of a soft keyboard: such a keyboard may not
 * say which key it was. What an input method composes, what is pasted and what a known key inserts is no such thing.
 */
export function isSoftEnter(before: PressedKey | undefined, inputType: string, data: string | null): boolean {
  if (before === undefined || before.isComposing || !isOfInputMethod(before)) return false;
  return INSERTIONS.includes(inputType) && (data === "\n" || (data === null && inputType !== "insertText"));
}

function isOfInputMethod({ isComposing, keyCode }: PressedKey): boolean {
  return isComposing || keyCode === INPUT_METHOD_KEY_CODE;
}

// Shift and Enter is the browser's own line break. Others do nothing of themselves in some browsers.
function meaningOfEnter({ shiftKey, ctrlKey, altKey, metaKey, repeat }: PressedKey): KeyMeaning {
  const isCommand = ctrlKey || metaKey;
  if (altKey) return isCommand ? undefined : "break-line";
  if (shiftKey) return isCommand ? "break-line" : undefined;
  // Who holds Enter down sends once, and not what comes into the entry then.
  return repeat ? "nothing" : "send";
}

function isAt(place: CaretPlace, row: "isFirstRow" | "isLastRow"): boolean {
  return !place.isSelection && place[row];
}
