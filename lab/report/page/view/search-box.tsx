// Owns the search field, its count and the list of what was found.

import type { JSX } from "preact";
import { HITS_MAX } from "../search.ts";
import type { Props } from "./props.ts";
import { Text } from "./text.tsx";

/** Hits that are listed; the others are stepped to. */
const LISTED_MAX = 50;
/** Characters of a text around what is sought. */
const BEFORE_CHARACTERS = 24;
const SNIPPET_CHARACTERS = 140;

export function SearchBox({ model, controls }: Props): JSX.Element {
  const { hits, hitAt, sought } = model;
  return (
    <search class="search">
      <label class="unseen" for="search">
        Search the report
      </label>
      <input
        id="search"
        type="search"
        placeholder="Search all texts"
        autocomplete="off"
        value={sought}
        onInput={({ currentTarget }) => controls.change((it) => it.search(currentTarget.value))}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          controls.goTo(model.stepHit(event.shiftKey ? -1 : 1));
        }}
      />
      <output class="hits" for="search">
        {tellHits(sought, hits.length, hitAt)}
      </output>
      {hits.length === 0 ? null : (
        <>
          <button
            type="button"
            class="quiet"
            onClick={() => controls.goTo(model.stepHit(-1))}
            aria-label="Previous (p)"
          >
            &uarr;
          </button>
          <button type="button" class="quiet" onClick={() => controls.goTo(model.stepHit(1))} aria-label="Next (n)">
            &darr;
          </button>
          {model.isListing ? <HitList model={model} controls={controls} /> : null}
        </>
      )}
    </search>
  );
}

function HitList({ model, controls }: Props): JSX.Element {
  const { hits, hitAt, sought } = model;
  return (
    <ol class="hit-list" aria-label="What was found">
      {hits.slice(0, LISTED_MAX).map(({ anchor, where, text }, index) => (
        <li key={`${index}${anchor}`}>
          <a
            href={`#${anchor}`}
            aria-current={index === hitAt ? "true" : undefined}
            onClick={(event) => {
              event.preventDefault();
              controls.goTo(model.takeHit(index));
            }}
          >
            <span class="where">{where}</span> <Text of={snippet(text, sought)} />
          </a>
        </li>
      ))}
      {hits.length > LISTED_MAX ? (
        <li class="soft">and {hits.length - LISTED_MAX} more; step with Enter, n and p</li>
      ) : null}
    </ol>
  );
}

function tellHits(sought: string, count: number, at: number): string {
  if (sought.trim() === "") return "";
  if (count === 0) return "nothing found";
  const total = count === HITS_MAX ? `${count} or more` : String(count);
  return at === -1 ? `${total} found` : `${at + 1} of ${total}`;
}

function snippet(text: string, sought: string): string {
  const at = text.toLowerCase().indexOf(sought.trim().toLowerCase());
  const from = Math.max(0, at - BEFORE_CHARACTERS);
  const cut = text.slice(from, from + SNIPPET_CHARACTERS);
  return `${from > 0 ? "\u2026" : ""}${cut}${from + SNIPPET_CHARACTERS < text.length ? "\u2026" : ""}`;
}
