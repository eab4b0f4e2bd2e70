import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  contrast,
  DARK_LUMINANCE_MAX,
  LIGHT_LUMINANCE_MIN,
  luminance,
  NAME_CONTRAST_MIN,
  nameColour,
} from "./name-colour.ts";

const NAMES = Array.from({ length: 5000 }, (_, index) => `User ${index} ${String.fromCodePoint(0x4e00 + index)}`);
const TOKENS = readTokens(readFileSync(new URL("page.css", import.meta.url), "utf8"));
const GROUNDS = [...TOKENS].filter(([name]) => name.startsWith("--ground"));

test("the contrast is WCAG's", () => {
  expect(contrast(luminance("#ffffff"), luminance("#000000"))).toBeCloseTo(21);
  expect(contrast(luminance("#777777"), luminance("#ffffff"))).toBeCloseTo(4.48, 2);
});

test("the grounds that names stand on are within what the colours are made for", () => {
  expect(GROUNDS.length).toBeGreaterThanOrEqual(6);
  for (const [name, { light, dark }] of GROUNDS) {
    expect(luminance(light), `${name} light`).toBeGreaterThanOrEqual(LIGHT_LUMINANCE_MIN);
    expect(luminance(dark), `${name} dark`).toBeLessThanOrEqual(DARK_LUMINANCE_MAX);
  }
});

test("every name can be read on every ground, in light and in dark", () => {
  for (const { light, dark } of new Set(NAMES.map(nameColour))) {
    for (const [name, ground] of GROUNDS) {
      expect(contrast(luminance(light), luminance(ground.light)), `${light} on ${name}`).toBeGreaterThanOrEqual(
        NAME_CONTRAST_MIN,
      );
      expect(contrast(luminance(dark), luminance(ground.dark)), `${dark} on ${name}`).toBeGreaterThanOrEqual(
        NAME_CONTRAST_MIN,
      );
    }
  }
});

test.each(["--ink", "--ink-soft", "--ink-bad", "--ink-good"])("%s can be read on every ground", (ink) => {
  const colours = tokenOf(ink);
  for (const [name, ground] of GROUNDS) {
    expect(contrast(luminance(colours.light), luminance(ground.light)), `on ${name}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(luminance(colours.dark), luminance(ground.dark)), `on ${name}`).toBeGreaterThanOrEqual(4.5);
  }
});

test.each(["--accent", "--accent-strong"])("a button's text can be read on %s", (accent) => {
  for (const scheme of ["light", "dark"] as const) {
    const ratio = contrast(luminance(tokenOf("--on-accent")[scheme]), luminance(tokenOf(accent)[scheme]));
    expect(ratio, scheme).toBeGreaterThanOrEqual(4.5);
  }
});

test("an entry's edge can be seen: 3 to 1 (WCAG 2.2, 1.4.11)", () => {
  for (const scheme of ["light", "dark"] as const) {
    const ratio = contrast(luminance(tokenOf("--edge-entry")[scheme]), luminance(tokenOf("--ground-panel")[scheme]));
    expect(ratio, scheme).toBeGreaterThanOrEqual(3);
  }
});

test("a name always has the same colour, and names have many", () => {
  expect(nameColour("Jon Stewart")).toEqual(nameColour("Jon Stewart"));
  expect(new Set(NAMES.map((name) => nameColour(name).light)).size).toBeGreaterThanOrEqual(30);
  expect(nameColour("Jon Stewart")).not.toEqual(nameColour("Jon Stewarts"));
});

interface Token {
  readonly light: string;
  readonly dark: string;
}

function tokenOf(name: string): Token {
  const token = TOKENS.get(name);
  if (token === undefined) throw new Error(`page.css has no ${name}`);
  return token;
}

/** The tokens that are light-dark(#rrggbb, #rrggbb). */
function readTokens(css: string): ReadonlyMap<string, Token> {
  const found = css.matchAll(/(--[\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g);
  return new Map([...found].map(([, name = "", light = "", dark = ""]) => [name, { light, dark }]));
}
