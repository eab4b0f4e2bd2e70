// Owns the rubric that a course begins from: every key with what it is for, and a test a case. Pure. It must not know which
// cases there are. Invariant: what it writes is a rubric.

import type { Scenario } from "../scenario/scenario.ts";
import { RUBRIC_DEFAULTS } from "./rubric-schema.ts";

/** Tests of a whole folder, behind those of single cases. */
export interface FolderTest {
  readonly word: string;
  readonly title: string;
  readonly level: "must" | "strict";
}

type Case = Pick<Scenario, "id" | "title">;

/** @param schema - Where the published schema is, from the file on. */
export function writeRubric(cases: readonly Case[], folders: readonly FolderTest[], schema: string): string {
  const tests = cases.map(({ id, title }) => [
    `  - id: "${id}"`,
    `    title: ${JSON.stringify(title)}`,
    "    points: 2",
    `    cases: ["${id}"]`,
  ]);
  const wholes = folders.map(({ level, title, word }) => [
    `  - id: ${word}-${level}`,
    `    title: ${JSON.stringify(title)}`,
    "    points: 10",
    `    cases: [${word}]`,
    `    level: ${level}`,
    "    # Each case is worth its share; without this all have to pass.",
    "    partial: true",
  ]);
  return `${[...HEAD(schema), ...[...tests, ...wholes].flat()].join("\n")}\n`;
}

const HEAD = (schema: string): readonly string[] => [
  `# yaml-language-server: $schema=${schema}`,
  "# What is asked of each hand-in, and what it is worth: docs/grading.md.",
  "title: Howdy, homework 1",
  "# What the hand-ins are: server or client. The other side is this project's own; partner: FILE names another.",
  "role: server",
  "# Each hand-in brings this file, which says how it is built and started (docs/contract.md).",
  "file: server.yaml",
  "# Or the same for all, in the place of file. Its Dockerfile lies beside this rubric and is built from each hand-in:",
  "# implementation:",
  "#   name: hand-in",
  '#   version: "1"',
  "#   role: server",
  "#   run:",
  "#     dockerfile: Dockerfile",
  '#     arguments: [--host, "{address}", --port, "{port}"]',
  "# What a hand-in's program may take at most, whatever its own file says:",
  "# limits: { memory-mib: 256, processes: 128, cpus: 0.5 }",
  "# What building one may take:",
  `# build: { minutes: ${RUBRIC_DEFAULTS.build.minutes}, memory-mib: ${RUBRIC_DEFAULTS.build.memoryMib}, processes: ${RUBRIC_DEFAULTS.build.processes}, network: ${RUBRIC_DEFAULTS.build.network} }`,
  "# Longest time for all cases of one hand-in:",
  `# minutes: ${RUBRIC_DEFAULTS.minutes}`,
  "tests:",
  "  # A test has an id, points and cases: numbers, names, folders (conformance) or files. All of them have to pass. It may have",
  "  #   title: how students read it",
  "  #   steps: [1, 2]            of one case only the steps that count",
  '  #   needs: ["02"]            tests before it that have to pass',
  "  #   visibility: hidden       or visible, after_due_date, after_published",
  "  #   hint: what a student is told whose hand-in does not pass",
];
