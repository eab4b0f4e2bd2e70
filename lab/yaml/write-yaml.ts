// Owns how data becomes a YAML file that a person reads and edits.

import { stringify } from "yaml";

/** @param comment - Lines that stand above it. */
export function writeYaml(data: unknown, comment: readonly string[]): string {
  const head = comment.flatMap((line) => line.split(/[\r\n]+/)).map((line) => `# ${line}\n`);
  return `${head.join("")}${stringify(data, { lineWidth: 120, flowCollectionPadding: true })}`;
}
