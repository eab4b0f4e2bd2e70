// Owns how texts stand in GitHub's Markdown. Pure. Invariant: what a text holds is shown as it is: it opens no markup, ends
// no fence, cell or line, and links to nobody.

import { printable, printableLines } from "./plain-text.ts";

/** Begins some markup within a line: emphasis, code, HTML, links, cells, mentions, mathematics, emoji. */
const MARKUP = /[#$&*<>@[\\\]_`|~]|:(?! )/g;

/** GitHub makes a link of what follows. */
const LINK_DOT = /(?<=www)\./gi;

const FENCE_LENGTH_MIN = 3;

/** One line of text within a paragraph, a cell or an HTML element: the same characters, as references where needed. */
export function inlineText(text: string): string {
  return printable(text.trim().replace(/[ \t]+/g, " "))
    .replace(MARKUP, reference)
    .replace(LINK_DOT, reference);
}

/** A code span of one line. Not for a cell, where a pipe would end it. */
export function inlineCode(text: string): string {
  const line = printable(text);
  const ticks = "`".repeat(longestRun(line, /`+/g) + 1);
  return `${ticks} ${line === "" ? "-" : line} ${ticks}`;
}

/** A command, whole: a span, or a block where it has lines. */
export function commandText(command: string): string {
  return command.includes("\n") ? `\n\n${codeBlock("text", command)}` : ` ${inlineCode(command)}`;
}

/** A link that shows where it leads. @param address - Of the web, as a URL is written when it was parsed. */
export function inlineLink(address: string): string {
  // What could end the address, or begin markup that binds tighter, is what a URL may have encoded as well.
  const target = address.replace(/[`|\\$<>\s]/g, encodeURIComponent).replaceAll("&", "&amp;");
  return `[${inlineText(address)}](<${target}>)`;
}

/** A block of code, in a fence that is longer than any in the text. */
export function codeBlock(language: "text" | "diff", text: string): string {
  const lines = printableLines(text);
  const fence = "`".repeat(Math.max(FENCE_LENGTH_MIN, longestRun(lines, /`+/g) + 1));
  return `${fence}${language}\n${lines}\n${fence}`;
}

function longestRun(text: string, runs: RegExp): number {
  return [...text.matchAll(runs)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
