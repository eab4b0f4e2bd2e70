// Owns `npm run sample-report`: docs/sample-report.html, the report of a fresh run of the report's cases. What would only
// be of use beside the run's other files, or differs for no reason, is left out.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderHtml } from "../lab/report/html.ts";
import type { ReportData } from "../lab/result/report-data.ts";
import { runForReport } from "./fresh-report.ts";

const FILE = join(import.meta.dirname, "..", "docs", "sample-report.html");
const BYTES_MAX = 2_000_000;
const COMMAND = "npm run lab";

await using report = await runForReport(process.argv.slice(2));
const html = await renderHtml(standAlone(report.data));
const bytes = Buffer.byteLength(html);
if (bytes > BYTES_MAX) throw new Error(`the sample is to be at most ${BYTES_MAX} bytes; got ${bytes}`);
await writeFile(FILE, html);
console.log(`wrote ${FILE} (${bytes} bytes)`);

function standAlone(data: ReportData): ReportData {
  const { result } = data;
  const bed = result.bed.replace(/ \(run [0-9a-f]+\)$/, "");
  const scenarios = result.scenarios.map((scenario) => {
    const note = scenario.wire.note.replace(/ br-[0-9a-f]+$/, "");
    return { ...scenario, wire: { ...scenario.wire, note, pcap: null } };
  });
  return { ...data, result: { ...result, bed, command: COMMAND, scenarios } };
}
