// Owns the text of a fence, by which everybody recognizes one. Pure. Invariant: what fenceText makes, isFenceText knows.

const FENCE = /^\[howdy-lab fence \d+\]$/;

export function fenceText(number: number): string {
  return `[howdy-lab fence ${number}]`;
}

export function isFenceText(text: string): boolean {
  return FENCE.test(text);
}
