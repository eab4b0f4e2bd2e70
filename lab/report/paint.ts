// Owns the colours of the terminal's lines. Pure. It must not know what is told with them. Invariant: where no colours are
// wanted, nothing that controls a terminal comes of it.

import { styleText } from "node:util";
import type { CaseVerdict } from "../replay/outcome.ts";

export type Style = Parameters<typeof styleText>[0];

/** Puts a style on a text, where colours are wanted. */
export type Paint = (style: Style, text: string) => string;

export const COLORS: Readonly<Record<CaseVerdict, Style>> = {
  pass: "green",
  fail: "red",
  unsupported: "yellow",
  error: "magenta",
  "known-failure": "cyan",
};

export function painter(hasColors: boolean): Paint {
  return (style, text) => (hasColors ? styleText(style, text, { validateStream: false }) : text);
}
