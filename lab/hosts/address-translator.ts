// Owns how addresses that stand for others are put in their place in a text. Pure. It must not know whose addresses these
// are. Invariant: an address is found whole, and what was put in is not looked at again.

/** Gives a function that puts addresses in the place of those that stand for them, all at once. */
export function addressTranslator(addresses: ReadonlyMap<string, string>): (text: string) => string {
  if (addresses.size === 0) return (text) => text;
  const any = [...addresses.keys()].map((address) => address.replaceAll(".", "\\.")).join("|");
  const whole = new RegExp(`(?<![\\d.])(?:${any})(?!\\d|\\.\\d)`, "g");
  return (text) => text.replace(whole, (address) => addresses.get(address) ?? address);
}
