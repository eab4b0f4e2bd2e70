// Owns what lies below a case's diagram: every host's log and transcript, and the pictures of windows.

import type { JSX } from "preact";
import type { CaseEvidence, Picture } from "../../../result/report-data.ts";
import type { ScenarioResult } from "../../../result/result.ts";
import { tellLine } from "../timeline.ts";
import { tellClock, tellSaying } from "../words.ts";
import type { Props } from "./props.ts";
import { Text } from "./text.tsx";

interface HostsSaidProps extends Pick<Props, "controls"> {
  readonly evidence: CaseEvidence;
  readonly anchor: string;
  readonly details: ReadonlySet<string>;
  readonly isPrinting: boolean;
}

interface SaidLine {
  readonly atMs: number;
  /** The lab's own: a fence, or a look at the window. */
  readonly own: boolean;
  readonly words: string;
  readonly text: string;
}

export function HostsSaid({ evidence, anchor, details, isPrinting, controls }: HostsSaidProps): JSX.Element {
  const logs = evidence.logs.map(({ host, lines }) => ({
    title: `Log of ${host}`,
    lines: lines.map(({ atMs, fence, text }): SaidLine => ({ atMs, own: fence, words: "", text })),
  }));
  const transcripts = evidence.transcripts.map(({ host, lines }) => ({
    title: `Transcript of ${host}`,
    lines: lines.map((line): SaidLine => {
      const { layer, saying, text } = tellLine(line);
      return { atMs: line.atMs, own: layer === "own", words: tellSaying(saying), text };
    }),
  }));
  return (
    <>
      {[...logs, ...transcripts].map(({ title, lines }) => {
        const key = `${anchor} ${title}`;
        const isOpen = isPrinting || details.has(key);
        return (
          <details
            key={title}
            open={isOpen}
            onToggle={({ currentTarget: { open } }) => {
              if (open !== isOpen) controls.change((model) => model.openDetail(key, open));
            }}
          >
            <summary>
              <Text of={title} /> <span class="soft">{lines.length === 1 ? "1 line" : `${lines.length} lines`}</span>
            </summary>
            {isOpen ? <Lines lines={isPrinting ? lines.filter(({ own }) => !own) : lines} /> : null}
          </details>
        );
      })}
    </>
  );
}

function Lines({ lines }: { readonly lines: readonly SaidLine[] }): JSX.Element {
  return (
    <ol class="lines">
      {lines.map(({ atMs, own, text, words }, index) => (
        <li key={`${index}${atMs}`} class={own ? "own" : undefined}>
          <span class="clock">{tellClock(atMs)}</span>
          <span>
            {words === "" ? null : <b class="saying">{words} </b>}
            <Text of={text} />
            {own ? <span class="mark">the lab&rsquo;s own</span> : null}
          </span>
        </li>
      ))}
    </ol>
  );
}

interface PicturesProps {
  readonly pictures: readonly Picture[];
  readonly steps: ScenarioResult["steps"];
}

export function Pictures({ pictures, steps }: PicturesProps): JSX.Element {
  const inOrder = [...pictures].sort((one, other) => one.step - other.step || one.host.localeCompare(other.host));
  return (
    <ul class="pictures">
      {inOrder.map(({ host, step, url }) => {
        const title = step === 0 ? "the set-up" : `step ${step}: ${steps[step - 1]?.title ?? ""}`;
        return (
          <li key={`${host} ${step}`}>
            <figure>
              <img src={isPicture(url) ? url : ""} alt={`The window of ${host} after ${title}`} loading="lazy" />
              <figcaption>
                <b>
                  <Text of={host} />
                </b>{" "}
                after <Text of={title} />
              </figcaption>
            </figure>
          </li>
        );
      })}
    </ul>
  );
}

/** Anything else would be asked for from elsewhere. */
function isPicture(url: string): boolean {
  return url.startsWith("data:image/png;base64,");
}
