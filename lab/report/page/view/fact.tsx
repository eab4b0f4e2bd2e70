// Owns one fact of a run: its name and what it is.

import type { ComponentChildren, JSX } from "preact";

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
