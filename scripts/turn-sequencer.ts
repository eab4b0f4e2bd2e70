// Owns the order in which test files start. It must not know what a file tests. Invariant: files that keep a whole core
// busy take turns with those that mostly wait, and what takes longest is not left for the end.

import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The project whose files keep a core busy: a browser lays out and draws for each of their steps. */
const BUSY = "browser";
/** The project of the many short files. */
const SHORT = "everywhere";

export class TurnSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byProject = Object.groupBy(await super.sort(files), ({ project: { name } }) =>
      name === BUSY || name === SHORT ? name : "long",
    );
    const { [BUSY]: busy = [], [SHORT]: short = [], long = [] } = byProject;
    const waiting = [...long, ...short];
    const turns = waiting.flatMap((file, index) => [...busy.slice(index, index + 1), file]);
    return [...turns, ...busy.slice(waiting.length)];
  }
}
