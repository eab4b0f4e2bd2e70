// Owns the lab's command line: which command is meant, and what of its options. It must not know files or beds.
// Invariant: what it gives can be run as it is, or is one line that says what was wrong.

import {
  type CommandLine,
  misuse,
  parseCommandLine,
  readValues,
  UsageError,
  type Values,
} from "../../src/options/index.ts";
import type { ClientKind } from "../browser/window-plan.ts";
import type { Format } from "../grade/feedback/files.ts";
import type { Role } from "../hosts/topology.ts";
import {
  ALL_OPTIONS,
  COMMAND_OPTIONS,
  type Command,
  GRADE_OPTIONS,
  LIST_OPTIONS,
  MATRIX_OPTIONS,
  MERGE_OPTIONS,
  PROBE_OPTIONS,
  REDUCE_OPTIONS,
  RUBRIC_OPTIONS,
  RUN_OPTIONS,
} from "./options.ts";

/** Implementations on one side of a matrix. */
const SIDE_MAX = 50;

type RunValues = Values<typeof RUN_OPTIONS>;
type MatrixValues = Values<typeof MATRIX_OPTIONS>;
type ProbeValues = Values<typeof PROBE_OPTIONS>;

/** The options' values, but for what is read further. */
export interface RunArguments extends Omit<RunValues, "server" | "client" | "timeout"> {
  readonly kind: "run";
  /** Ids, names, folders or files; none means the report's cases. */
  readonly selection: readonly string[];
  readonly client: ClientKind;
  /** The files of what is under test; the project's own where none is named. */
  readonly implementations: Partial<Readonly<Record<Role, string>>>;
  readonly timeoutMs: number;
}

export interface MatrixArguments extends Omit<MatrixValues, "server" | "client" | "timeout"> {
  readonly kind: "matrix";
  readonly selection: readonly string[];
  /** Files; none means the project's own. */
  readonly servers: readonly string[];
  readonly clients: readonly string[];
  readonly timeoutMs: number;
}

export interface ProbeArguments extends Omit<ProbeValues, "timeout"> {
  readonly kind: "probe";
  readonly file: string;
  readonly timeoutMs: number;
}

export interface ReduceArguments
  extends Omit<Values<typeof REDUCE_OPTIONS>, "server" | "client" | "timeout" | "within"> {
  readonly kind: "reduce";
  /** The words that mean the case. */
  readonly selection: readonly string[];
  readonly implementations: Partial<Readonly<Record<Role, string>>>;
  readonly timeoutMs: number;
  readonly withinMs: number;
}

export interface GradeArguments extends Omit<Values<typeof GRADE_OPTIONS>, "timeout" | "rubric" | "format"> {
  readonly kind: "grade";
  /** The folder of the hand-ins. */
  readonly folder: string;
  readonly rubric: string;
  readonly formats: readonly Format[];
  readonly timeoutMs: number;
}

export interface MergeArguments extends Omit<Values<typeof MERGE_OPTIONS>, "format"> {
  readonly kind: "merge";
  /** At least one. */
  readonly folders: readonly [string, ...string[]];
  readonly formats: readonly Format[];
}

export interface RubricArguments extends Values<typeof RUBRIC_OPTIONS> {
  readonly kind: "rubric";
  readonly file: string;
}

export interface ListArguments extends Values<typeof LIST_OPTIONS> {
  readonly kind: "list";
  readonly selection: readonly string[];
}

export type Arguments =
  | RunArguments
  | MatrixArguments
  | ProbeArguments
  | ReduceArguments
  | GradeArguments
  | MergeArguments
  | RubricArguments
  | { readonly kind: "diff"; readonly before: string; readonly after: string }
  | ListArguments
  | { readonly kind: "clean" }
  | { readonly kind: "help"; readonly of: Command | undefined }
  | { readonly kind: "wrong"; readonly message: string };

export function readArguments(args: readonly string[]): Arguments {
  try {
    return readLine(parseCommandLine(ALL_OPTIONS, args, { takesWords: true }));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: "wrong", message: error.message };
  }
}

function readLine(line: CommandLine): Arguments {
  const { given, words } = line;
  const [first, ...rest] = words;
  const command = first !== undefined && isCommand(first) ? first : undefined;
  if (given.has("help")) return { kind: "help", of: command };
  const empty = ["out", "subnet"].find((name) => given.get(name)?.at(-1) === "");
  if (empty !== undefined) throw new UsageError(`--${empty}: expected a value; got none`);
  if (given.has("clean")) {
    if (words.length === 0 && given.size === 1) return { kind: "clean" };
    throw new UsageError("--clean: expected nothing beside it; got more");
  }
  if (given.has("limits") && given.get("testbed")?.at(-1) === "loopback") {
    throw new UsageError("--limits: expected another bed than loopback, where nothing is limited");
  }
  if (command !== undefined) return readCommand(command, { given, words: rest });
  if (given.has("list")) return { kind: "list", selection: words, ...readValues(LIST_OPTIONS, line) };
  return readRun(line);
}

function isCommand(word: string): word is Command {
  return Object.hasOwn(COMMAND_OPTIONS, word);
}

function readCommand(command: Command, line: CommandLine): Arguments {
  const stray = [...line.given.keys()].find((name) => !Object.hasOwn(COMMAND_OPTIONS[command], name));
  if (stray !== undefined) throw new UsageError(`${command}: expected no --${stray}; got one`);
  switch (command) {
    case "diff":
      return readDiff(line);
    case "probe":
      return readProbe(line);
    case "matrix":
      return readMatrix(line);
    case "reduce":
      return readReduce(line);
    case "grade":
      return readGrade(line);
    case "merge":
      return readMerge(line);
    case "rubric":
      return readRubric(line);
  }
}

function readDiff({ words: [before, after, ...more] }: CommandLine): Arguments {
  if (before === undefined || after === undefined || more.length > 0) {
    throw new UsageError("diff: expected two runs: diff OLD NEW");
  }
  return { kind: "diff", before, after };
}

function readProbe(line: CommandLine): ProbeArguments {
  const [file, ...more] = line.words;
  if (file === undefined || more.length > 0) throw new UsageError("probe: expected one file: probe FILE");
  const { timeout: timeoutMs, ...rest } = readValues(PROBE_OPTIONS, line);
  return { kind: "probe", file, ...rest, timeoutMs };
}

function readMatrix(line: CommandLine): MatrixArguments {
  const { server: servers, client: clients, timeout: timeoutMs, ...rest } = readValues(MATRIX_OPTIONS, line);
  checkCount("server", servers, SIDE_MAX);
  checkCount("client", clients, SIDE_MAX);
  return { kind: "matrix", selection: line.words, servers, clients, ...rest, timeoutMs };
}

function readReduce(line: CommandLine): ReduceArguments {
  if (line.words.length !== 1) throw new UsageError("reduce: expected one case: reduce CASE");
  const { server, client, timeout: timeoutMs, within, ...rest } = readValues(REDUCE_OPTIONS, line);
  const implementations = { ...(server !== undefined && { server }), ...(client !== undefined && { client }) };
  return { kind: "reduce", selection: line.words, implementations, ...rest, timeoutMs, withinMs: within * 1000 };
}

function readGrade(line: CommandLine): GradeArguments {
  const [folder, ...more] = line.words;
  if (folder === undefined || more.length > 0) throw new UsageError("grade: expected one folder: grade SUBMISSIONS");
  const { timeout: timeoutMs, rubric, format = [], ...rest } = readValues(GRADE_OPTIONS, line);
  if (rubric === undefined) throw new UsageError("grade: expected --rubric FILE; got none (rubric --init writes one)");
  if (rest.testbed !== "docker" && !rest.unsafe) {
    throw new UsageError(
      `grade: --testbed ${rest.testbed}: expected --unsafe beside it: hand-ins are processes of this machine there`,
    );
  }
  if (rest.resume && rest.out === undefined) throw new UsageError("--resume: expected --out DIR beside it; got none");
  return { kind: "grade", folder, rubric, formats: format, ...rest, timeoutMs };
}

function readMerge(line: CommandLine): MergeArguments {
  const [folder, ...more] = line.words;
  if (folder === undefined) throw new UsageError("merge: expected the folders of a class's parts: merge DIR…");
  const { format = [], ...rest } = readValues(MERGE_OPTIONS, line);
  return { kind: "merge", folders: [folder, ...more], formats: format, ...rest };
}

function readRubric(line: CommandLine): RubricArguments {
  const [file = "rubric.yaml", ...more] = line.words;
  if (more.length > 0) throw new UsageError("rubric: expected one file: rubric FILE");
  return { kind: "rubric", file, ...readValues(RUBRIC_OPTIONS, line) };
}

function readRun(line: CommandLine): RunArguments {
  const { given, words } = line;
  if (given.has("bare") && (given.has("wire") || given.has("verbose"))) {
    throw new UsageError("--bare: expected neither --wire nor --verbose beside it; got one");
  }
  const stray = [...given.keys()].find((name) => !Object.hasOwn(RUN_OPTIONS, name));
  if (stray !== undefined) throw new UsageError(`--${stray}: expected ${commandsWith(stray)} before it`);
  const { server, client: clients, timeout: timeoutMs, ...rest } = readValues(RUN_OPTIONS, line);
  const kinds = clients.flatMap((one) => ("kind" in one ? [one.kind] : []));
  const files = clients.flatMap((one) => ("file" in one ? [one.file] : []));
  checkCount("server", given.get("server") ?? [], 1);
  checkCount("client", files, 1);
  if (kinds.length > 1) throw new UsageError("--client: expected one of headless, web; got several");
  const [client] = files;
  return {
    kind: "run",
    selection: words,
    ...rest,
    client: kinds[0] ?? "headless",
    implementations: { ...(server !== undefined && { server }), ...(client !== undefined && { client }) },
    wire: rest.bare ? "off" : rest.wire,
    timeoutMs,
  };
}

/** The commands that take an option, as words. */
function commandsWith(name: string): string {
  const commands = Object.entries(COMMAND_OPTIONS).filter(([, table]) => Object.hasOwn(table, name));
  return commands.map(([command]) => command).join(" or ");
}

function checkCount(name: string, files: readonly string[], max: number): void {
  if (files.length > max) {
    throw misuse(`--${name}`, `at most ${max} ${max === 1 ? "file" : "files"}`, files.length);
  }
}
