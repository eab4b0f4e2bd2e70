// Owns a run of the lab for scripts that show its report: in a folder that goes away afterwards.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "zx";
import type { ReportData } from "../lab/result/report-data.ts";

const ROOT = join(import.meta.dirname, "..");

export interface FreshReport extends AsyncDisposable {
  /** The path of index.html. */
  readonly file: string;
  readonly data: ReportData;
}

/**
 * Runs the report's cases. Rejects when one of them does not pass: nobody wants to show that.
 *
 * @param options - More of the lab's options, such as `--testbed local`.
 */
export async function runForReport(options: readonly string[]): Promise<FreshReport> {
  const folder = await mkdtemp(join(tmpdir(), "howdy-report-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await $({ cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] })`npm run --silent lab -- --out ${folder} ${options}`;
    const file = join(folder, "index.html");
    return { file, data: readData(await readFile(file, "utf8")), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function readData(html: string): ReportData {
  const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
  if (json === undefined) throw new Error("expected a report with its run inside");
  return JSON.parse(json);
}
