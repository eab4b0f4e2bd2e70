// Owns how implementations are called where several stand side by side. Pure. It must not know where they stand. Invariant: no
// two of them are called the same.

interface Named {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

/**
 * "howdy server 0.1.0" where no other is called so. Of those that are, what tells their files apart comes first, since a narrow
 * table shows the beginning: "alice: howdy server 0.1.0".
 */
export function distinctNames(all: readonly Named[]): readonly string[] {
  const names = all.map(tellName);
  const taken = new Set<string>();
  return all.map((each, index) => {
    const name = names[index] ?? "";
    const equals = all.filter((_, other) => names[other] === name);
    const told =
      equals.length === 1
        ? name
        : `${distinctPart(
            each.file,
            equals.map(({ file }) => file),
          )}: ${name}`;
    let unique = told;
    for (let number = 2; taken.has(unique); number += 1) unique = `${told} (${number})`;
    taken.add(unique);
    return unique;
  });
}

export function tellName({ name, version }: Pick<Named, "name" | "version">): string {
  return `${name} ${version}`.trim();
}

/** A path without what all of the paths begin and end with; whole where nothing is left. */
function distinctPart(path: string, all: readonly string[]): string {
  const parts = all.map((each) => each.split("/"));
  const own = path.split("/");
  const shortest = Math.min(...parts.map(({ length }) => length));
  let head = 0;
  while (head < shortest && parts.every((each) => each[head] === own[head])) head += 1;
  let tail = 0;
  while (tail < shortest - head && parts.every((each) => each.at(-1 - tail) === own.at(-1 - tail))) tail += 1;
  return own.slice(head, own.length - tail).join("/") || path;
}
