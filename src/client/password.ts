// Owns which passwords a client takes, and why another is none. Pure. It must not know what one is for beyond whether it is
// chosen now. Invariant: nothing that it says holds any of the password.

/** Characters of a password that is chosen now: NIST SP 800-63B, 5.1.1.1. One that was chosen elsewhere may be shorter. */
export const PASSWORD_CHARACTERS_MIN = 8;

/** Bytes of UTF-8 in a password: far over what anybody or a program makes up. */
export const PASSWORD_BYTES_MAX = 1024;

export type PasswordFault = "password-empty" | "password-too-short" | "password-too-long" | "password-unfit";

/** What is wrong with a password; RFC 8265, 4.2 forbids control characters. */
export function passwordFault(password: string, isNew: boolean): PasswordFault | undefined {
  if (password === "") return "password-empty";
  if (new TextEncoder().encode(password).length > PASSWORD_BYTES_MAX) return "password-too-long";
  if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return "password-unfit";
  if (isNew && [...password].length < PASSWORD_CHARACTERS_MIN) return "password-too-short";
  return undefined;
}
