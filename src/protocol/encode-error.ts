// Owns the error of whoever misuses a codec. A peer's faults are values, and never this.

/** A message that cannot be written: the caller's fault. */
export class EncodeError extends RangeError {
  override readonly name = "EncodeError";
}
