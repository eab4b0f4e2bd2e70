import { expect, test } from "vitest";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import type { Implementation } from "../implementation/implementation.ts";
import type { RunResult } from "../result/result.ts";
import type { MatrixCell } from "./matrix-result.ts";
import { type MatrixOptions, type MatrixPair, type PairEnd, runMatrix, type Side } from "./run-matrix.ts";

const PLANNED = 3;

test("every server meets every client, and cells come in their order, whichever pair ends first", async () => {
  const bench = new Bench();
  const running = bench.run(2, 3, { parallel: 6 });
  for (const pair of bench.started.toReversed()) bench.end(pair);
  const cells = await running;
  expect(cells.map(({ server, client }) => [server, client])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  expect(cells.every(({ fault, planned }) => fault === null && planned === PLANNED)).toBe(true);
});

test("one pair runs after the other unless told", async () => {
  const bench = new Bench();
  const running = bench.run(2, 2, { parallel: 1 });
  for (let count = 1; count <= 4; count += 1) {
    await bench.whenStarted(count);
    expect(bench.busy.size).toBe(1);
    bench.end(bench.started.at(-1));
  }
  expect(await running).toHaveLength(4);
  expect(new Set(bench.lanes)).toEqual(new Set([0]));
});

test("pairs that run at once never share a lane, and no more run than are allowed", async () => {
  const bench = new Bench();
  const running = bench.run(4, 4, { parallel: 3 });
  for (let count = 3; count <= 18; count += 1) {
    await bench.whenStarted(Math.min(count, 16));
    expect(bench.busy.size).toBe(Math.min(3, 19 - count));
    expect([...bench.busy.values()].every((lane) => lane < 3)).toBe(true);
    // Not the one that has run longest, so that lanes get out of step.
    bench.end([...bench.busy.keys()].at(count % bench.busy.size));
  }
  expect(await running).toHaveLength(16);
});

test("more lanes than pairs are no lanes", async () => {
  const bench = new Bench();
  const running = bench.run(1, 2, { parallel: 16 });
  for (const pair of [...bench.started]) bench.end(pair);
  await running;
  expect(bench.lanes.toSorted()).toEqual([0, 1]);
});

test("a pair that cannot be run has a cell with its fault, and the others run", async () => {
  const bench = new Bench();
  const running = bench.run(2, 1, { parallel: 1 });
  bench.end(bench.started[0], { fault: "the image is not there" });
  await bench.whenStarted(2);
  bench.end(bench.started[1]);
  expect((await running).map(({ fault, scenarios }) => [fault, scenarios])).toEqual([
    ["the image is not there", []],
    [null, []],
  ]);
});

test("behind an interruption no pair is begun, and each has a cell that says so", async () => {
  const bench = new Bench();
  const interruption = new AbortController();
  const running = bench.run(2, 2, { parallel: 1, signal: interruption.signal });
  interruption.abort();
  bench.end(bench.started[0]);
  const cells = await running;
  expect(bench.started).toHaveLength(1);
  expect(cells.map(({ fault }) => fault)).toEqual([
    null,
    ...Array.from({ length: 3 }, () => "not run: the matrix was interrupted"),
  ]);
});

test("a fault of the lab's own is no cell: it is thrown, once the pairs under way have ended, and no other is begun", async () => {
  const bench = new Bench();
  let isOver = false;
  const running = bench.run(3, 1, { parallel: 2 }).finally(() => {
    isOver = true;
  });
  const thrown = expect(running).rejects.toThrow("a bug");
  bench.break(bench.started[0], new Error("a bug"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  bench.end(bench.started[1]);
  await thrown;
  expect(bench.started).toHaveLength(2);
});

test("each pair has a folder of its own, whatever its names are", async () => {
  const bench = new Bench(() => "../../etc/ <b>\u001b[2J ünïcode/".repeat(20));
  const running = bench.run(2, 2, { parallel: 4 });
  for (const pair of [...bench.started]) bench.end(pair);
  const folders = (await running).map(({ folder }) => folder);
  expect(new Set(folders).size).toBe(4);
  for (const folder of folders) expect(folder).toMatch(/^\d+-[a-z0-9.-]{0,40}--\d+-[a-z0-9.-]{0,40}$/);
  expect(folders.join()).not.toContain("/");
});

test("a file that describes nothing is a row of errors, and stops no other pair", async () => {
  const bench = new Bench();
  const broken = { file: "sub/bob.yaml", problems: ["sub/bob.yaml:1:1: expected a map", "and 2 more"] };
  const running = bench.run(0, 2, { parallel: 2, servers: [broken, bench.make(OWN_PAIR.server, 1)] });
  await bench.whenStarted(2);
  for (const pair of [...bench.started]) bench.end(pair);
  const cells = await running;
  expect(cells.map(({ fault }) => fault)).toEqual([
    "sub/bob.yaml:1:1: expected a map; and 2 more",
    "sub/bob.yaml:1:1: expected a map; and 2 more",
    null,
    null,
  ]);
  expect(cells[0]?.folder).toBe("1-sub-bob.yaml--1-no-0-0.1.0");
});

test("whoever watches is told of every cell as it comes", async () => {
  const bench = new Bench();
  const running = bench.run(1, 2, { parallel: 2 });
  const [first, second] = bench.started;
  bench.end(second);
  bench.end(first);
  await running;
  expect(bench.told.map(({ client }) => client)).toEqual([1, 0]);
});

/** Pairs that run until a test ends them. */
class Bench {
  readonly started: MatrixPair[] = [];
  readonly busy = new Map<MatrixPair, number>();
  readonly lanes: number[] = [];
  readonly told: MatrixCell[] = [];
  readonly #ends = new Map<MatrixPair, PromiseWithResolvers<PairEnd>>();
  readonly #nameOf: (index: number) => string;
  #wake = () => {};

  constructor(nameOf = (index: number) => `no ${index}`) {
    this.#nameOf = nameOf;
  }

  run(servers: number, clients: number, more: Partial<MatrixOptions>): Promise<readonly MatrixCell[]> {
    return runMatrix({
      servers: Array.from({ length: servers }, (_, index) => this.make(OWN_PAIR.server, index)),
      clients: Array.from({ length: clients }, (_, index) => this.make(OWN_PAIR.client, index)),
      parallel: 1,
      planned: PLANNED,
      signal: new AbortController().signal,
      runPair: (pair, lane) => this.#start(pair, lane),
      onCell: (cell) => this.told.push(cell),
      ...more,
    });
  }

  async whenStarted(count: number): Promise<void> {
    while (this.started.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  end(pair: MatrixPair | undefined, end: PairEnd = { result: EMPTY }): void {
    this.#take(pair).resolve(end);
  }

  break(pair: MatrixPair | undefined, error: Error): void {
    this.#take(pair).reject(error);
  }

  #take(pair: MatrixPair | undefined): PromiseWithResolvers<PairEnd> {
    const end = pair === undefined ? undefined : this.#ends.get(pair);
    if (pair === undefined || end === undefined) throw new Error("no such pair was started");
    this.busy.delete(pair);
    return end;
  }

  #start(pair: MatrixPair, lane: number): Promise<PairEnd> {
    expect([...this.busy.values()]).not.toContain(lane);
    const end = Promise.withResolvers<PairEnd>();
    this.started.push(pair);
    this.busy.set(pair, lane);
    this.lanes.push(lane);
    this.#ends.set(pair, end);
    this.#wake();
    return end.promise;
  }

  make(implementation: Implementation, index: number): Side {
    return { implementation: { ...implementation, name: this.#nameOf(index) } };
  }
}

const EMPTY: RunResult = {
  schema: 1,
  testbed: "local",
  bed: "",
  server: "",
  client: "",
  command: "",
  hosts: [],
  startedAt: "2026-01-02T03:04:05.678Z",
  durationMs: 0,
  planned: PLANNED,
  notAsked: [],
  scenarios: [],
};
