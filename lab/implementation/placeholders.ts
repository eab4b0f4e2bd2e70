// Owns {placeholders}: words in braces that stand for what is known only later. Pure. Invariant: a brace that names nothing
// known stays as it is.

/** A text in which {word} stands for the value of that name. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => (Object.hasOwn(values, key) ? (values[key] ?? "") : whole));
}
