// Owns where the focus goes when the page changes under it. It must not move a focus that somebody put elsewhere.

import type { WindowModel } from "../window-model.ts";

let wasConnected = false;

/** Once connected, the next thing to do is in the entry. */
export function focusEntryWhenConnected(model: WindowModel): void {
  const isConnected = model.link === "connected";
  const { activeElement } = document;
  const isFree =
    activeElement === null || activeElement === document.body || activeElement.closest(".connect") !== null;
  if (isConnected && !wasConnected && isFree) focusEntry();
  wasConnected = isConnected;
}

/** For whoever just used something that leads to the entry. */
export function focusEntry(): void {
  document.querySelector<HTMLTextAreaElement>(".entry")?.focus();
}
