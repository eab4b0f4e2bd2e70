// Owns a class as a whole: which hand-ins are graded here, what each is called, and the one result. It must not know how one
// is graded, or the command line. Invariant: the same hand-ins under the same rubric give the same result, in however many
// parts and lanes, and however often it was killed on the way.

import { createHash } from "node:crypto";
import { inLanes } from "../in-lanes.ts";
import { type ClassResult, classSchema, type RubricResult, type Submission } from "./class-result.ts";
import { type GradeOptions, gradeHandIn } from "./grade-hand-in.ts";
import type { HandIn } from "./take-in.ts";

/** One part of several, from 1 on. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Every so-many-th, so that no part has all of those that take long. */
export function shardOf(handIns: readonly HandIn[], shard: Shard | null): readonly HandIn[] {
  return shard === null ? handIns : handIns.filter((_, at) => at % shard.of === shard.index - 1);
}

/** The same hand-ins under numbers: in no order that tells anything, and the same in every part. */
export function numberHandIns(handIns: readonly HandIn[]): readonly HandIn[] {
  const digits = String(handIns.length).length;
  const order = new Map(handIns.map((each) => [each, createHash("sha256").update(each.name).digest("hex")]));
  const mixed = handIns.toSorted((one, other) => ((order.get(one) ?? "") < (order.get(other) ?? "") ? -1 : 1));
  return mixed.map(({ path }, at) => ({ path, name: String(at + 1).padStart(digits, "0") }));
}

/** Grades hand-ins side by side; those that were called off are not among them. */
export async function gradeClass(
  handIns: readonly HandIn[],
  lanes: number,
  options: GradeOptions,
): Promise<readonly Submission[]> {
  const graded = await inLanes(handIns, lanes, async (handIn, lane) =>
    options.signal.aborted ? undefined : gradeHandIn(handIn, lane, options),
  );
  return graded.filter((each) => each !== undefined);
}

/** What several parts of a class share. */
type Head = Omit<ClassResult, "schema" | "kind" | "rubric" | "submissions">;

export function toClassResult(rubric: RubricResult, submissions: readonly Submission[], head: Head): ClassResult {
  const sorted = submissions.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  // Of one form, down to the order of its keys, wherever its parts come from.
  return classSchema.parse({ schema: 1, kind: "class", rubric, ...head, submissions: sorted });
}
