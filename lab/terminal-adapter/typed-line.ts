// Owns the line being typed: the prompt in front of it, which tells where it goes, and how a text stands on it. Pure. It
// must not know keys. Invariant: what writeText gives is read back by readText as the same text.

/** What the prompt says, and the line behind it as it stands there. */
export type TypedLine = { readonly line: string } & (
  | { readonly kind: "offline" | "name" | "waiting" }
  | { readonly kind: "talk"; readonly receiver: string }
);

/** Characters of a name in the prompt. */
const NAME_CHARACTERS_MAX = 24;
const FIXED = [
  ["offline> ", { kind: "offline" }],
  ["your name> ", { kind: "name" }],
  ["to All> ", { kind: "talk", receiver: "All" }],
] as const;
/** How a line begins that goes elsewhere than the prompt says. */
const ADDRESS = /^(?:\/all |\/w "[^"]*" )/;

/** Reads the row; names are those that the prompt may show, cut if they are long. Undefined while it is not all there. */
export function readTypedLine(row: string, names: readonly string[]): TypedLine | undefined {
  for (const [prompt, what] of FIXED) if (row.startsWith(prompt)) return { ...what, line: row.slice(prompt.length) };
  for (const receiver of names.toSorted((one, other) => other.length - one.length)) {
    for (const where of ["", " (away)"]) {
      const prompt = `whisper to ${shorten(receiver)}${where}> `;
      if (row.startsWith(prompt)) return { kind: "talk", receiver, line: row.slice(prompt.length) };
    }
    const prompt = `${shorten(receiver)}?> `;
    if (row.startsWith(prompt)) return { kind: "waiting", line: row.slice(prompt.length) };
  }
  const [, receiver, line = ""] = /^whisper to (.*?)(?: \(away\))?> (.*)$/su.exec(row) ?? [];
  if (receiver !== undefined) return { kind: "talk", receiver, line };
  const [, waiting] = /^.*?\?> (.*)$/su.exec(row) ?? [];
  return waiting === undefined ? undefined : { kind: "waiting", line: waiting };
}

/** The text that a line means, wherever it goes. */
export function readText(line: string): string {
  const text = line.replace(ADDRESS, "");
  return ADDRESS.test(line) || !/^(?:\/\/|@@)/.test(text) ? text : text.slice(1);
}

/** What a person types for a text: what would be a command has its first character twice. */
export function writeText(text: string): string {
  return /^[/@]/.test(text) ? `${text[0]}${text}` : text;
}

/** The same for one receiver, whatever the prompt says. */
export function writeAddressed(receiver: string, text: string): string {
  return receiver === "All" ? `/all ${text}` : `/w "${receiver}" ${text}`;
}

function shorten(name: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  if (characters.length <= NAME_CHARACTERS_MAX) return name;
  return `${characters.slice(0, NAME_CHARACTERS_MAX - 1).join("")}\u2026`;
}
