// Owns where the conversation is scrolled to while lines come and go. It must not know what a line says.
// Invariant: who is at the end stays there; who looks back keeps the line under their eyes.

import type { WindowModel } from "../window-model.ts";

/** So near the end is at the end, in CSS pixels. */
const AT_END_PX = 32;

/** Notes what is looked at; what it returns puts it back once the page is drawn. */
export function keepPlace(model: WindowModel): () => void {
  const box = findBox();
  const anchor = box === null || model.lines.following ? undefined : findAnchor(box);
  return () => {
    const drawn = findBox();
    if (drawn === null) return;
    if (model.lines.following) {
      drawn.scrollTop = drawn.scrollHeight;
      return;
    }
    const line = anchor && drawn.querySelector(`[data-id="${anchor.id}"]`);
    if (anchor && line) drawn.scrollTop += line.getBoundingClientRect().top - anchor.top;
  };
}

export function isAtEnd(box: Element): boolean {
  return box.scrollHeight - box.scrollTop - box.clientHeight <= AT_END_PX;
}

function findBox(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".log");
}

/** The first line that is in sight. */
function findAnchor(box: HTMLElement): { readonly id: string; readonly top: number } | undefined {
  const boxTop = box.getBoundingClientRect().top;
  for (const line of box.querySelectorAll<HTMLElement>("[data-id]")) {
    const { top, bottom } = line.getBoundingClientRect();
    if (bottom > boxTop && line.dataset.id !== undefined) return { id: line.dataset.id, top };
  }
  return undefined;
}
