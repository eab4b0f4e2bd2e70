// Owns which NATS servers will do. Pure.

/** Older ones let two of several writes that expect the same sequence succeed. */
export const NATS_VERSION_MIN = "2.10.27";

/** By the three numbers that a version begins with. */
export function isAtLeast(version: string, least: string): boolean {
  const [one, other] = [version, least].map((each) => each.split(/[.-]/).slice(0, 3).map(Number));
  for (const [index, number] of (other ?? []).entries()) {
    const own = one?.[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
