// Owns the entry and Send. It must not know what becomes of a text. The box is not controlled: entry-box.ts writes to it.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { EntryModel } from "../entry-model.ts";
import { entryHint, guide, lengthNote } from "../guidance.ts";
import { ENTRY_UNITS_MAX } from "../window-model.ts";
import type { Props } from "./window.ts";

export function Composer({ model, act }: Props): JSX.Element {
  const input = useRef<HTMLTextAreaElement>(null);
  const { entry } = model;

  const send = (event: Event) => {
    event.preventDefault();
    act((it) => it.send());
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys that build a character (an input method's) are not for the page.
    const element = input.current;
    if (element === null || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && !event.shiftKey) send(event);
    else if (handleKey(event, element)) event.preventDefault();
  };
  const handleKey = (event: KeyboardEvent, element: HTMLTextAreaElement): boolean => {
    let handled = false;
    act((it) => {
      handled = obeyKey(it.entry, event, element, it.names);
    });
    return handled;
  };
  const length = lengthNote(entry.text);
  return (
    <form class="composer" aria-label="Send" autocomplete="off" onSubmit={send}>
      <div class="hints">
        <p id="guidance" role="status">
          {guide(model)}
        </p>
        {length === undefined ? null : <p class={length.isOver ? "length over" : "length"}>{length.text}</p>}
      </div>
      <textarea
        ref={input}
        class="entry"
        rows={1}
        dir="auto"
        aria-label="Name or message"
        aria-describedby="guidance"
        placeholder={entryHint(model)}
        maxLength={ENTRY_UNITS_MAX}
        enterkeyhint="send"
        onInput={(event) => act((it) => it.entry.type(event.currentTarget.value))}
        onKeyDown={onKeyDown}
      />
      <button type="submit" class={model.link === "connected" ? "main" : "quiet"}>
        Send
      </button>
      <p class="unseen" role="status">
        {entry.completionNote}
      </p>
    </form>
  );
}

/** True when the key is used up. */
function obeyKey(
  entry: EntryModel,
  event: KeyboardEvent,
  element: HTMLTextAreaElement,
  names: readonly string[],
): boolean {
  const { selectionStart, selectionEnd, value } = element;
  const isCaret = selectionStart === selectionEnd;
  switch (event.key) {
    case "Tab":
      return isCaret && !event.shiftKey && entry.complete(selectionStart, names);
    case "Escape":
      return entry.cancelCompletion();
    case "ArrowUp":
      return isCaret && !event.shiftKey && !value.slice(0, selectionStart).includes("\n") && entry.recallOlder();
    case "ArrowDown":
      return isCaret && !event.shiftKey && !value.slice(selectionEnd).includes("\n") && entry.recallNewer();
    default:
      return false;
  }
}
