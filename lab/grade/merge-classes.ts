// Owns how the parts of a class (--shard) become one. Pure. It must not know files. Invariant: only parts of one class under
// one rubric are put together, and no hand-in stands in it twice.

import { type ClassResult, classSchema } from "./class-result.ts";
import { type Shard, toClassResult } from "./grade-class.ts";

export type Merged =
  | { readonly kind: "merged"; readonly result: ClassResult }
  | { readonly kind: "wrong"; readonly message: string };

/** A part, and what it is called in messages. */
export interface Part {
  readonly name: string;
  readonly result: ClassResult;
}

/** Reads what a class.json holds; undefined where it holds something else. */
export function readClass(text: string): ClassResult | undefined {
  try {
    return classSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @param parts - At least one. */
export function mergeClasses([first, ...others]: readonly [Part, ...Part[]], command: string): Merged {
  const parts = [first, ...others];
  const other = parts.find(({ result }) => result.rubric.digest !== first.result.rubric.digest);
  if (other !== undefined) {
    const message = `${other.name}: expected the rubric and the cases of ${first.name}; got others`;
    return { kind: "wrong", message };
  }
  const [split, ...splits] = parts.flatMap(splitOf);
  const odd = splits.find(({ of }) => of !== split?.of);
  if (split !== undefined && odd !== undefined) {
    return {
      kind: "wrong",
      message: `${odd.name}: expected a part of ${split.of}, as ${split.name}; got one of ${odd.of}`,
    };
  }
  const whose = new Map<string, string>();
  for (const { name, result } of parts) {
    for (const each of result.submissions) {
      const before = whose.get(each.name);
      if (before !== undefined) {
        const told = JSON.stringify(each.name);
        return {
          kind: "wrong",
          message: `${name}: expected hand-ins that no other part has; got ${told}, as ${before}`,
        };
      }
      whose.set(each.name, name);
    }
  }
  const results = parts.map(({ result }) => result);
  const submissions = results.flatMap((result) => result.submissions);
  return {
    kind: "merged",
    result: toClassResult(first.result.rubric, submissions, {
      testbed: first.result.testbed,
      // A part without a case that was run has none.
      bed: results.find(({ bed }) => bed !== "")?.bed ?? "",
      command,
      startedAt: results.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.result.startedAt,
      durationMs: Math.max(...results.map(({ durationMs }) => durationMs)),
      anonymous: results.some(({ anonymous }) => anonymous),
      shard: null,
      missing: split === undefined ? [] : missingOf(split.of, [split, ...splits]),
      planned: results.reduce((sum, { planned }) => sum + planned, 0),
    }),
  };
}

/** Into how many parts a class was split, and which of them a part is, or holds after an earlier merge. */
interface Split {
  readonly name: string;
  readonly of: number;
  readonly has: (index: number) => boolean;
}

/** None of a class that was graded as a whole, or is whole again. */
function splitOf({ name, result: { missing, shard } }: Part): readonly Split[] {
  if (shard !== null) return [{ name, of: shard.of, has: (index) => index === shard.index }];
  const [first] = missing;
  return first === undefined
    ? []
    : [{ name, of: first.of, has: (index) => missing.every((each) => each.index !== index) }];
}

function missingOf(of: number, splits: readonly Split[]): Shard[] {
  const all = Array.from({ length: of }, (_, at) => at + 1);
  return all.filter((index) => !splits.some(({ has }) => has(index))).map((index) => ({ index, of }));
}
