// Owns an implementation as the lab takes it: everything that its file leaves open is settled. Pure. It must not know YAML
// or a bed. Invariant: paths are absolute, and nothing in it depends on whose program it is.

import { dirname, relative, resolve, sep } from "node:path";
import { DEFAULT_LIMITS, type MostLimits, type ProgramLimits } from "../hosts/program-limits.ts";
import type { BesideCommand, ProgramImage, ProgramSource } from "../hosts/program-source.ts";
import type { Role } from "../hosts/topology.ts";
import type { LogRule } from "./log-wording.ts";
import { fillText } from "./placeholders.ts";
import { type Feature, type ImplementationSource, OFFERS, type Offer } from "./schema.ts";

type LimitsSource = NonNullable<ImplementationSource["limits"]>;

/** What a file's program speaks unless it says otherwise. */
const USUAL_PROTOCOL = "hcp";

/** How a program is started: words and variables in which {address} and the like stand for what only the bed knows. */
export interface Launch {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a server does that PROTOCOL.md only allows, and what it has to be started with for that, behind its own words. */
export interface Offered extends Launch {
  /** Of `operator` alone: what takes the operator's lines. */
  readonly operator: BesideCommand | undefined;
}

/** A window that is served as a page, and the line that tells where. */
export type WindowLaunch = Launch & { readonly serves: RegExp };

/** How a program is started so that it speaks a protocol, and what a server logs then. */
export interface Spoken {
  readonly launch: Launch;
  /** Undefined where it has none. */
  readonly window: WindowLaunch | undefined;
  /** The line by which it tells that clients can connect; undefined where it is the protocol's. */
  readonly ready: string | undefined;
  readonly logs: readonly LogRule[];
}

export interface KnownFailure {
  /** The case's slug. */
  readonly case: string;
  readonly why: string;
  readonly link: string | undefined;
}

export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly role: Role;
  /** By the protocols' names: what it speaks by itself, and what else it can be started to speak. */
  readonly speaks: ReadonlyMap<string, Spoken>;
  /** The file that describes it. */
  readonly file: string;
  /** How a bed has it. */
  readonly source: ProgramSource;
  readonly launch: Launch;
  /** Undefined where it asks nothing. */
  readonly console: Launch | undefined;
  readonly offers: ReadonlyMap<Offer, Offered>;
  /** Undefined where it has no window. */
  readonly window: WindowLaunch | undefined;
  /** The line by which a server tells that clients can connect; undefined where it is the protocol's. */
  readonly ready: string | undefined;
  readonly logs: readonly LogRule[];
  /** Why, by the case's slug. */
  readonly unsupportedCases: ReadonlyMap<string, string>;
  readonly unsupportedFeatures: ReadonlyMap<Feature, string>;
  readonly knownFailures: readonly KnownFailure[];
}

/** The server and the client that are under test together. */
export interface Pair {
  readonly server: Implementation;
  readonly client: Implementation;
}

/**
 * Settles a checked file.
 *
 * @param slugOf - The slug of the case that a word means.
 */
export function buildImplementation(
  source: ImplementationSource,
  file: string,
  slugOf: (word: string) => string,
): Implementation {
  const directory = dirname(resolve(file));
  const { run, unsupported = [] } = source;
  const own = {
    launch: toLaunch(run),
    window: source.window && toWindow(source.window),
    ready: source.ready,
    logs: toRules(source.logs),
  };
  const others = Object.entries(source.speaks ?? {}).map(([protocol, { ready, logs, window, ...launch }]) => {
    const spoken = { launch: toLaunch(launch), window: window ? toWindow(window) : own.window, ready };
    return [protocol, { ...spoken, logs: toRules(logs) }] as const;
  });
  return {
    name: source.name,
    version: source.version,
    role: source.role,
    file,
    source: {
      name: tellImplementation(source),
      image: imageOf(source, directory),
      command: run.command && {
        words: commandWords(run.command, directory),
        directory,
        ...(run.context !== undefined && { context: resolve(directory, run.context) }),
      },
      limits: toLimits(source.limits ?? {}),
    },
    speaks: new Map([[source.protocol ?? USUAL_PROTOCOL, own], ...others]),
    ...own,
    console: source.console && toLaunch(source.console),
    offers: new Map(OFFERS.flatMap((offer) => toOffered(source.offers ?? {}, offer, directory))),
    unsupportedCases: new Map(unsupported.flatMap((each) => ("case" in each ? [[slugOf(each.case), each.why]] : []))),
    unsupportedFeatures: new Map(unsupported.flatMap((each) => ("feature" in each ? [[each.feature, each.why]] : []))),
    knownFailures: (source["known-failures"] ?? []).map(({ case: word, why, link }) => ({
      case: slugOf(word),
      why,
      link,
    })),
  };
}

/** The same program, started so that it speaks a protocol; undefined when it cannot. */
export function speaking(implementation: Implementation, protocol: string): Implementation | undefined {
  const spoken = implementation.speaks.get(protocol.toLowerCase());
  return spoken === undefined ? undefined : { ...implementation, ...spoken };
}

/** A launch with what the needed offers add. */
export function addOffers(launch: Launch, offers: readonly (Launch | undefined)[]): Launch {
  return {
    arguments: [...launch.arguments, ...offers.flatMap((offer) => offer?.arguments ?? [])],
    environment: Object.assign({}, launch.environment, ...offers.map((offer) => offer?.environment)),
  };
}

/** A launch with its placeholders filled; a brace that names nothing known stays as it is. */
export function fillLaunch(launch: Launch, values: Readonly<Record<string, string>>): Launch {
  return {
    arguments: fillWords(launch.arguments, values),
    environment: Object.fromEntries(
      Object.entries(launch.environment).map(([key, value]) => [key, fillText(value, values)]),
    ),
  };
}

export function fillWords(words: readonly string[], values: Readonly<Record<string, string>>): readonly string[] {
  return words.map((word) => fillText(word, values));
}

/** How the report names it: "howdy server 0.1.0". */
export function tellImplementation({ name, version }: Pick<Implementation, "name" | "version">): string {
  return `${name} ${version}`;
}

/** Limits as they are written. */
export function toMostLimits(source: LimitsSource): MostLimits {
  return {
    memoryMib: source["memory-mib"],
    processes: source.processes,
    cpus: source.cpus,
    openFiles: source["open-files"],
    folderMib: source["folder-mib"],
    writable: source.writable,
  };
}

/** Limits as a file says them, with the defaults for those that it leaves out. */
export function toLimits(source: LimitsSource): ProgramLimits {
  const said = toMostLimits(source);
  return {
    memoryMib: said.memoryMib ?? DEFAULT_LIMITS.memoryMib,
    processes: said.processes ?? DEFAULT_LIMITS.processes,
    cpus: said.cpus ?? DEFAULT_LIMITS.cpus,
    openFiles: said.openFiles ?? DEFAULT_LIMITS.openFiles,
    folderMib: said.folderMib ?? DEFAULT_LIMITS.folderMib,
    writable: said.writable ?? DEFAULT_LIMITS.writable,
  };
}

function toLaunch(source: {
  arguments?: readonly string[] | undefined;
  environment?: Readonly<Record<string, string>> | undefined;
}): Launch {
  return { arguments: source.arguments ?? [], environment: source.environment ?? {} };
}

function toWindow(source: NonNullable<ImplementationSource["window"]>): WindowLaunch {
  return { ...toLaunch(source), serves: new RegExp(source.serves, "su") };
}

function toRules(logs: ImplementationSource["logs"] = []): readonly LogRule[] {
  return logs.map(({ line, means }) => ({ line: new RegExp(`^(?:${line})$`, "su"), means }));
}

function toOffered(
  offers: NonNullable<ImplementationSource["offers"]>,
  offer: Offer,
  directory: string,
): readonly (readonly [Offer, Offered])[] {
  const source = offers[offer];
  if (source === undefined) return [];
  const { container, command } = offer === "operator" ? (offers.operator ?? {}) : {};
  const operator = { container, command: command && { words: commandWords(command, directory), directory } };
  return [[offer, { ...toLaunch(source), operator: offer === "operator" ? operator : undefined }]];
}

function imageOf({ name, run }: ImplementationSource, directory: string): ProgramImage | undefined {
  const { image, dockerfile, context = "." } = run;
  if (dockerfile !== undefined) {
    const root = resolve(directory, context);
    const path = relative(root, resolve(directory, dockerfile)).split(sep).join("/");
    return { kind: "dockerfile", name: `howdy-lab/${imageName(name)}`, dockerfile: path, directory: root };
  }
  return image === undefined ? undefined : { kind: "image", name: image };
}

/** A name as an engine takes one. */
function imageName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "program"
  );
}

/** A command that is written as a path is one beside the file; a bare word is looked for on the PATH. */
function commandWords([file = "", ...rest]: readonly string[], directory: string): readonly string[] {
  return [file.includes("/") ? resolve(directory, file) : file, ...rest];
}
