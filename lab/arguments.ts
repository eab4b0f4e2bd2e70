// Owns the lab's command line: what may be said on it, and what is meant. It must not know files or beds.
// Invariant: what it gives can be run as it is, or is one line that says what was wrong.

import { parseArgs } from "node:util";
import type { ClientKind } from "./browser/window-plan.ts";
import type { BedKind } from "./testbed/testbed.ts";

const TIMEOUT_S_DEFAULT = 5;
const TIMEOUT_S_MAX = 600;

const TESTBEDS = ["auto", "docker", "local"] as const satisfies readonly (BedKind | "auto")[];

const CLIENTS = ["headless", "web"] as const satisfies readonly ClientKind[];

export interface RunArguments {
  readonly kind: "run";
  /** Ids, names or files; none means the report's cases. */
  readonly selection: readonly string[];
  readonly testbed: BedKind | "auto";
  readonly client: ClientKind;
  readonly out: string | undefined;
  readonly keep: boolean;
  readonly subnet: string | undefined;
  readonly timeoutMs: number;
}

export type Arguments =
  | RunArguments
  | { readonly kind: "list"; readonly selection: readonly string[] }
  | { readonly kind: "clean" }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly message: string };

export const HELP = `Usage: npm run lab -- [IDS or FILES…] [options]

Replays the report's cases on four hosts and reports a verdict for each case and step.

  IDS or FILES        cases by number or name (08, whisper), or scenario files; the report's cases unless told
  --testbed BED       docker: a container a host. local: processes on loopback addresses.
                      auto: docker where an engine answers, else local (default)
  --client KIND       headless: clients on their standard streams (default). web: every client is its window in a real
                      browser, worked through its widgets. A case about the window itself always has one.
  --out DIR           write the report there (default lab-report/TIME, with lab-report/latest)
  --list              list the cases and end
  --keep              stop after the first case that does not pass, or the last, and leave its hosts running
  --clean             remove what earlier runs left on the engine and end
  --subnet CIDR       run in another subnet, with the same host parts (10.8.0.0/23)
  --timeout S         how long anything may take to become true, in seconds (default ${TIMEOUT_S_DEFAULT})
  --help              show this and end

Exit status: 0 no case fails, 1 a case does or none passes, 2 the command line or a file is wrong, 3 no test bed can be
had or no browser for --client web, 130 interrupted. A case that this system cannot run is unsupported: it does not
fail the run, and is told with its reason.

The browser: HOWDY_BROWSER (a path), else an installed Chrome or Chromium, else the one from npm (Linux on x64).
`;

const OPTIONS = {
  testbed: { type: "string" },
  client: { type: "string" },
  out: { type: "string" },
  list: { type: "boolean" },
  keep: { type: "boolean" },
  clean: { type: "boolean" },
  subnet: { type: "string" },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

export function readArguments(args: readonly string[]): Arguments {
  const parsed = parse(args);
  if (typeof parsed === "string") return { kind: "wrong", message: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: "help" };
  const empty = (["out", "subnet"] as const).find((name) => values[name] === "");
  if (empty !== undefined) return { kind: "wrong", message: `--${empty}: expected a value; got none` };
  if (values.clean === true) {
    if (positionals.length === 0 && Object.keys(values).length === 1) return { kind: "clean" };
    return { kind: "wrong", message: "--clean: expected nothing beside it; got more" };
  }
  if (values.list === true) return { kind: "list", selection: positionals };
  const testbed = TESTBEDS.find((name) => name === (values.testbed ?? "auto"));
  if (testbed === undefined) {
    const message = `--testbed: expected one of ${TESTBEDS.join(", ")}; got ${JSON.stringify(values.testbed)}`;
    return { kind: "wrong", message };
  }
  const client = CLIENTS.find((name) => name === (values.client ?? "headless"));
  if (client === undefined) {
    const message = `--client: expected one of ${CLIENTS.join(", ")}; got ${JSON.stringify(values.client)}`;
    return { kind: "wrong", message };
  }
  const timeoutMs = readTimeout(values.timeout ?? String(TIMEOUT_S_DEFAULT));
  if (timeoutMs === undefined) {
    const message = `--timeout: expected seconds, more than 0 and up to ${TIMEOUT_S_MAX}; got ${JSON.stringify(values.timeout)}`;
    return { kind: "wrong", message };
  }
  const { out, keep = false, subnet } = values;
  return { kind: "run", selection: positionals, testbed, client, out, keep, subnet, timeoutMs };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // The rest of what Node says there is advice on quoting.
    return (error instanceof Error ? error.message : String(error)).split(/\n|\. /, 1)[0] ?? "";
  }
}

function readTimeout(text: string): number | undefined {
  const timeoutS = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  return timeoutS > 0 && timeoutS <= TIMEOUT_S_MAX ? timeoutS * 1000 : undefined;
}
