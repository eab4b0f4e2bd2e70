// Owns the lab's mark in the bar of a page.

import type { JSX } from "preact";

export function BrandMark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <path d="M7 4h18a5 5 0 0 1 5 5v10a5 5 0 0 1-5 5H14l-7 6v-6a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5z" fill="#0f766e" />
      <path d="M11 9v10M11 14h10M21 9v10" stroke="#fff" stroke-width="3" stroke-linecap="round" />
    </svg>
  );
}
