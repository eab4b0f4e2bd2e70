// Owns the look at raw data as a map. Invariant: what is no map has no keys.

export type Fields = Readonly<Record<string, unknown>>;

export function asMap(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
