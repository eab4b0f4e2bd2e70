// Owns how a program's help is laid out: a column of what can be said, and beside it what that does. Pure: rows in, text out.
// Invariant: no line is longer than HELP_COLUMNS_MAX, unless one word is.

import type { Option, OptionTable, ValueOption } from "./option.ts";

/** Characters of a line: what fits beside something else on a wide screen. */
export const HELP_COLUMNS_MAX = 120;

const MARGIN = "  ";
/** A blank at which no line is cut: inside a note such as "0 to 1000 ms". */
const HARD_BLANK = "\u00a0";

export interface HelpRow {
  readonly label: string;
  readonly text: string;
}

/** A row for each option, with its limits, its variable and its default. */
export function optionRows(table: OptionTable): readonly HelpRow[] {
  return Object.entries(table).map(([name, option]) => {
    const notes = notesOf(option);
    const short = option.short === undefined ? "" : `-${option.short}, `;
    const value = option.kind === "flag" ? "" : ` ${option.placeholder ?? option.kind.placeholder}`;
    return { label: `${short}--${name}${value}`, text: notes === "" ? option.help : `${option.help} (${notes})` };
  });
}

/** Groups of rows as lines, all aligned, with an empty line between two groups and no line break at the end. */
export function layOutHelp(...groups: readonly (readonly HelpRow[])[]): string {
  const labelColumns = Math.max(...groups.flat().map(({ label }) => label.length));
  return groups.map((rows) => rows.map((row) => layOutRow(row, labelColumns)).join("\n")).join("\n\n");
}

function layOutRow({ label, text }: HelpRow, labelColumns: number): string {
  const indent = " ".repeat(labelColumns + 2 * MARGIN.length);
  const lines = wrapText(text, HELP_COLUMNS_MAX - indent.length);
  return `${MARGIN}${label.padEnd(labelColumns)}${MARGIN}${lines.join(`\n${indent}`)}`;
}

/** A text as lines of at most so many characters, cut at its blanks. */
export function wrapText(text: string, columns = HELP_COLUMNS_MAX): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \n]+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > columns && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => each.replaceAll(HARD_BLANK, " "));
}

function notesOf(option: Option): string {
  if (option.kind === "flag") return "";
  const limits = option.kind.limits === undefined ? [] : [option.kind.limits];
  const notes = [...limits, ...(option.repeats ? repeatedNotes(option) : singleNotes(option))];
  return notes.map((note) => note.replaceAll(" ", HARD_BLANK)).join("; ");
}

function singleNotes({ variable, default: fallback, otherwise }: ValueOption): readonly string[] {
  const notes = [
    ...(variable === undefined ? [] : [`else ${variable}`]),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...(otherwise === undefined ? [] : [`else ${otherwise}`]),
  ];
  return notes.length === 0 ? [] : [notes.join(", ")];
}

function repeatedNotes({ variable, default: fallback }: ValueOption): readonly string[] {
  const isAdded = fallback === undefined;
  const inVariable = variable === undefined ? [] : [`${isAdded ? "also" : "else"} ${variable}, with commas`];
  return ["may be repeated", ...inVariable, ...(isAdded ? [] : [`default ${fallback}`])];
}
