// Owns the order in which test files start. It must not know what a file tests. Invariant: files that keep a core busy take
// turns with those that wait for an engine, and what takes longest is not left for the end.

import { readFileSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Projects by what their files do most: drive a browser, wait for an engine, or are over at once. */
const KINDS = { browser: "busy", docker: "waiting", compose: "waiting", everywhere: "short" } as const;

/** A file of the many short ones that opens beds or starts programs is none of them. */
const STARTS_PROGRAMS =
  /fixtures\/(?:bed-lanes|conformance-lanes|own-subnet|probe-on|run-lab|run-lines|programs?|test-program)\.ts"/;

type Kind = (typeof KINDS)[keyof typeof KINDS] | "programs" | "other";

export class TurnSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byKind = Object.groupBy(await super.sort(files), kindOf);
    const { busy = [], waiting = [], other = [], programs = [], short = [] } = byKind;
    return [...inTurn(waiting, busy, other), ...programs, ...short];
  }
}

function kindOf({ project, moduleId }: TestSpecification): Kind {
  const kind = KINDS[project.name as keyof typeof KINDS] ?? "other";
  return kind === "short" && STARTS_PROGRAMS.test(readFileSync(moduleId, "utf8")) ? "programs" : kind;
}

/** One of each list after the other, until all are empty. */
function inTurn<Value>(...lists: readonly (readonly Value[])[]): Value[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
