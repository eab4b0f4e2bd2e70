// Owns the tables of the lab's options, one for each command. It must not know what commands do with them.

import { choice, type Kind, type OptionTable, TEXT, wholeNumber } from "../../src/options/index.ts";
import type { ClientKind } from "../browser/window-plan.ts";
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
/** Pairs of a matrix that run at once. */
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

const BED_OPTIONS = {
  testbed: {
    kind: choice(TESTBEDS),
    placeholder: "BED",
    default: "auto",
    help: "docker: a container a host. namespaces: a host as namespaces of Linux, without an engine. loopback: processes on loopback addresses. local: namespaces where they can be had, else loopback. auto: docker where an engine answers and both programs have an image, else local",
  },
  subnet: { kind: TEXT, placeholder: "CIDR", help: "run in another subnet, with the same host parts (10.8.0.0/23)" },
  timeout: { kind: TIMEOUT, default: 5, help: "how long anything may take to become true, in seconds" },
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
    help: "of a matrix: run N pairs at once, each in a subnet of its own",
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

/** What a command that is a word takes. Without a word, cases are run. */
export const COMMAND_OPTIONS = {
  probe: PROBE_OPTIONS,
  matrix: MATRIX_OPTIONS,
  reduce: REDUCE_OPTIONS,
  diff: {},
} as const satisfies Readonly<Record<string, OptionTable>>;

export type Command = keyof typeof COMMAND_OPTIONS;

/** Every option that any command takes. Where two commands take the same one, as a run has it. */
export const ALL_OPTIONS = {
  ...REDUCE_OPTIONS,
  ...MATRIX_OPTIONS,
  ...RUN_OPTIONS,
  list: { kind: "flag", help: "list the cases and end; with --level those of one level" },
  clean: { kind: "flag", help: "remove what earlier runs left on the engine and end" },
  help: {
    kind: "flag",
    short: "h",
    help: "show this and end; behind probe, matrix, reduce or diff the help of that command",
  },
} satisfies OptionTable;
