// Owns how a scenario's text is compared with what a program said: PORT, …, blanks, and addresses that stand for others.
// It must not know where either text comes from. Invariant: comparing takes time linear in the text for each …,
// whatever the pattern.

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
  const words = piece.split(" ").map((word) =>
    word
      .split(PORT_WORD)
      .map((part) => RegExp.escape(part))
      .join("\\d{1,5}"),
  );
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

/** Runs of blanks compare as one. */
export function foldBlanks(line: string): string {
  return line.replace(/[ \t]+/g, " ");
}

/** Gives a function that puts the addresses of hosts on a bed in the place of the report's, which are by host. */
export function translatorFor(
  hosts: readonly { readonly spec: { readonly name: string; readonly address: string }; readonly address: string }[],
  writtenAddresses: ReadonlyMap<string, string>,
): (text: string) => string {
  const pairs = hosts.map(({ spec, address }) => [writtenAddresses.get(spec.name) ?? spec.address, address] as const);
  return addressTranslator(new Map(pairs));
}

/** Gives a function that puts the bed's addresses in the place of the report's, all at once. */
export function addressTranslator(addresses: ReadonlyMap<string, string>): (text: string) => string {
  if (addresses.size === 0) return (text) => text;
  const any = [...addresses.keys()].map((address) => RegExp.escape(address)).join("|");
  const whole = new RegExp(`(?<![\\d.])(?:${any})(?!\\d|\\.\\d)`, "g");
  return (text) => text.replace(whole, (address) => addresses.get(address) ?? address);
}

/** The text of a server's output line: the msg of a JSON log line, or the line itself without a carriage return. */
export function logText(output: string): string {
  const line = output.replace(/\r$/, "");
  if (!line.startsWith("{")) return line;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || !("msg" in parsed)) return line;
    return typeof parsed.msg === "string" ? parsed.msg : line;
  } catch {
    return line;
  }
}
