// Owns {placeholders}: words in braces that stand for what is known only later. Pure. Invariant: {{word}} is always {word},
// and other braces stay as they are.

const PLACEHOLDER = /\{\{(?<literal>\w+)\}\}|\{(?<key>\w+)\}/g;

/** A text in which {word} stands for the value of that name. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (whole, literal: string | undefined, key: string) => {
    if (literal !== undefined) return `{${literal}}`;
    return Object.hasOwn(values, key) ? (values[key] ?? "") : whole;
  });
}

/** The words of a text that stand for something, each as it is written: "{address}". */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(({ groups }) =>
    groups?.key === undefined ? [] : [`{${groups.key}}`],
  );
}
