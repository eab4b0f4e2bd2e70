// Owns the entry and Send. It must not know what becomes of a text, nor what a key means (entry-keys.ts). The box is not
// controlled: entry-box.ts writes to it.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isSoftEnter, type KeyMeaning, meaningOf } from "../entry-keys.ts";
import { entryHint, guide, lengthNote } from "../guidance.ts";
import type { WindowModel } from "../window-model.ts";
import { breakLine, placeOf, readEntry } from "./entry-box.ts";
import type { Props } from "./window.ts";

export function Composer({ model, act }: Props): JSX.Element {
  const input = useRef<HTMLTextAreaElement>(null);
  const { entry } = model;

  const send = (event: Event) => {
    event.preventDefault();
    // First, so that what is taken out of the entry can be undone there.
    input.current?.focus();
    act((it) => {
      readEntry(it.entry);
      it.send();
    });
  };
  useEffect(() => (input.current === null ? undefined : listen(input.current, act, send)), []);
  const length = lengthNote(entry.text, model.spoken?.hcp);
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
        enterkeyhint="send"
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

/** Listens to everything that changes the box. Returns how to leave off. */
function listen(box: HTMLTextAreaElement, act: Props["act"], send: (event: Event) => void): () => void {
  const listening = new AbortController();
  let last: KeyboardEvent | undefined;
  let isComposing = false;
  const on = <Name extends keyof HTMLElementEventMap>(name: Name, run: (event: HTMLElementEventMap[Name]) => void) =>
    box.addEventListener(name, run, { signal: listening.signal });
  const endComposition = () => {
    isComposing = false;
    // Behind the browser's own last events of the composition, and not at all if the next one has begun by then.
    setTimeout(() => {
      if (!isComposing) act((it) => it.entry.release());
    });
  };
  on("input", () => act((it) => readEntry(it.entry)));
  on("compositionstart", () => {
    isComposing = true;
    act((it) => it.entry.hold());
  });
  on("compositionend", endComposition);
  on("blur", endComposition);
  on("keydown", (event) => {
    last = event;
    const meaning = meaningOf(event, () => placeOf(box));
    if (meaning === "send") send(event);
    else if (meaning !== undefined && obey(meaning, box, act)) event.preventDefault();
  });
  on("beforeinput", (event) => {
    if (isSoftEnter(last, event.inputType, event.data)) send(event);
  });
  return () => listening.abort();
}

/** True when the key is used up. */
function obey(meaning: Exclude<KeyMeaning, undefined>, box: HTMLTextAreaElement, act: Props["act"]): boolean {
  let isUsedUp = true;
  if (meaning === "break-line") breakLine();
  else if (meaning !== "nothing") {
    act((it) => {
      readEntry(it.entry);
      isUsedUp = change(it, meaning, box.selectionStart);
    });
  }
  return isUsedUp;
}

function change(model: WindowModel, meaning: KeyMeaning, caret: number): boolean {
  switch (meaning) {
    case "complete":
      return model.entry.complete(caret, model.names);
    case "cancel-completion":
      return model.entry.cancelCompletion();
    case "older":
      return model.entry.recallOlder();
    case "newer":
      return model.entry.recallNewer();
    default:
      return false;
  }
}
