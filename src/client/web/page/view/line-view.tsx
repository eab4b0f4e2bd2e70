// Owns how one line looks. Invariant: its text content begins with exactly the shown text but for characters that cannot
// be seen; what came from the network is text, never HTML.

import { Component, type JSX } from "preact";
import { EVERYBODY, SERVER } from "../../../../protocol/hcp1/index.ts";
import { type LineMeaning, type NoticeKind, placesOf, type Words } from "../../../line-meaning.ts";
import { makeNameVisible, makeVisible, readText } from "../rich-text.ts";
import type { ShownLine } from "../transcript.ts";
import { nameStyle } from "./send-to.tsx";

export interface LineProps {
  readonly line: ShownLine;
  /** The first line that came while nobody looked. */
  readonly isUnreadMark: boolean;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DATED = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "medium" });

/** Lines about what goes as it is meant to. */
const PLAIN_NOTICES: ReadonlySet<NoticeKind> = new Set(["dialling", "certificate", "name-awaited", "back"]);

/** The greatest distance from 1970 that a date can have, in milliseconds. */
const DATE_MS_MAX = 8.64e15;

export class LineView extends Component<LineProps> {
  override shouldComponentUpdate(next: Readonly<LineProps>): boolean {
    return next.line !== this.props.line || next.isUnreadMark !== this.props.isUnreadMark;
  }

  override render({ line, isUnreadMark }: LineProps): JSX.Element {
    const at = new Date(Math.min(line.atMs, DATE_MS_MAX));
    const isToday = at.toDateString() === new Date().toDateString();
    return (
      <div
        class={`line ${looksOf(line.meaning)}`}
        data-line={line.text}
        data-id={line.id}
        data-unread={isUnreadMark ? "" : undefined}
      >
        <span class="said">
          <Said line={line} />
        </span>
        <time dateTime={at.toISOString()} title={WHOLE.format(at)}>
          {(isToday ? CLOCK : DATED).format(at)}
        </time>
      </div>
    );
  }
}

function looksOf(meaning: LineMeaning): string {
  switch (meaning.kind) {
    case "own":
      return meaning.receiver === EVERYBODY ? "own" : "own whisper";
    case "spoken":
      // What the server says is a notice, whispered or not: its words tell which.
      if (meaning.sender === SERVER) return "other server";
      return `other${meaning.whispered ? " whisper" : ""}${meaning.isListed ? "" : " stranger"}`;
    case "name":
      return "presence who";
    case "presence":
      return "presence";
    case "named":
      return "notice good";
    case "notice":
      if (meaning.notice === "registered") return "notice good";
      return PLAIN_NOTICES.has(meaning.notice) ? "notice plain" : "notice bad";
  }
}

function Said({ line: { text, meaning } }: { readonly line: ShownLine }): JSX.Element {
  switch (meaning.kind) {
    case "own":
    case "spoken":
      return <SaidBy text={text} meaning={meaning} />;
    case "name":
      return <Name name={meaning.name} isKnown />;
    case "presence":
    case "named":
    case "notice":
      return <bdi>{makeNameVisible(text)}</bdi>;
  }
}

// The words around name and text are cut out of the shown line, so that they are written once.
function SaidBy({ text, meaning }: { readonly text: string; readonly meaning: Words }): JSX.Element {
  const { name = "", nameAt, textAt } = placesOf(meaning);
  return (
    <>
      {nameAt > 0 ? <span class="words">{text.slice(0, nameAt)}</span> : null}
      {name === "" ? null : <Name name={name} isKnown={meaning.kind === "own" || meaning.isListed} />}
      <span class="words">{text.slice(nameAt + name.length, textAt)}</span>
      <Text text={text.slice(textAt)} />
    </>
  );
}

function Name({ name, isKnown }: { readonly name: string; readonly isKnown: boolean }): JSX.Element {
  return (
    <bdi class="name" style={isKnown ? nameStyle(name) : undefined}>
      {makeNameVisible(name)}
    </bdi>
  );
}

function Text({ text }: { readonly text: string }): JSX.Element {
  return (
    <span class="text" dir="auto">
      {readText(text).map((part) =>
        part.kind === "link" ? (
          <a href={part.address} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ) : (
          makeVisible(part.text)
        ),
      )}
    </span>
  );
}
