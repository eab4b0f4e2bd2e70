// Owns the lab's command line: what may be said on it, and what is meant. It must not know files or beds.
// Invariant: what it gives can be run as it is, or is one line that says what was wrong.

import { parseArgs } from "node:util";
import type { ClientKind } from "../browser/window-plan.ts";
import type { Role } from "../hosts/topology.ts";
import type { Level } from "../scenario/schema.ts";
import type { BedKind } from "../testbed/testbed.ts";
import type { WireWish } from "../wire/wire.ts";

const TIMEOUT_S_DEFAULT = 5;
const TIMEOUT_S_MAX = 600;
const REPEAT_MAX = 10_000;
/** Pairs of a matrix that run at once. */
const PARALLEL_MAX = 16;
/** In the place of a client's file: the project's own terminal client. */
export const TERMINAL = "terminal";
/** Implementations on one side of a matrix. */
const SIDE_MAX = 50;

const TESTBEDS = ["auto", "docker", "local"] as const satisfies readonly (BedKind | "auto")[];
const CLIENTS = ["headless", "web"] as const satisfies readonly ClientKind[];
const WIRES = ["auto", "packets", "relay", "off"] as const satisfies readonly WireWish[];
const LEVELS = ["must", "strict"] as const satisfies readonly Level[];

/** What every command that needs a bed may be told. */
interface BedArguments {
  readonly testbed: BedKind | "auto";
  readonly subnet: string | undefined;
  readonly timeoutMs: number;
}

export interface RunArguments extends BedArguments {
  readonly kind: "run";
  /** Ids, names, folders or files; none means the report's cases. */
  readonly selection: readonly string[];
  readonly client: ClientKind;
  /** The files of what is under test; the project's own where none is named. */
  readonly implementations: Partial<Readonly<Record<Role, string>>>;
  /** Only conformance cases of this level. */
  readonly level: Level | undefined;
  readonly wire: WireWish;
  readonly out: string | undefined;
  readonly keep: boolean;
  /** How often each case is run. */
  readonly repeat: number;
  readonly verbose: boolean;
  /** Verdicts, logs and transcripts only: no wire and nothing that renders the result. */
  readonly bare: boolean;
}

export interface MatrixArguments extends BedArguments {
  readonly kind: "matrix";
  readonly selection: readonly string[];
  /** Files; none means the project's own. */
  readonly servers: readonly string[];
  readonly clients: readonly string[];
  readonly level: Level | undefined;
  readonly wire: WireWish;
  readonly out: string | undefined;
  /** Pairs that run at once, each in a subnet of its own. */
  readonly parallel: number;
}

export interface ProbeArguments extends BedArguments {
  readonly kind: "probe";
  readonly file: string;
}

export interface ListArguments {
  readonly kind: "list";
  readonly selection: readonly string[];
  readonly level: Level | undefined;
}

export type Arguments =
  | RunArguments
  | MatrixArguments
  | ProbeArguments
  | { readonly kind: "diff"; readonly before: string; readonly after: string }
  | ListArguments
  | { readonly kind: "clean" }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly message: string };

export const HELP = `Usage: npm run lab -- [CASES…] [options]
       npm run lab -- probe FILE
       npm run lab -- matrix [CASES…] [--server FILE]… [--client FILE]… [--parallel N]
       npm run lab -- diff OLD NEW

Replays cases on four hosts, tells a verdict for each case and step, and leaves a report with the evidence:
lab-report/latest/index.html. What is under test is this project's server and client, or whatever a file describes
(docs/contract.md).

  CASES               cases by number or name (08, whisper), folders of scenarios/ (conformance), or scenario files;
                      the report's eleven cases unless told
  probe FILE          check whether the server or client that a file describes keeps the contract
  matrix              every server with every client, in one report: --server and --client FILE each as often as there are
                      files, this project's where there is none
  diff OLD NEW        what changed between two runs: their folders, or their result.json

  --server FILE       the server under test, as a file describes it
  --client KIND       headless: clients on their standard streams (default). web: every client is its window in a real
                      browser, worked through its widgets. A case about the window itself always has one.
  --client FILE       the client under test, as a file describes it; terminal is this project's terminal client, typed
                      into and read on a real pseudo-terminal (Linux)
  --level LEVEL       of conformance cases only must (the report says so and its own programs do so) or only
                      strict (this project's rules)
  --testbed BED       docker: a container a host. local: processes on loopback addresses.
                      auto: docker where an engine answers and both programs have an image, else local (default)
  --wire HOW          packets: capture what crosses the wire. relay: on the local bed, have the lab's relay between the
                      two ends record it. auto: packets where that is permitted, else the relay (default). off: neither
  --bare              verdicts, logs and transcripts only: no wire, no page, no JUnit, no summary
  --out DIR           write the report there (default lab-report/TIME, with lab-report/latest)
  --list              list the cases and end; with --level those of one level
  --verbose           tell every message as it crosses the wire
  --repeat N          run each case N times and tell how often it does not pass
  --parallel N        of a matrix: run N pairs at once, each in a subnet of its own (default 1)
  --keep              stop after the first case that does not pass, or the last, and leave its hosts running
  --clean             remove what earlier runs left on the engine and end
  --subnet CIDR       run in another subnet, with the same host parts (10.8.0.0/23)
  --timeout S         how long anything may take to become true, in seconds (default ${TIMEOUT_S_DEFAULT})
  --help              show this and end

Exit status: 0 no case fails, 1 a case does or none passes, 2 the command line or a file is wrong or names an image that
is not there, 3 no test bed can be had or no browser for --client web, 130 interrupted. A case that this system or these
programs cannot do is unsupported: it does not fail the run, and is told with its reason; so is a failure that a file
knows of. Of probe: 0 the contract is kept, 1 it is not. Of matrix: as of a run, for every pair; a pair that cannot be
run fails. Of diff: 0 nothing got worse, 1 something did.

The browser: HOWDY_BROWSER (a path), else an installed Chrome or Chromium, else the one from npm (Linux on x64).
In GitHub's CI the summary is appended to GITHUB_STEP_SUMMARY.
`;

const OPTIONS = {
  testbed: { type: "string" },
  server: { type: "string", multiple: true },
  client: { type: "string", multiple: true },
  level: { type: "string" },
  wire: { type: "string" },
  bare: { type: "boolean" },
  out: { type: "string" },
  list: { type: "boolean" },
  verbose: { type: "boolean" },
  repeat: { type: "string" },
  parallel: { type: "string" },
  keep: { type: "boolean" },
  clean: { type: "boolean" },
  subnet: { type: "string" },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Option = keyof typeof OPTIONS;

/** Which options go with a command that is a word. */
const OPTIONS_OF = {
  diff: [],
  probe: ["testbed", "subnet", "timeout"],
  matrix: ["testbed", "subnet", "timeout", "server", "client", "level", "wire", "out", "parallel"],
} as const satisfies Readonly<Record<string, readonly Option[]>>;

type Word = keyof typeof OPTIONS_OF;

/** What is wrong with the command line, in one line. */
class WrongArgumentError extends Error {
  override readonly name = "WrongArgumentError";
}

export function readArguments(args: readonly string[]): Arguments {
  try {
    return readOptions(parse(args));
  } catch (error) {
    if (!(error instanceof WrongArgumentError)) throw error;
    return { kind: "wrong", message: error.message };
  }
}

type Parsed = ReturnType<typeof parse>;
type Values = Parsed["values"];

function readOptions(parsed: Parsed): Arguments {
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: "help" };
  const empty = (["out", "subnet"] as const).find((name) => values[name] === "");
  if (empty !== undefined) throw new WrongArgumentError(`--${empty}: expected a value; got none`);
  if (values.clean === true) {
    if (positionals.length === 0 && Object.keys(values).length === 1) return { kind: "clean" };
    throw new WrongArgumentError("--clean: expected nothing beside it; got more");
  }
  const [first, ...rest] = positionals;
  if (first !== undefined && isWord(first)) return readCommand(first, rest, values);
  if (values.list === true) return { kind: "list", selection: positionals, level: readLevel(values) };
  return readRun(parsed);
}

function isWord(word: string): word is Word {
  return Object.hasOwn(OPTIONS_OF, word);
}

function readCommand(word: Word, words: readonly string[], values: Values): Arguments {
  const allowed: readonly string[] = OPTIONS_OF[word];
  const stray = Object.keys(values).find((name) => !allowed.includes(name));
  if (stray !== undefined) throw new WrongArgumentError(`${word}: expected no --${stray}; got one`);
  const [one, two, ...more] = words;
  switch (word) {
    case "diff":
      if (one === undefined || two === undefined || more.length > 0) {
        throw new WrongArgumentError("diff: expected two runs: diff OLD NEW");
      }
      return { kind: "diff", before: one, after: two };
    case "probe":
      if (one === undefined || two !== undefined) throw new WrongArgumentError("probe: expected one file: probe FILE");
      return { kind: "probe", file: one, ...readBed(values) };
    case "matrix":
      return {
        kind: "matrix",
        selection: words,
        servers: readFiles("server", values.server ?? [], SIDE_MAX),
        clients: readFiles("client", values.client ?? [], SIDE_MAX),
        level: readLevel(values),
        wire: oneOf("wire", WIRES, values.wire),
        out: values.out,
        parallel: readCount("parallel", values.parallel ?? "1", PARALLEL_MAX),
        ...readBed(values),
      };
  }
}

function readRun({ values, positionals }: Parsed): RunArguments {
  if (values.bare === true && (values.wire !== undefined || values.verbose === true)) {
    throw new WrongArgumentError("--bare: expected neither --wire nor --verbose beside it; got one");
  }
  if (values.parallel !== undefined) throw new WrongArgumentError("--parallel: expected matrix before it");
  const kinds = (values.client ?? []).filter((word) => !isFile(word));
  const [server] = readFiles("server", values.server ?? [], 1);
  const [client] = readFiles("client", (values.client ?? []).filter(isFile), 1);
  if (kinds.length > 1) throw new WrongArgumentError("--client: expected one of headless, web; got several");
  return {
    kind: "run",
    selection: positionals,
    client: oneOf("client", CLIENTS, kinds[0], "terminal, or a file"),
    implementations: { ...(server !== undefined && { server }), ...(client !== undefined && { client }) },
    level: readLevel(values),
    wire: values.bare === true ? "off" : oneOf("wire", WIRES, values.wire),
    out: values.out,
    keep: values.keep === true,
    repeat: readCount("repeat", values.repeat ?? "1", REPEAT_MAX),
    verbose: values.verbose === true,
    bare: values.bare === true,
    ...readBed(values),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // The rest of what Node says there is advice on quoting.
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split(/\n|\. /, 1);
    throw new WrongArgumentError(message, { cause: error });
  }
}

function readBed(values: Values): BedArguments {
  const testbed = oneOf("testbed", TESTBEDS, values.testbed);
  return { testbed, subnet: values.subnet, timeoutMs: readTimeout(values.timeout ?? String(TIMEOUT_S_DEFAULT)) };
}

function readLevel({ level }: Values): Level | undefined {
  return level === undefined ? undefined : oneOf("level", LEVELS, level);
}

/** A word that names a file, and no kind of client. */
function isFile(word: string): boolean {
  return word === TERMINAL || /[./\\]/.test(word);
}

function readFiles(name: string, words: readonly string[], max: number): readonly string[] {
  const stray = words.find((word) => !isFile(word));
  if (stray !== undefined) throw new WrongArgumentError(`--${name}: expected a file; got ${JSON.stringify(stray)}`);
  if (words.length <= max) return words;
  throw new WrongArgumentError(
    `--${name}: expected at most ${max} ${max === 1 ? "file" : "files"}; got ${words.length}`,
  );
}

/** One of the words that an option takes; the first is its default. */
function oneOf<Choice extends string>(
  name: string,
  words: readonly [Choice, ...Choice[]],
  value: string | undefined,
  others?: string,
): Choice {
  const word = words.find((each) => each === (value ?? words[0]));
  if (word !== undefined) return word;
  const expected = [words.join(", "), ...(others === undefined ? [] : [others])].join(", ");
  throw new WrongArgumentError(`--${name}: expected one of ${expected}; got ${JSON.stringify(value)}`);
}

function readTimeout(text: string): number {
  const timeoutS = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (timeoutS > 0 && timeoutS <= TIMEOUT_S_MAX) return timeoutS * 1000;
  const expected = `expected seconds, more than 0 and up to ${TIMEOUT_S_MAX}`;
  throw new WrongArgumentError(`--timeout: ${expected}; got ${JSON.stringify(text)}`);
}

function readCount(name: string, text: string, max: number): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= max) return count;
  throw new WrongArgumentError(`--${name}: expected a number from 1 to ${max}; got ${JSON.stringify(text)}`);
}
