// Owns an implementation as the lab takes it: everything that its file leaves open is settled. Pure. It must not know YAML
// or a bed. Invariant: paths are absolute, and nothing in it depends on whose program it is.

import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Role } from "../topology.ts";
import type { LogRule } from "./log-wording.ts";
import { fillText } from "./placeholders.ts";
import type { Feature, ImplementationSource } from "./schema.ts";

/** How a program is started: words and variables in which {address} and the like stand for what only the bed knows. */
export interface Launch {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** An image that is there, or one to build. */
export type ImageSource =
  | { readonly kind: "image"; readonly name: string }
  | { readonly kind: "dockerfile"; readonly dockerfile: string; readonly context: string };

export interface KnownFailure {
  readonly case: string;
  readonly why: string;
  readonly link: string | undefined;
}

export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly role: Role;
  /** The file that describes it. */
  readonly file: string;
  /** Where the file lies, and where its command is started. */
  readonly directory: string;
  readonly image: ImageSource | undefined;
  readonly command: readonly string[] | undefined;
  readonly launch: Launch;
  /** Undefined where it asks nothing. */
  readonly console: Launch | undefined;
  /** Undefined where it has no window. */
  readonly window: (Launch & { readonly serves: RegExp }) | undefined;
  readonly ready: string;
  readonly logs: readonly LogRule[];
  readonly unsupportedCases: ReadonlyMap<string, string>;
  readonly unsupportedFeatures: ReadonlyMap<Feature, string>;
  readonly knownFailures: readonly KnownFailure[];
}

/** PROTOCOL.md, 12.2. */
const READY_DEFAULT = "Server is started and listening.";

/** Settles a checked file. */
export function buildImplementation(source: ImplementationSource, file: string): Implementation {
  const directory = dirname(resolve(file));
  const { run, unsupported = [] } = source;
  return {
    name: source.name,
    version: source.version,
    role: source.role,
    file,
    directory,
    image: imageOf(run, directory),
    command: run.command?.map((word, index) => (index === 0 ? commandFile(word, directory) : word)),
    launch: toLaunch(run),
    console: source.console && toLaunch(source.console),
    window: source.window && { ...toLaunch(source.window), serves: new RegExp(source.window.serves, "su") },
    ready: source.ready ?? READY_DEFAULT,
    logs: (source.logs ?? []).map(({ line, means }) => ({ line: new RegExp(`^(?:${line})$`, "su"), means })),
    unsupportedCases: new Map(unsupported.flatMap((each) => ("case" in each ? [[each.case, each.why]] : []))),
    unsupportedFeatures: new Map(unsupported.flatMap((each) => ("feature" in each ? [[each.feature, each.why]] : []))),
    knownFailures: (source["known-failures"] ?? []).map(({ case: id, why, link }) => ({ case: id, why, link })),
  };
}

/** A launch with its placeholders filled; a brace that names nothing known stays as it is. */
export function fillLaunch(launch: Launch, values: Readonly<Record<string, string>>): Launch {
  return {
    arguments: launch.arguments.map((word) => fillText(word, values)),
    environment: Object.fromEntries(
      Object.entries(launch.environment).map(([key, value]) => [key, fillText(value, values)]),
    ),
  };
}

/** How the report names it: "howdy server 0.1.0". */
export function tellImplementation({ name, version }: Pick<Implementation, "name" | "version">): string {
  return `${name} ${version}`;
}

function toLaunch(source: {
  arguments?: readonly string[] | undefined;
  environment?: Readonly<Record<string, string>> | undefined;
}): Launch {
  return { arguments: source.arguments ?? [], environment: source.environment ?? {} };
}

function imageOf(run: ImplementationSource["run"], directory: string): ImageSource | undefined {
  const { image, dockerfile, context = "." } = run;
  if (dockerfile !== undefined) {
    return { kind: "dockerfile", dockerfile: join(directory, dockerfile), context: resolve(directory, context) };
  }
  return image === undefined ? undefined : { kind: "image", name: image };
}

/** A command that is written as a path is one beside the file; a bare word is looked for on the PATH. */
function commandFile(word: string, directory: string): string {
  if (!word.includes("/")) return word;
  return isAbsolute(word) ? word : resolve(directory, word);
}
