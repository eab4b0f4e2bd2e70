// Owns the lab's command line: what may be said on it, and what is meant. It must not know files or beds.
// Invariant: what it gives can be run as it is, or is one line that says what was wrong.

import { parseArgs } from "node:util";
import type { ClientKind } from "./browser/window-plan.ts";
import type { BedKind } from "./testbed/testbed.ts";
import type { WireWish } from "./wire/wire.ts";

const TIMEOUT_S_DEFAULT = 5;
const TIMEOUT_S_MAX = 600;
const REPEAT_MAX = 10_000;

const TESTBEDS = ["auto", "docker", "local"] as const satisfies readonly (BedKind | "auto")[];
const CLIENTS = ["headless", "web"] as const satisfies readonly ClientKind[];
const WIRES = ["auto", "packets", "relay", "off"] as const satisfies readonly WireWish[];

export interface RunArguments {
  readonly kind: "run";
  /** Ids, names or files; none means the report's cases. */
  readonly selection: readonly string[];
  readonly testbed: BedKind | "auto";
  readonly client: ClientKind;
  readonly wire: WireWish;
  readonly out: string | undefined;
  readonly keep: boolean;
  /** How often each case is run. */
  readonly repeat: number;
  readonly subnet: string | undefined;
  readonly timeoutMs: number;
  readonly verbose: boolean;
  /** Verdicts, logs and transcripts only: no wire and nothing that renders the result. */
  readonly bare: boolean;
}

export type Arguments =
  | RunArguments
  | { readonly kind: "diff"; readonly before: string; readonly after: string }
  | { readonly kind: "list"; readonly selection: readonly string[] }
  | { readonly kind: "clean" }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly message: string };

export const HELP = `Usage: npm run lab -- [IDS or FILES…] [options]
       npm run lab -- diff OLD NEW

Replays the report's cases on four hosts, tells a verdict for each case and step, and leaves a report with the
evidence: lab-report/latest/index.html.

  IDS or FILES        cases by number or name (08, whisper), or scenario files; the report's cases unless told
  diff OLD NEW        what changed between two runs: their folders, or their result.json
  --testbed BED       docker: a container a host. local: processes on loopback addresses.
                      auto: docker where an engine answers, else local (default)
  --client KIND       headless: clients on their standard streams (default). web: every client is its window in a real
                      browser, worked through its widgets. A case about the window itself always has one.
  --wire HOW          packets: capture what crosses the wire. relay: on the local bed, have the lab's relay between the
                      two ends record it. auto: packets where that is permitted, else the relay (default). off: neither
  --bare              verdicts, logs and transcripts only: no wire, no page, no JUnit, no summary
  --out DIR           write the report there (default lab-report/TIME, with lab-report/latest)
  --list              list the cases and end
  --verbose           tell every message as it crosses the wire
  --repeat N          run each case N times and tell how often it does not pass
  --keep              stop after the first case that does not pass, or the last, and leave its hosts running
  --clean             remove what earlier runs left on the engine and end
  --subnet CIDR       run in another subnet, with the same host parts (10.8.0.0/23)
  --timeout S         how long anything may take to become true, in seconds (default ${TIMEOUT_S_DEFAULT})
  --help              show this and end

Exit status: 0 no case fails, 1 a case does or none passes, 2 the command line or a file is wrong, 3 no test bed can be
had or no browser for --client web, 130 interrupted. A case that this system cannot run is unsupported: it does not
fail the run, and is told with its reason. Of diff: 0 nothing got worse, 1 something did, 2 a file is wrong.

The browser: HOWDY_BROWSER (a path), else an installed Chrome or Chromium, else the one from npm (Linux on x64).
In GitHub's CI the summary is appended to GITHUB_STEP_SUMMARY.
`;

const OPTIONS = {
  testbed: { type: "string" },
  client: { type: "string" },
  wire: { type: "string" },
  bare: { type: "boolean" },
  out: { type: "string" },
  list: { type: "boolean" },
  verbose: { type: "boolean" },
  repeat: { type: "string" },
  keep: { type: "boolean" },
  clean: { type: "boolean" },
  subnet: { type: "string" },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

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

function readOptions({ values, positionals }: ReturnType<typeof parse>): Arguments {
  if (values.help === true) return { kind: "help" };
  const empty = (["out", "subnet"] as const).find((name) => values[name] === "");
  if (empty !== undefined) throw new WrongArgumentError(`--${empty}: expected a value; got none`);
  if (values.clean === true) {
    if (positionals.length === 0 && Object.keys(values).length === 1) return { kind: "clean" };
    throw new WrongArgumentError("--clean: expected nothing beside it; got more");
  }
  if (values.bare === true && (values.wire !== undefined || values.verbose === true)) {
    throw new WrongArgumentError("--bare: expected neither --wire nor --verbose beside it; got one");
  }
  if (positionals[0] === "diff") return readDiff(positionals.slice(1), Object.keys(values));
  if (values.list === true) return { kind: "list", selection: positionals };
  return {
    kind: "run",
    selection: positionals,
    testbed: oneOf("testbed", TESTBEDS, values.testbed),
    client: oneOf("client", CLIENTS, values.client),
    wire: values.bare === true ? "off" : oneOf("wire", WIRES, values.wire),
    out: values.out,
    keep: values.keep === true,
    repeat: readRepeat(values.repeat ?? "1"),
    subnet: values.subnet,
    timeoutMs: readTimeout(values.timeout ?? String(TIMEOUT_S_DEFAULT)),
    verbose: values.verbose === true,
    bare: values.bare === true,
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

function readDiff(files: readonly string[], options: readonly string[]): Arguments {
  const [before, after, ...more] = files;
  if (before === undefined || after === undefined || more.length > 0 || options.length > 0) {
    throw new WrongArgumentError("diff: expected two runs and no options: diff OLD NEW");
  }
  return { kind: "diff", before, after };
}

/** One of the words that an option takes; the first is its default. */
function oneOf<Word extends string>(name: string, words: readonly [Word, ...Word[]], value: string | undefined): Word {
  const word = words.find((each) => each === (value ?? words[0]));
  if (word !== undefined) return word;
  throw new WrongArgumentError(`--${name}: expected one of ${words.join(", ")}; got ${JSON.stringify(value)}`);
}

function readTimeout(text: string): number {
  const timeoutS = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (timeoutS > 0 && timeoutS <= TIMEOUT_S_MAX) return timeoutS * 1000;
  const expected = `expected seconds, more than 0 and up to ${TIMEOUT_S_MAX}`;
  throw new WrongArgumentError(`--timeout: ${expected}; got ${JSON.stringify(text)}`);
}

function readRepeat(text: string): number {
  const repeat = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (repeat >= 1 && repeat <= REPEAT_MAX) return repeat;
  throw new WrongArgumentError(`--repeat: expected a number from 1 to ${REPEAT_MAX}; got ${JSON.stringify(text)}`);
}
