// Owns what can be linked to: `case-08`, `case-08-step-1`, `case-08-message-12`. Pure. Invariant: an anchor is the same
// in every report of the same run, whatever is hidden, and no two things share one.

/** An anchor for each case, from what its scenario calls itself; only letters, digits, dots and dashes are kept. */
export function caseAnchors(scenarios: readonly { readonly id: string }[]): readonly string[] {
  const taken = new Set<string>();
  return scenarios.map(({ id }) => {
    const plain = `case-${id.replace(/[^\p{L}\p{N}.-]+/gu, "-")}`;
    let anchor = plain;
    for (let number = 2; taken.has(anchor); number += 1) anchor = `${plain}.${number}`;
    taken.add(anchor);
    return anchor;
  });
}

/** @param number - From 1 on, as the result's steps. */
export function stepAnchor(caseAnchor: string, number: number): string {
  return `${caseAnchor}-step-${number}`;
}

/** Which case an anchor lies in, by its index; the longest name wins, so that `case-1-1` is not taken for `case-1`. */
export function caseOf(anchor: string, anchors: readonly string[]): number | undefined {
  const fitting = anchors
    .map((name, index) => ({ name, index }))
    .filter(({ name }) => anchor === name || anchor.startsWith(`${name}-`))
    .sort((one, other) => other.name.length - one.name.length);
  return fitting[0]?.index;
}
