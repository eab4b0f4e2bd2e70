// Owns the map that takes no other keys than its own, and says which it takes.

import { z } from "zod";

export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `expected ${keys === "" ? "no key" : keys}` : undefined),
  });
}
