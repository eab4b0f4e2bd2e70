// Owns objects of a hand-written file that take no other keys. Invariant: a wrong key is told with those that there are.

import * as z from "zod";

/** An object that takes no other keys, and says which it takes. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `expected ${keys === "" ? "no key" : keys}` : undefined),
  });
}
