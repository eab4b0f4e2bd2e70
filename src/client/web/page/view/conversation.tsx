// Owns the text box. Invariant: a line is drawn once and stays as it is, so that it is read aloud once; lines that
// somebody looks back for are not read aloud at all.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { skippedCount } from "../line-window.ts";
import type { ShownLine } from "../transcript.ts";
import { LineView } from "./line-view.tsx";
import { isAtEnd } from "./scroll.ts";
import { Search } from "./search.tsx";
import type { Props } from "./window.ts";

export function Conversation({ model, act }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const { transcript, lines, unread } = model;
  const { head, tailStart, following } = lines;
  const skipped = skippedCount(lines);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    // A keyboard on the screen or a turned phone makes the box smaller: the end stays in sight.
    const observer = new ResizeObserver(() => {
      if (model.lines.following) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [model]);

  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    const wentUp = element.scrollTop < lastTop.current;
    lastTop.current = element.scrollTop;
    if (!following && isAtEnd(element) && !wentUp) act((it) => it.returnToEnd());
    else if (following && wentUp && !isAtEnd(element)) act((it) => it.lookBack());
    if (wentUp && element.scrollTop === 0) act((it) => it.reachTop());
  };
  const draw = (line: ShownLine) => <LineView key={line.id} line={line} isUnreadMark={line.id === unread.mark} />;
  return (
    <main class="conversation">
      <Search model={model} act={act} />
      {transcript.end === 0 ? <Welcome /> : null}
      <div
        ref={box}
        class="log"
        role="log"
        aria-label="Conversation"
        aria-live="polite"
        aria-relevant="additions"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        onScroll={onScroll}
      >
        <div class="head" aria-live="off">
          {model.hasOlder ? (
            <button type="button" class="quiet" onClick={() => act((it) => it.showOlder())}>
              Show older
            </button>
          ) : null}
          {head === undefined ? null : transcript.range(head.start, head.end).map(draw)}
          {skipped > 0 ? (
            <button type="button" class="quiet" onClick={() => act((it) => it.showNewer())}>
              Show newer
            </button>
          ) : null}
        </div>
        {transcript.range(tailStart, transcript.end).map(draw)}
      </div>
      {following ? null : (
        <button type="button" class="latest" onClick={() => act((it) => it.returnToEnd())}>
          Jump to latest
        </button>
      )}
    </main>
  );
}

function Welcome(): JSX.Element {
  return (
    <div class="welcome">
      <p class="welcome-title">Howdy!</p>
      <ol>
        <li>Connect to a Howdy Server.</li>
        <li>Choose your name.</li>
        <li>Talk to everybody, or whisper to one.</li>
      </ol>
    </div>
  );
}
