// Owns the search field, and the list of what was found. It must not know what a word is: the server says what holds them.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { SEARCH_UNITS_MAX } from "../finding.ts";
import { focusEntry } from "./focus.ts";
import { LineView } from "./line-view.tsx";
import type { Props } from "./window.ts";

export function Search({ model, act }: Props): JSX.Element | null {
  const field = useRef<HTMLInputElement>(null);
  const { finding } = model;
  if (!model.canSearch) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    act((it) => it.search(field.current?.value ?? ""));
  };
  const close = () => {
    if (field.current !== null) field.current.value = "";
    act((it) => it.finding.close());
    focusEntry();
  };
  return (
    <search
      class="search"
      onKeyDown={({ key }) => {
        if (key === "Escape") close();
      }}
    >
      <form class="looked-for" autocomplete="off" onSubmit={submit}>
        <input ref={field} type="search" aria-label="Search" placeholder="Search" maxLength={SEARCH_UNITS_MAX} />
        <button type="submit" class="quiet">
          Find
        </button>
        <p role="status">{finding.note}</p>
        {finding.words === undefined ? null : (
          <button type="button" class="quiet" onClick={close}>
            Close
          </button>
        )}
      </form>
      {finding.lines.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        <section class="found" aria-label="Found" tabIndex={0}>
          {finding.hasMore ? (
            <button type="button" class="quiet" onClick={() => act((it) => it.findMore())}>
              Find older
            </button>
          ) : null}
          {finding.lines.map((line) => (
            <LineView key={line.id} line={line} isUnreadMark={false} />
          ))}
        </section>
      )}
    </search>
  );
}
