// Owns the number that a name's colour comes from, the same in every face.

/** FNV-1a, 32 bits: small changes of a name change its colour. */
export function nameHash(name: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    value = Math.imul(value ^ name.charCodeAt(index), 0x01000193);
  }
  return (value ^ (value >>> 15)) >>> 0;
}
