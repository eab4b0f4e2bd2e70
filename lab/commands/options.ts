// Owns the tables of the lab's options, one for each command. It must not know what commands do with them.

import { choice, type Kind, type OptionTable, TEXT, wholeNumber } from "../../src/options/index.ts";
import type { ClientKind } from "../browser/window-plan.ts";
import { FORMATS, type Format } from "../grade/feedback/files.ts";
import type { Shard } from "../grade/grade-class.ts";
import type { MostLimits } from "../hosts/program-limits.ts";
import { toMostLimits } from "../implementation/implementation.ts";
import { limitsSchema } from "../implementation/schema.ts";
import type { Level } from "../scenario/schema.ts";
import type { BedKind } from "../testbed/testbed.ts";
import type { WireWish } from "../wire/wire.ts";

const TESTBEDS = ["auto", "docker", "namespaces", "loopback", "local"] as const satisfies readonly (
  | BedKind
  | "auto"
  | "local"
)[];
const CLIENTS = ["headless", "web"] as const satisfies readonly ClientKind[];
const WIRES = ["auto", "packets", "relay", "off"] as const satisfies readonly WireWish[];
const LEVELS = ["must", "strict"] as const satisfies readonly Level[];

const TIMEOUT_S_MAX = 600;
const WITHIN_S_MAX = 86_400;
const REPEAT_MAX = 10_000;
/** Pairs of a matrix, or hand-ins, that run at once. */
const PARALLEL_MAX = 16;
/** In the place of a client's file: the project's own terminal client. */
export const TERMINAL = "terminal";

/** Seconds, in milliseconds. */
const TIMEOUT: Kind<number> = {
  placeholder: "S",
  expected: `seconds, more than 0 and up to ${TIMEOUT_S_MAX}`,
  limits: `up to ${TIMEOUT_S_MAX} s`,
  parse: (text) => {
    const timeoutS = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
    return timeoutS > 0 && timeoutS <= TIMEOUT_S_MAX ? timeoutS * 1000 : undefined;
  },
};

/** A word that names a file, and no kind of client. */
const FILE: Kind<string> = {
  placeholder: "FILE",
  expected: "a file",
  parse: (text) => (text === TERMINAL || /[./\\]/.test(text) ? text : undefined),
};

const CLIENT_KIND = choice(CLIENTS);

const CLIENT: Kind<{ readonly kind: ClientKind } | { readonly file: string }> = {
  placeholder: "WHICH",
  expected: `${CLIENT_KIND.expected}, terminal, or a file`,
  parse: (text) => {
    const kind = CLIENT_KIND.parse(text);
    if (kind !== undefined) return { kind };
    const file = FILE.parse(text);
    return file === undefined ? undefined : { file };
  },
};

const LEVEL_OPTIONS = {
  level: {
    kind: choice(LEVELS),
    placeholder: "LEVEL",
    help: "of conformance cases only those of one level; must: the report says so and its own programs do so; strict: this project's rules",
  },
} satisfies OptionTable;

const PROTOCOL_OPTIONS = {
  protocol: {
    kind: TEXT,
    placeholder: "FILE",
    repeats: true,
    help: "a protocol of one's own that files may name: TypeScript that exports it (docs/protocols.md)",
  },
} satisfies OptionTable;

/** Those of limits in a file that are one number each. */
const LIMIT_NAMES = ["memory-mib", "processes", "cpus", "open-files", "folder-mib"] as const;

/** Several limits, each as a file says it, with commas between. */
const LIMIT_LIST: Kind<MostLimits> = {
  placeholder: "LIST",
  expected: `some of ${LIMIT_NAMES.map((name) => `${name}=N`).join(", ")}, with commas between, within what a file may say`,
  parse: (text) => {
    const pairs = text.split(",").map((word) => word.split("="));
    if (pairs.some(({ length }) => length !== 2)) return undefined;
    const { success, data } = limitsSchema
      .omit({ writable: true })
      .safeParse(Object.fromEntries(pairs.map(([name = "", value]) => [name, Number(value || Number.NaN)])));
    return success ? toMostLimits(data) : undefined;
  },
};

const BED_OPTIONS = {
  testbed: {
    kind: choice(TESTBEDS),
    placeholder: "BED",
    default: "auto",
    help: "docker: a container a host. namespaces: a host as namespaces of Linux, without an engine. loopback: processes on loopback addresses. local: namespaces where they can be had, else loopback. auto: docker where an engine answers and both programs have an image, else local",
  },
  subnet: { kind: TEXT, placeholder: "CIDR", help: "run in another subnet, with the same host parts (10.8.0.0/23)" },
  timeout: { kind: TIMEOUT, default: 5, help: "how long anything may take to become true, in seconds" },
  limits: {
    kind: LIMIT_LIST,
    otherwise: "what its file says",
    help: `what a program that is not this project's own may take at most, whatever its file says: ${LIMIT_NAMES.join(", ")} (memory-mib=256,processes=64)`,
  },
} satisfies OptionTable;

const SEED_MAX = 999_999_999;

const SEED_OPTIONS = {
  seed: {
    kind: wholeNumber(0, SEED_MAX, { noun: "a number" }),
    otherwise: "another one each time, which is told",
    help: "what is random about faults, the jitter of a delay, comes from this number",
  },
} satisfies OptionTable;

/** Reports that stay in lab-report unless told. */
const REPORTS_KEPT = 10;
const REPORTS_MAX = 1_000_000;

const REPORT_OPTIONS = {
  wire: {
    kind: choice(WIRES),
    placeholder: "HOW",
    default: "auto",
    help: "packets: capture what crosses the wire. relay: on the loopback bed, have the lab's relay between the two ends record it. auto: packets where that is permitted, else the relay. off: neither",
  },
  out: {
    kind: TEXT,
    placeholder: "DIR",
    otherwise: "lab-report/TIME, with lab-report/latest",
    help: "write the report there",
  },
  reports: {
    kind: wholeNumber(1, REPORTS_MAX, { noun: "a number" }),
    default: REPORTS_KEPT,
    help: "keep the last N reports in lab-report, and remove the older ones",
  },
} satisfies OptionTable;

export const RUN_OPTIONS = {
  server: { kind: FILE, help: "the server under test, as a file describes it" },
  client: {
    kind: CLIENT,
    repeats: true,
    help: "headless: clients on their standard streams (default). web: every client is its window in a real browser, worked through its widgets; a case about the window itself always has one. FILE: the client under test, as a file describes it. terminal: this project's terminal client, typed into and read on a real pseudo-terminal (Linux). One kind and one file may be given together",
  },
  ...LEVEL_OPTIONS,
  ...PROTOCOL_OPTIONS,
  ...BED_OPTIONS,
  ...SEED_OPTIONS,
  ...REPORT_OPTIONS,
  bare: { kind: "flag", help: "verdicts, logs and transcripts only: no wire, no page, no JUnit, no summary" },
  verbose: { kind: "flag", help: "tell every message as it crosses the wire" },
  repeat: {
    kind: wholeNumber(1, REPEAT_MAX, { noun: "a number" }),
    default: 1,
    help: "run each case N times and tell how often it does not pass",
  },
  keep: {
    kind: "flag",
    help: "stop after the first case that does not pass, or the last, and leave its hosts running",
  },
} satisfies OptionTable;

export const PROBE_OPTIONS = BED_OPTIONS;

export const MATRIX_OPTIONS = {
  server: { kind: FILE, repeats: true, help: "a server of the matrix" },
  client: { kind: FILE, repeats: true, help: "a client of the matrix" },
  ...LEVEL_OPTIONS,
  ...BED_OPTIONS,
  ...SEED_OPTIONS,
  ...REPORT_OPTIONS,
  parallel: {
    kind: wholeNumber(1, PARALLEL_MAX, { noun: "a number" }),
    default: 1,
    help: "of matrix and grade: run N pairs or hand-ins at once, each in a subnet of its own",
  },
} satisfies OptionTable;

export const REDUCE_OPTIONS = {
  server: { kind: FILE, help: "the server under test" },
  client: { kind: FILE, help: "the client under test" },
  ...BED_OPTIONS,
  ...SEED_OPTIONS,
  out: REPORT_OPTIONS.out,
  within: {
    kind: wholeNumber(1, WITHIN_S_MAX, { noun: "seconds" }),
    default: 300,
    help: "of reduce: try no more smaller cases after so many seconds; a shorter --timeout tries more of them",
  },
} satisfies OptionTable;

export const LIST_OPTIONS = { ...LEVEL_OPTIONS, ...PROTOCOL_OPTIONS } satisfies OptionTable;

const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

/** Several words with commas between. */
const FORMAT_LIST: Kind<readonly Format[]> = {
  placeholder: "NAMES",
  expected: `some of ${FORMAT_NAMES.join(", ")}, with commas between`,
  parse: (text) => {
    const words = text.split(",").map((word) => FORMAT_NAMES.find((name) => name === word));
    const known = words.filter((word) => word !== undefined);
    return known.length === words.length ? [...new Set(known)] : undefined;
  },
};

const SHARD: Kind<Shard> = {
  placeholder: "I/N",
  expected: "a part and how many parts there are, such as 2/5",
  parse: (text) => {
    const [, index = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
    return index >= 1 && index <= of ? { index, of } : undefined;
  },
};

const CONFIRM_MAX = 10;
/** An engine on this machine, and nothing less. */
const GRADE_TESTBEDS = ["docker", "namespaces", "loopback", "local"] as const;

export const GRADE_OPTIONS = {
  rubric: { kind: TEXT, placeholder: "FILE", help: "what is asked and what it is worth (rubric --init writes one)" },
  testbed: {
    kind: choice(GRADE_TESTBEDS),
    placeholder: "BED",
    default: "docker",
    help: "of grade: where hand-ins run; any other than docker needs --unsafe",
  },
  unsafe: {
    kind: "flag",
    help: "of grade: run hand-ins as processes of this machine, where they can reach more than they should",
  },
  subnet: BED_OPTIONS.subnet,
  timeout: BED_OPTIONS.timeout,
  limits: BED_OPTIONS.limits,
  wire: REPORT_OPTIONS.wire,
  out: REPORT_OPTIONS.out,
  reports: REPORT_OPTIONS.reports,
  parallel: {
    kind: wholeNumber(1, PARALLEL_MAX, { noun: "a number" }),
    default: 1,
    help: "of matrix and grade: run N pairs or hand-ins at once, each in a subnet of its own",
  },
  confirm: {
    kind: wholeNumber(1, CONFIRM_MAX, { noun: "a number" }),
    default: 2,
    help: "of grade: only a case that fails N times costs points",
  },
  shard: {
    kind: SHARD,
    help: "of grade: every N-th hand-in, beginning with the I-th; merge makes one class of the parts",
  },
  format: {
    kind: FORMAT_LIST,
    help: `of grade and merge: also write what other systems read: ${FORMAT_NAMES.join(", ")}`,
  },
  anonymous: { kind: "flag", help: "of grade: numbers in the place of names; names.json says whose they are" },
  resume: { kind: "flag", help: "of grade: go on in --out: what was graded there, and has not changed, stays" },
} satisfies OptionTable;

export const MERGE_OPTIONS = {
  out: REPORT_OPTIONS.out,
  reports: REPORT_OPTIONS.reports,
  format: GRADE_OPTIONS.format,
} satisfies OptionTable;

export const RUBRIC_OPTIONS = {
  init: { kind: "flag", help: "of rubric: write one, with the report's cases, and comments on all that it may hold" },
} satisfies OptionTable;

/** What a command that is a word takes. Without a word, cases are run. */
export const COMMAND_OPTIONS = {
  probe: PROBE_OPTIONS,
  matrix: MATRIX_OPTIONS,
  reduce: REDUCE_OPTIONS,
  grade: GRADE_OPTIONS,
  merge: MERGE_OPTIONS,
  rubric: RUBRIC_OPTIONS,
  diff: {},
} as const satisfies Readonly<Record<string, OptionTable>>;

export type Command = keyof typeof COMMAND_OPTIONS;

/** Every option that any command takes. Where two commands take the same one, as a run has it. */
export const ALL_OPTIONS = {
  ...RUBRIC_OPTIONS,
  ...REDUCE_OPTIONS,
  ...MATRIX_OPTIONS,
  ...GRADE_OPTIONS,
  ...RUN_OPTIONS,
  list: { kind: "flag", help: "list the cases and end; with --level those of one level" },
  clean: { kind: "flag", help: "remove what earlier runs left on the engine and end" },
  help: {
    kind: "flag",
    short: "h",
    help: "show this and end; behind a command (probe, matrix, reduce, grade, merge, rubric, diff) its help",
  },
} satisfies OptionTable;
