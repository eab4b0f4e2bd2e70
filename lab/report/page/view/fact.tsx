// Owns the facts of a run: a name and what it is; when it began and how long it took.

import type { ComponentChildren, JSX } from "preact";
import { tellDuration, tellTime } from "../words.ts";

interface FactProps {
  readonly name: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Fact({ name, wide = false, children }: FactProps): JSX.Element {
  return (
    <div class={wide ? "fact wide" : "fact"}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface TimeFactsProps {
  readonly run: { readonly startedAt: string; readonly durationMs: number };
}

export function TimeFacts({ run: { startedAt, durationMs } }: TimeFactsProps): JSX.Element {
  return (
    <>
      <Fact name="Started">
        <time dateTime={startedAt}>{tellTime(startedAt)}</time>
      </Fact>
      <Fact name="Took">{tellDuration(durationMs)}</Fact>
    </>
  );
}
