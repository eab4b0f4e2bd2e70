// Owns a scenario as the replay takes it: every choice of the file's notation is settled, every expectation stands alone.
// It must not know YAML, files or a bed. Invariant: hosts and actions keep the order in which the file has them.

import type { ProgramRole } from "../hosts/topology.ts";
import type { Offer } from "../implementation/schema.ts";
import type { LinkFault } from "../network/link-fault.ts";
import { wireByPort } from "../protocol/by-port.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { buildLinkFault } from "./fault-schema.ts";
import type {
  ActionSource,
  ConnectSource,
  ExpectationSource,
  GivenSource,
  Level,
  ScenarioSource,
  ServerSettings,
  StepSource,
  WidgetSource,
} from "./schema.ts";
import { buildReceives, buildWire, readTimeMs, type Wire, type WireExpectation } from "./wire.ts";
import type { WireSource } from "./wire-schema.ts";

/** What a person does at a host, or the lab by its peer there. */
export type Action =
  | { readonly kind: "start"; readonly settings: ServerSettings }
  | Connect
  | { readonly kind: "select"; readonly name: string }
  | { readonly kind: "type"; readonly text: string }
  | { readonly kind: "send" }
  | { readonly kind: "history"; readonly limit: number | undefined }
  | { readonly kind: "signIn"; readonly name: string; readonly passwordFile: string }
  | { readonly kind: "close" }
  | { readonly kind: "input"; readonly text: string }
  | { readonly kind: "operator"; readonly line: string }
  | { readonly kind: "stop" }
  | { readonly kind: "kill" }
  | { readonly kind: "restart" }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "wipe" }
  | { readonly kind: "fill" }
  | { readonly kind: "free" }
  | { readonly kind: "wire"; readonly wire: Wire; readonly protocol: Protocol };

export interface Connect {
  readonly kind: "connect";
  readonly address: string | undefined;
  readonly port: string | number | undefined;
  /** Of a peer: the connection's name, and how many there are of it. */
  readonly as: string | undefined;
  readonly times: number | undefined;
  /** What the connection speaks. */
  readonly protocol: Protocol;
}

export type ActionKind = Action["kind"];

/** Which actions a host of each role can take, in the order in which messages list them. */
export const ACTIONS_OF_ROLE: Readonly<Record<ProgramRole, readonly ActionKind[]>> = {
  client: [
    "start",
    "connect",
    "select",
    "type",
    "send",
    "history",
    "signIn",
    "close",
    "kill",
    "restart",
    "pause",
    "resume",
  ],
  server: ["start", "input", "operator", "stop", "kill", "restart", "pause", "resume"],
  peer: ["connect", "wire"],
  broker: ["start", "kill", "restart", "pause", "resume", "wipe", "fill", "free"],
};

/** Which expectations a host of each role can have. */
export const EXPECTATIONS_OF_ROLE: Readonly<Record<ProgramRole, readonly (keyof ExpectationSource)[]>> = {
  client: ["shows", "users", "draft", "window", "within"],
  server: ["logs", "never", "within"],
  peer: ["receives"],
  broker: [],
};

/** One thing that is to be so on one host after a step. */
export type Expectation =
  | { readonly kind: "shows"; readonly host: string; readonly lines: readonly string[] }
  | { readonly kind: "shows nothing"; readonly host: string }
  | { readonly kind: "users"; readonly host: string; readonly names: readonly string[] }
  | { readonly kind: "draft"; readonly host: string; readonly text: string }
  | { readonly kind: "window"; readonly host: string; readonly widgets: readonly Widget[] }
  | { readonly kind: "logs"; readonly host: string; readonly lines: readonly string[] }
  | { readonly kind: "logs nothing"; readonly host: string }
  | { readonly kind: "never"; readonly host: string; readonly lines: readonly string[] }
  | ReceivesExpectation;

/** What a connection of a peer is to receive; `as` is undefined for its newest one. */
export interface ReceivesExpectation {
  readonly kind: "receives";
  readonly host: string;
  readonly as: string | undefined;
  readonly expect: WireExpectation;
  readonly protocol: Protocol;
}

/** A widget that a window is to have. */
export interface Widget {
  readonly role: "textbox" | "button" | "listbox" | "log";
  readonly name: string;
  /** A list's options, all of them; undefined where any will do. */
  readonly options: readonly string[] | undefined;
}

interface HostActions {
  readonly host: string;
  readonly actions: readonly Action[];
}

export interface Step {
  readonly title: string;
  /** What is done to links, before the hosts act. */
  readonly faults: readonly LinkFault[];
  readonly work: readonly HostActions[];
  readonly expectations: readonly Expectation[];
  /** How long what a host is expected to do may take, by its name; as long as anything may unless told. */
  readonly withinMs: ReadonlyMap<string, number>;
}

/** What a host runs before the first step. */
export type Given =
  | { readonly kind: "server"; readonly host: string; readonly settings: ServerSettings }
  | {
      readonly kind: "client";
      readonly host: string;
      readonly connected: boolean;
      readonly name: string | null;
      /** The host of the server that it connects to; undefined for the case's first. */
      readonly at?: string | undefined;
    }
  /** What keeps the log of the servers' one room. */
  | { readonly kind: "broker"; readonly host: string }
  /** `listen` is a scripted server's port, null for a peer that only connects. */
  | {
      readonly kind: "peer";
      readonly host: string;
      readonly listen: number | null;
      /** What its connections speak, but for those that have a protocol of their own. */
      readonly protocol: Protocol;
    };

/** What a case's programs speak, and its peers. */
export interface Spoken {
  readonly protocol: Protocol;
  /** What else peers speak. */
  readonly others: readonly Protocol[];
  /** What a host speaks, and what a connection of its peer does that has a name. */
  readonly at: (host: string, as?: string) => Protocol;
}

/** What a message may begin with in a case, which no connection may be called. */
export function wordsOf({ protocol, others }: Pick<Spoken, "protocol" | "others">): readonly string[] {
  return [protocol, ...others].flatMap(({ notation }) => notation.words);
}

export interface Scenario {
  /** The number in front of the file's name, or the whole of it: "08". */
  readonly id: string;
  /** The file's name without its ending: "08-whisper-message". */
  readonly slug: string;
  readonly file: string;
  readonly title: string;
  readonly requirements: readonly number[];
  /** What a conformance case is about: the clause of PROTOCOL.md, and who says so. null of any other. */
  readonly conformance: { readonly clause: string; readonly level: Level } | null;
  /** What the server has to offer. */
  readonly needs: readonly Offer[];
  /** What the server is started with where it offers it. */
  readonly prefers: readonly Offer[];
  readonly given: readonly Given[];
  /** Hosts whose client must be a window, because something is said of it. */
  readonly windows: ReadonlySet<string>;
  readonly steps: readonly Step[];
  /** What its hosts speak with each other. */
  readonly protocol: Protocol;
  /** What else its peers speak. */
  readonly others: readonly Protocol[];
}

/** A file's name without its folder and its ending, by which a case is called. */
export function slugOf(file: string): string {
  return file.replace(/^.*[\\/]/, "").replace(/\.ya?ml$/i, "");
}

/** Settles a checked file's notation. The file's name gives the scenario its id. */
export function buildScenario(source: ScenarioSource, file: string, spoken: Spoken): Scenario {
  const { protocol, others } = spoken;
  const slug = slugOf(file);
  const given = Object.entries(source.given).map(([host, each]) => buildGiven(host, each, spoken));
  const steps = source.steps.map((step) => buildStep(step, spoken));
  return {
    id: /^\d+/.exec(slug)?.[0] ?? slug,
    slug,
    file,
    title: source.title,
    requirements: source.requirements ?? [],
    conformance: buildConformance(source),
    needs: source.needs ?? [],
    prefers: source.prefers ?? [],
    given,
    windows: new Set([...givenWindows(source.given), ...expectedWindows(steps)]),
    steps,
    protocol,
    others,
  };
}

/** The hosts that run the lab's peer. */
export function peersOf(scenario: Scenario): ReadonlySet<string> {
  return new Set(scenario.given.filter(({ kind }) => kind === "peer").map(({ host }) => host));
}

/** Every host that a case speaks of. */
export function hostsOf({ given, steps }: Pick<Scenario, "given" | "steps">): ReadonlySet<string> {
  const acting = steps.flatMap(({ work, expectations, faults }) => [
    ...[...work, ...expectations].map(({ host }) => host),
    ...faults.flatMap(({ between }) => between),
  ]);
  return new Set([...given.map(({ host }) => host), ...acting]);
}

/**
 * The kinds of programs that take part: those that are there before the first step, and a server that a step starts. Only a
 * server can be asked for what a case without a program before its first step is about.
 */
export function programsOf({ given, steps }: Scenario): ReadonlySet<string> {
  const starts = steps.some(({ work }) => work.some(({ actions }) => actions.some(({ kind }) => kind === "start")));
  return new Set([...given.map(({ kind }) => kind), ...(given.length === 0 && starts ? ["server"] : [])]);
}

/** The bytes of a case: what its peers speak is at its own port, what its programs do at any other. */
export function wireOf({ protocol, others }: Pick<Scenario, "protocol" | "others">): WireProtocol {
  const elsewhere = others.filter(({ port }) => port !== protocol.port);
  return wireByPort(protocol.wire, new Map(elsewhere.map(({ port, wire }) => [port, wire])));
}

function buildConformance({ clause, level }: ScenarioSource): Scenario["conformance"] {
  return clause === undefined || level === undefined ? null : { clause, level };
}

function givenWindows(given: Readonly<Record<string, GivenSource>>): readonly string[] {
  return Object.entries(given).flatMap(([host, { client }]) => (client?.window === true ? [host] : []));
}

function expectedWindows(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ expectations }) =>
    expectations.filter(({ kind }) => kind === "window").map(({ host }) => host),
  );
}

function buildGiven(host: string, given: GivenSource, spoken: Spoken): Given {
  if (given.server !== undefined) return { kind: "server", host, settings: given.server };
  if (given.peer !== undefined) {
    return { kind: "peer", host, listen: given.peer.listen ?? null, protocol: spoken.at(host) };
  }
  if (given.broker !== undefined) return { kind: "broker", host };
  const name = given.named ?? null;
  return { kind: "client", host, connected: given.connected === true || name !== null, name, at: given.at };
}

function buildStep(source: StepSource, spoken: Spoken): Step {
  const { title, expect = {}, faults = [], ...work } = source;
  return {
    title,
    faults: faults.map(buildLinkFault),
    work: Object.entries(work).map(([host, actions]) => ({
      host,
      actions: actions.map((action) => buildAction(action, host, spoken)),
    })),
    expectations: Object.entries(expect).flatMap(([host, expected]) => buildExpectations(host, expected, spoken)),
    withinMs: new Map(
      Object.entries(expect).flatMap(([host, { within }]) => {
        const withinMs = within === undefined ? undefined : readTimeMs(within);
        return withinMs === undefined ? [] : [[host, withinMs]];
      }),
    ),
  };
}

function buildAction(source: ActionSource, host: string, spoken: Spoken): Action {
  if (source === "start") return { kind: "start", settings: {} };
  if (source === "connect") return buildConnect({}, host, spoken);
  if (typeof source === "string") return { kind: source };
  if ("start" in source) return { kind: "start", settings: source.start ?? {} };
  if ("connect" in source) return buildConnect(source.connect, host, spoken);
  if ("wire" in source) return buildWireAction(source.wire, host, spoken);
  if ("select" in source) return { kind: "select", name: source.select };
  if ("type" in source) return { kind: "type", text: source.type };
  if ("input" in source) return { kind: "input", text: source.input };
  if ("operator" in source) return { kind: "operator", line: source.operator };
  if ("send" in source) return { kind: "send" };
  if ("history" in source) return { kind: "history", limit: source.history.limit };
  if ("signIn" in source) return { kind: "signIn", ...source.signIn };
  if ("close" in source) return { kind: "close" };
  if ("stop" in source) return { kind: "stop" };
  if ("kill" in source) return { kind: "kill" };
  if ("restart" in source) return { kind: "restart" };
  if ("wipe" in source) return { kind: "wipe" };
  if ("fill" in source) return { kind: "fill" };
  if ("free" in source) return { kind: "free" };
  return "pause" in source ? { kind: "pause" } : { kind: "resume" };
}

function buildConnect({ address, port, as, times }: ConnectSource, host: string, spoken: Spoken): Connect {
  return { kind: "connect", address, port, as, times, protocol: spoken.at(host, as) };
}

function buildWireAction(source: WireSource, host: string, spoken: Spoken): Action {
  return { kind: "wire", wire: buildWire(source), protocol: spoken.at(host, source.as) };
}

function buildExpectations(host: string, source: ExpectationSource, spoken: Spoken): Expectation[] {
  const expectations: Expectation[] = [];
  const { shows, users, draft, window, logs, never, receives } = source;
  if (shows === "nothing") expectations.push({ kind: "shows nothing", host });
  else if (shows !== undefined) expectations.push({ kind: "shows", host, lines: toLines(shows) });
  if (users !== undefined) expectations.push({ kind: "users", host, names: users });
  if (draft !== undefined) expectations.push({ kind: "draft", host, text: draft });
  if (window !== undefined) expectations.push({ kind: "window", host, widgets: window.map(buildWidget) });
  if (logs === "nothing") expectations.push({ kind: "logs nothing", host });
  else if (logs !== undefined) expectations.push({ kind: "logs", host, lines: toLines(logs) });
  if (never !== undefined) expectations.push({ kind: "never", host, lines: toLines(never) });
  for (const each of receives === undefined ? [] : buildReceives(receives, wordsOf(spoken))) {
    expectations.push({ kind: "receives", host, ...each, protocol: spoken.at(host, each.as) });
  }
  return expectations;
}

function buildWidget(source: WidgetSource): Widget {
  if ("textbox" in source) return { role: "textbox", name: source.textbox, options: undefined };
  if ("button" in source) return { role: "button", name: source.button, options: undefined };
  if ("log" in source) return { role: "log", name: source.log, options: undefined };
  return { role: "listbox", name: source.listbox, options: source.options };
}

function toLines(text: string | readonly string[]): readonly string[] {
  return typeof text === "string" ? [text] : text;
}
