// Owns the help of the lab's command, as a whole and of each command that is a word. It must not know how they are carried out.

import { type HelpRow, layOutHelp, optionRows, wrapText } from "../../src/options/index.ts";
import { labCommand } from "../own-command.ts";
import { ALL_OPTIONS, COMMAND_OPTIONS, type Command } from "./options.ts";

interface CommandHelp {
  readonly usage: string;
  readonly what: string;
  readonly exitStatus: string;
}

const COMMANDS: Readonly<Record<Command, CommandHelp>> = {
  probe: {
    usage: "probe FILE",
    what: "check whether the server or client that a file describes keeps the contract",
    exitStatus: "0 the contract is kept, 1 it is not",
  },
  matrix: {
    usage: "matrix [CASES…] [--server FILE]… [--client FILE]… [--parallel N]",
    what: "every server with every client, in one report: --server and --client FILE each as often as there are files, this project's where there is none",
    exitStatus: "as of a run, for every pair; a pair that cannot be run fails",
  },
  reduce: {
    usage: "reduce CASE [--server FILE] [--client FILE] [--within S]",
    what: "the smallest case that still fails as CASE does: fewer steps, hosts and actions, shorter texts; each smaller case is run, and this project's own programs have to pass it",
    exitStatus: "0 there is a smallest case, also where it is CASE itself, 1 CASE does not fail",
  },
  grade: {
    usage: "grade SUBMISSIONS --rubric FILE [--out DIR] [--parallel N] [--confirm N] [--resume]",
    what: "a class of hand-ins, each a folder, zip, tar or tar.gz in SUBMISSIONS: built and run in containers with limits, judged by the rubric's cases; each has a report and a verdict that tells a wrong answer from what does not build, does not start, or ran out of something (docs/grading.md)",
    exitStatus: "0 every hand-in was graded, 1 the lab was at fault for some",
  },
  merge: {
    usage: "merge DIR… [--out DIR]",
    what: "one class of several parts of it, graded with --shard: the folders of their reports",
    exitStatus: "0 they are one class, 1 a part of it is missing, 2 they are not of one class",
  },
  rubric: {
    usage: "rubric [FILE] [--init]",
    what: "check a rubric (rubric.yaml unless told) and list its tests; with --init write one to begin from",
    exitStatus: "0 it is one, 2 it is not, or is there already",
  },
  diff: {
    usage: "diff OLD NEW",
    what: "what changed between two runs: their folders, or their result.json",
    exitStatus: "0 nothing got worse, 1 something did",
  },
};

const CASES: HelpRow = {
  label: "CASES",
  text: "cases by number or name (08, whisper), folders (conformance, my-cases), or scenario files; the report's eleven cases unless told",
};

/** The help of one command, or of everything. */
export function helpOf(command: Command | undefined): string {
  return command === undefined ? HELP : commandHelp(command);
}

const USAGES = ["[CASES…] [options]", ...Object.values(COMMANDS).map(({ usage }) => usage)];

const COMMAND_ROWS: readonly HelpRow[] = [
  CASES,
  ...Object.values(COMMANDS).map(({ usage, what }) => ({ label: usage.replace(/ \[.*/, ""), text: what })),
];

const HELP = `Usage: ${USAGES.map((usage) => labCommand(usage)).join("\n       ")}

Replays cases on four hosts, tells a verdict for each case and step, and leaves a report with the evidence:
lab-report/latest/index.html. What is under test is this project's server and client, or whatever a file describes
(docs/contract.md).

${layOutHelp(COMMAND_ROWS, optionRows(ALL_OPTIONS))}

${exitStatuses().join("\n")}

The browser: HOWDY_BROWSER (a path), else an installed Chrome or Chromium, else the one from npm (Linux on x64).
In GitHub's CI the summary is appended to GITHUB_STEP_SUMMARY.
`;

function exitStatuses(): readonly string[] {
  const ofRun =
    "Exit status: 0 no case fails, 1 a case does or none passes, 2 the command line or a file is wrong or names an image that is not there, 3 no test bed can be had or no browser for --client web, 130 interrupted. A case that this system or these programs cannot do is unsupported: it does not fail the run, and is told with its reason; so is a failure that a file knows of.";
  const ofOthers = Object.entries(COMMANDS).map(([name, { exitStatus }]) => `Of ${name}: ${exitStatus}.`);
  return wrapText([ofRun, ...ofOthers].join(" "));
}

function commandHelp(command: Command): string {
  const { usage, what, exitStatus } = COMMANDS[command];
  const rows = optionRows(COMMAND_OPTIONS[command]);
  return [
    `Usage: ${labCommand(usage)}`,
    wrapText(`${what.charAt(0).toUpperCase()}${what.slice(1)}.`).join("\n"),
    ...(rows.length === 0 ? [] : [layOutHelp(rows)]),
    `Exit status: ${exitStatus}. ${labCommand("--help")} tells everything.\n`,
  ].join("\n\n");
}
