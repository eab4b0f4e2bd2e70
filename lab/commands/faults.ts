// Owns the lab's exit statuses and which fault comes to which. It must not know what commands do.
// Invariant: a fault that is nobody's but the lab's own has no status here, and is not swallowed.

import { UsageError } from "../../src/options/index.ts";
import { ProgramMissingError } from "../hosts/program-source.ts";
import { TopologyError } from "../hosts/topology.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { ResultFileError } from "../report/comparable.ts";
import { ReportFolderError } from "../result/folder.ts";

export const EXIT = { pass: 0, fail: 1, usage: 2, noBed: 3, interrupted: 130, terminated: 143 } as const;

/** Windows were asked for by name, and no browser can be had. */
export class NoBrowserError extends Error {
  override readonly name = "NoBrowserError";
}

const USAGE_FAULTS = [UsageError, TopologyError, ReportFolderError, ResultFileError, ProgramMissingError] as const;
const BED_FAULTS = [BedUnavailableError, NoBrowserError] as const;

/** The exit status of a fault that is not the lab's; undefined of any other. */
export function statusOf(error: unknown): number | undefined {
  if (BED_FAULTS.some((kind) => error instanceof kind)) return EXIT.noBed;
  return USAGE_FAULTS.some((kind) => error instanceof kind) ? EXIT.usage : undefined;
}
