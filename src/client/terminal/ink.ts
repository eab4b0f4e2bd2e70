// Owns the colours: which one a name has, and how other pieces are set apart. It must not know what stands in a line.
// Invariant: a name always has the same colour, which has at least INK_CONTRAST_MIN on black and on white. Nothing is
// told by colour alone, so nothing is lost without colours.

import { nameHash } from "../name-hash.ts";

/** How a piece of a line looks. */
export type Style =
  | { readonly kind: "plain" | "faint" | "whisper" | "server" | "strong" }
  | { readonly kind: "name"; readonly name: string };

export const PLAIN: Style = { kind: "plain" };

/** Colours a piece; pieces are never empty and hold no line break. */
export type Ink = (text: string, style: Style) => string;

/** WCAG 2.2, 1.4.11. For a text it asks for 4.5, which hardly any colour has on black and on white at once. */
export const INK_CONTRAST_MIN = 3.8;

/** Of the 256 colours that terminals agree on, those with the contrast that can be told apart. */
export const NAME_COLOURS: readonly number[] = [27, 28, 31, 62, 64, 95, 98, 99, 129, 130, 133, 160, 162, 164, 166];

/** The colours of a terminal that has 16, without black, white, and blue and yellow, which most palettes make hard to read. */
const BASIC_COLOURS: readonly number[] = [31, 32, 35, 36];

/** Bits of colour from which a terminal has 256, and from which it has 16. */
const DEPTH_256 = 8;
const DEPTH_16 = 4;

/** The ink of a terminal with so many bits of colour; 1 is none. */
export function inkOf(depthBits: number): Ink {
  if (depthBits < DEPTH_16) return (text) => text;
  const nameCode = depthBits < DEPTH_256 ? basicCode : code256;
  return (text, style) => {
    const code = style.kind === "name" ? nameCode(style.name) : CODES[style.kind];
    return code === "" ? text : `\x1b[${code}m${text}\x1b[0m`;
  };
}

/** SGR codes (ECMA-48). */
const CODES: Readonly<Record<Exclude<Style["kind"], "name">, string>> = {
  plain: "",
  faint: "2",
  whisper: "3",
  server: "1",
  strong: "1",
};

function code256(name: string): string {
  return `38;5;${NAME_COLOURS[nameHash(name) % NAME_COLOURS.length]}`;
}

function basicCode(name: string): string {
  return String(BASIC_COLOURS[nameHash(name) % BASIC_COLOURS.length]);
}
