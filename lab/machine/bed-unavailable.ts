// Owns the error that ends a run before it begins: no bed can be had.

/** Exit status 3. The message says what was tried, what was found and what to do. */
export class BedUnavailableError extends Error {
  override readonly name = "BedUnavailableError";
}
