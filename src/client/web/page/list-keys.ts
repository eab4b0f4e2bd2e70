// Owns which entry of a list a key leads to (WAI-ARIA's listbox pattern). It must not know what an entry is.

/** The index that a key moves to, or undefined for any other key. -1 is nothing selected yet. */
export function stepOf(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return Math.min(count - 1, index + 1);
    case "ArrowUp":
    case "ArrowLeft":
      return Math.max(0, index - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

/** The next entry, round and round, that begins with the typed character. */
export function findByTyping(key: string, index: number, names: readonly string[]): number | undefined {
  if (Array.from(key).length !== 1 || key === " ") return undefined;
  const typed = key.toLowerCase();
  for (let step = 1; step <= names.length; step += 1) {
    const candidate = (Math.max(-1, index) + step) % names.length;
    if (names[candidate]?.toLowerCase().startsWith(typed)) return candidate;
  }
  return undefined;
}
