// Owns which colour a name has. Of where a name is drawn it must know nothing but how light that is. Invariant: every name
// has a contrast of at least NAME_CONTRAST_MIN on each of its scheme's backgrounds. A test reads those from page.css.

import { nameHash } from "../../name-hash.ts";

/** WCAG 2.2, 1.4.3, level AA. */
export const NAME_CONTRAST_MIN = 4.5;

/** The darkest background of the light scheme, and the lightest of the dark one, in relative luminance (WCAG 2.2). */
export const LIGHT_LUMINANCE_MIN = 0.76;
export const DARK_LUMINANCE_MAX = 0.045;

const SATURATION = 0.62;
/** Hues that can be told apart side by side. */
const HUES = 36;

/** The same name's colour on light and on dark backgrounds, as #rrggbb. */
export interface NameColour {
  readonly light: string;
  readonly dark: string;
}

const LIGHT_TARGET = (LIGHT_LUMINANCE_MIN + 0.05) / NAME_CONTRAST_MIN - 0.05;
const DARK_TARGET = (DARK_LUMINANCE_MAX + 0.05) * NAME_CONTRAST_MIN - 0.05;

const COLOURS: readonly NameColour[] = Array.from({ length: HUES }, (_, index) => {
  const hue = (index * 360) / HUES;
  return { light: colourUpTo(hue, LIGHT_TARGET), dark: colourFrom(hue, DARK_TARGET) };
});

/** The colour of a name: always the same one. */
export function nameColour(name: string): NameColour {
  return COLOURS[nameHash(name) % HUES] ?? { light: "#000000", dark: "#ffffff" };
}

/** WCAG's contrast of two relative luminances. */
export function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** WCAG's relative luminance of #rrggbb. */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16)));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The lightest colour of a hue that is no lighter than the luminance. */
function colourUpTo(hue: number, luminanceMax: number): string {
  return shadesOf(hue).findLast((colour) => luminance(colour) <= luminanceMax) ?? "#000000";
}

/** The darkest colour of a hue that is no darker than the luminance. */
function colourFrom(hue: number, luminanceMin: number): string {
  return shadesOf(hue).find((colour) => luminance(colour) >= luminanceMin) ?? "#ffffff";
}

function shadesOf(hue: number): readonly string[] {
  return Array.from({ length: 101 }, (_, percent) => fromHsl(hue, SATURATION, percent / 100));
}

// CSS Color 4, 7.1.
function fromHsl(hue: number, saturation: number, lightness: number): string {
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    const value = lightness - saturation * Math.min(lightness, 1 - lightness) * clamp(Math.min(k - 3, 9 - k));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
