// Owns the course of a matrix: every pair once, a few at a time, each on a bed of its own. It must not know the command line
// or how a pair's cases are replayed. Invariant: every pair has a cell, also one that could not be run.

import type { Implementation } from "../implementation/implementation.ts";
import { inLanes } from "../in-lanes.ts";
import type { RunResult } from "../result/result.ts";
import { type MatrixCell, spokenIn, toMatrixScenarios } from "./matrix-result.ts";

export interface MatrixPair {
  readonly server: Implementation;
  readonly client: Implementation;
  /** The folder of its report, beside the matrix's own. */
  readonly folder: string;
}

/** What comes of running a pair: its result, or why it could not be run, in one line. */
export type PairEnd = { readonly result: RunResult } | { readonly fault: string };

/** An implementation, or a file that describes none, with what is wrong with it. */
export type Side = { readonly implementation: Implementation } | BrokenSide;

export interface BrokenSide {
  readonly file: string;
  /** At least one. */
  readonly problems: readonly string[];
}

export interface MatrixOptions {
  readonly servers: readonly Side[];
  readonly clients: readonly Side[];
  /** How many pairs run at once. */
  readonly parallel: number;
  readonly planned: number;
  readonly signal: AbortSignal;
  /** Runs a pair. `lane` is from 0 on, and no two pairs have the same one at once. */
  readonly runPair: (pair: MatrixPair, lane: number) => Promise<PairEnd>;
  /** Told when a pair's cell is there. */
  readonly onCell: (cell: MatrixCell) => void;
}

/**
 * Runs every server with every client; cells come in the order of servers, then clients. Rejects as `runPair` does, once
 * the pairs that were under way have ended; no other is begun then.
 */
export async function runMatrix(options: MatrixOptions): Promise<readonly MatrixCell[]> {
  const places = options.servers.flatMap((_, server) => options.clients.map((__, client) => ({ server, client })));
  return inLanes(places, options.parallel, (place, lane) => runCell(options, place, lane));
}

async function runCell(
  { servers, clients, planned, signal, runPair, onCell }: MatrixOptions,
  place: { readonly server: number; readonly client: number },
  lane: number,
): Promise<MatrixCell> {
  const server = servers[place.server];
  const client = clients[place.client];
  if (server === undefined || client === undefined) throw new RangeError("a pair of a matrix lies in it");
  const folder = `${place.server + 1}-${wordsOf(server)}--${place.client + 1}-${wordsOf(client)}`;
  const end = signal.aborted ? INTERRUPTED : await endOf(server, client);
  const scenarios = "result" in end ? toMatrixScenarios(end.result) : [];
  const about = { fault: "fault" in end ? end.fault : null, planned };
  const cell = { ...place, folder, ...about, scenarios, spoken: "result" in end ? spokenIn(end.result) : [] };
  onCell(cell);
  return cell;

  function endOf(one: Side, other: Side): PairEnd | Promise<PairEnd> {
    if ("problems" in one) return { fault: one.problems.join("; ") };
    if ("problems" in other) return { fault: other.problems.join("; ") };
    return runPair({ server: one.implementation, client: other.implementation, folder }, lane);
  }
}

const INTERRUPTED: PairEnd = { fault: "not run: the matrix was interrupted" };

/** A name as a part of a folder's name. */
function wordsOf(side: Side): string {
  const told = "problems" in side ? side.file : `${side.implementation.name} ${side.implementation.version}`;
  return told
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, FOLDER_CHARS_MAX);
}

/** Of one implementation in a folder's name. */
const FOLDER_CHARS_MAX = 40;
