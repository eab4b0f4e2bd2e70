// Owns the notation for bytes: pairs of hexadecimal digits as PROTOCOL.md writes them, `00*61` for sixty-one of one byte,
// and text in quotes for its UTF-8. Pure. Invariant: what formatHex writes of bytes, readHex reads as these bytes.

/** What one notation may stand for, so that a count cannot fill the memory. */
export const HEX_BYTES_MAX = 65_536;

/** Repetitions from so many bytes on are written with their count. */
const RUN_BYTES_MIN = 4;

export type HexResult =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** What stands where something else was expected. */
  | { readonly kind: "wrong"; readonly message: string };

const WORD = /"(?<text>[^"]*)"|(?<hex>(?:[0-9a-fA-F]{2})+)(?:\*(?<count>\d{1,6}))?(?=\s|$)|(?<other>\S+)/g;
const encoder = new TextEncoder();

export function readHex(notation: string): HexResult {
  const bytes: number[] = [];
  for (const { groups } of notation.matchAll(WORD)) {
    const { text, hex, count = "1", other } = groups ?? {};
    if (other !== undefined) {
      return {
        kind: "wrong",
        message: `expected pairs of hexadecimal digits such as 4a or 00*61; got ${quoted(other)}`,
      };
    }
    const word = text === undefined ? pairs(hex ?? "") : [...encoder.encode(text)];
    if (bytes.length + word.length * Number(count) > HEX_BYTES_MAX) {
      return { kind: "wrong", message: `expected at most ${HEX_BYTES_MAX} bytes; got more` };
    }
    for (let times = Number(count); times > 0; times -= 1) bytes.push(...word);
  }
  if (bytes.length === 0) return { kind: "wrong", message: "expected pairs of hexadecimal digits; got none" };
  return { kind: "bytes", bytes: Uint8Array.from(bytes) };
}

/** The first bytes in the same notation, with what is left out: "02 4a 6f 6e 00*61". */
export function formatHex(bytes: Uint8Array, wordsMax: number): string {
  const words: string[] = [];
  let at = 0;
  while (at < bytes.length && words.length < wordsMax) {
    const byte = bytes[at] ?? 0;
    let end = at + 1;
    while (end < bytes.length && bytes[end] === byte) end += 1;
    const hex = byte.toString(16).padStart(2, "0");
    if (end - at >= RUN_BYTES_MIN) words.push(`${hex}*${end - at}`);
    else end = at + 1;
    if (end === at + 1) words.push(hex);
    at = end;
  }
  return at < bytes.length ? `${words.join(" ")} … ${bytes.length - at} more` : words.join(" ");
}

function pairs(hex: string): readonly number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
