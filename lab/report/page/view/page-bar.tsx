// Owns the top of a page of the lab: the way past it for keyboards, and the bar with the lab's name. It must not know the
// page below.

import type { ComponentChildren, JSX } from "preact";
import { BrandMark } from "./brand-mark.tsx";

interface PageBarProps {
  /** The id of the page's main part, and what it is called: "report". */
  readonly main: string;
  /** What else stands in the bar. */
  readonly children?: ComponentChildren;
}

export function PageBar({ main, children }: PageBarProps): JSX.Element {
  return (
    <>
      <a class="skip" href={`#${main}`}>
        Skip to the {main}
      </a>
      <header class="bar">
        <a class="brand" href={`#${main}`}>
          <BrandMark />
          Howdy Lab
        </a>
        {children}
      </header>
    </>
  );
}
