// Owns a link to what may not be there: then its text stands by itself.

import type { ComponentChildren, JSX } from "preact";

interface MaybeLinkProps {
  readonly href: string | undefined;
  readonly looks?: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}

export function MaybeLink({ children, href, looks = "", title = "" }: MaybeLinkProps): JSX.Element {
  if (href === undefined) return <span class={looks}>{children}</span>;
  return (
    <a href={href} class={looks} title={title}>
      {children}
    </a>
  );
}
