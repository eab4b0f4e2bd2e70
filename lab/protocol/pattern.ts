// Owns how an expected text is compared with what a program said: PORT, … and blanks. Pure. It must not know where either
// text comes from. Invariant: comparing takes time linear in the text for each …, whatever the pattern.

/** Stands for any port number in an expected text. */
const PORT_WORD = /(?<![\p{L}\p{N}_])PORT(?![\p{L}\p{N}_])/gu;

/** Stands for any text in an expected text. */
const ANY_TEXT = /…+/;

/** An expected line, ready to be compared. */
export interface Pattern {
  /** As the scenario has it, with the bed's addresses. */
  readonly text: string;
  /** False when some of it may be any text. */
  readonly isSpecific: boolean;
  matches(line: string): boolean;
}

export function compilePattern(text: string): Pattern {
  const pieces = foldBlanks(text).split(ANY_TEXT);
  const [head = "", ...others] = pieces.map((piece) => sourceOf(piece, " "));
  // Most lines begin otherwise, and are not worth folding.
  const begins = new RegExp(`^${sourceOf(pieces[0] ?? "", "[ \\t]+")}`, "su");
  if (others.length === 0) {
    const whole = new RegExp(`^${head}$`, "su");
    return { text, isSpecific: true, matches: (line) => begins.test(line) && whole.test(foldBlanks(line)) };
  }
  const last = others.length - 1;
  const first = new RegExp(`^${head}`, "su");
  const rest = others.map((source, index) => ({
    source: new RegExp(index === last ? `${source}$` : source, "sug"),
    // The blanks on both sides of a … that stands for no text are one in the line.
    sharesBlank: pieces[index]?.endsWith(" ") === true && pieces[index + 1]?.startsWith(" ") === true,
  }));
  return {
    text,
    isSpecific: false,
    matches: (line) => begins.test(line) && matchesPieces(foldBlanks(line), first, rest),
  };
}

/** A piece of a text as a regular expression's source. */
function sourceOf(piece: string, blank: string): string {
  const words = piece.split(" ").map((word) => word.split(PORT_WORD).map(escapePattern).join("\\d{1,5}"));
  return words.join(blank);
}

interface Piece {
  readonly source: RegExp;
  /** May begin with the blank that the piece before it ended with. */
  readonly sharesBlank: boolean;
}

/** The leftmost place for each piece is always good enough, so nothing is ever tried twice. */
function matchesPieces(line: string, first: RegExp, rest: readonly Piece[]): boolean {
  let end = first.exec(line)?.[0].length;
  if (end === undefined) return false;
  for (const { source, sharesBlank } of rest) {
    source.lastIndex = sharesBlank ? end - 1 : end;
    if (!source.test(line)) return false;
    end = source.lastIndex;
  }
  return true;
}

/** A text as a regular expression's source. Node has RegExp.escape only from 24 on. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Runs of blanks compare as one. */
export function foldBlanks(line: string): string {
  return line.replace(/[ \t]+/g, " ");
}
