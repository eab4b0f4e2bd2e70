// Owns how one line looks. Invariant: its text content begins with exactly the shown text but for characters that cannot
// be seen; what came from the network is text, never HTML.

import { Component, type JSX } from "preact";
import { SERVER } from "../../../../protocol/hcp1/index.ts";
import type { Line, LineMeaning } from "../line.ts";
import { makeNameVisible, makeVisible, readText } from "../rich-text.ts";
import { inkOf } from "./send-to.tsx";

export interface LineProps {
  readonly line: Line;
  /** The first line that came while nobody looked. */
  readonly isUnreadMark: boolean;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export class LineView extends Component<LineProps> {
  override shouldComponentUpdate(next: Readonly<LineProps>): boolean {
    return next.line !== this.props.line || next.isUnreadMark !== this.props.isUnreadMark;
  }

  override render({ line, isUnreadMark }: LineProps): JSX.Element {
    const at = new Date(line.atMs);
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
        <time dateTime={at.toISOString()}>{CLOCK.format(at)}</time>
      </div>
    );
  }
}

function looksOf(meaning: LineMeaning): string {
  switch (meaning.kind) {
    case "own":
      return meaning.receiver === undefined ? "own" : "own whisper";
    case "spoken":
      // What the server says is a notice, whispered or not: its words tell which.
      if (meaning.sender === SERVER && meaning.known) return "other server";
      return `other${meaning.whispered ? " whisper" : ""}${meaning.known ? "" : " stranger"}`;
    case "name":
      return "presence who";
    case "presence":
      return "presence";
    case "notice":
      return `notice ${meaning.tone}`;
  }
}

// The words around name and text are what the shown line has there, so they are cut out of it and never written again.
function Said({ line: { text, meaning } }: { readonly line: Line }): JSX.Element {
  switch (meaning.kind) {
    case "own":
      return <OwnLine text={text} meaning={meaning} />;
    case "spoken":
      return (
        <>
          <Name name={meaning.sender} isKnown={meaning.known} />
          <span class="words">{text.slice(meaning.sender.length, text.length - meaning.text.length)}</span>
          <Text text={meaning.text} />
        </>
      );
    case "name":
      return <Name name={meaning.name} isKnown />;
    case "presence":
    case "notice":
      return <bdi>{makeVisible(text)}</bdi>;
  }
}

interface OwnLineProps {
  readonly text: string;
  readonly meaning: Extract<LineMeaning, { readonly kind: "own" }>;
}

function OwnLine({ text, meaning }: OwnLineProps): JSX.Element {
  const words = text.slice(0, text.length - meaning.text.length);
  const said = <Text text={meaning.text} />;
  if (meaning.receiver === undefined) {
    return (
      <>
        <span class="words">{words}</span>
        {said}
      </>
    );
  }
  const before = words.slice(0, words.indexOf(meaning.receiver));
  return (
    <>
      <span class="words">{before}</span>
      <Name name={meaning.receiver} isKnown />
      <span class="words">{words.slice(before.length + meaning.receiver.length)}</span>
      {said}
    </>
  );
}

function Name({ name, isKnown }: { readonly name: string; readonly isKnown: boolean }): JSX.Element {
  return (
    <bdi class="name" style={isKnown ? inkOf(name) : undefined}>
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
