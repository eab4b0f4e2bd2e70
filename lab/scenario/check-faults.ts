// Owns what a schema cannot say of faults: that their hosts are there, that what is healed was broken and what is resumed was
// paused, and that no "nothing" is expected which no message can ever prove. It takes raw data, as check.ts does.
// Invariant: it goes through the steps once, in their order.

import type { ProgramRole } from "../hosts/topology.ts";
import { ALL_HOSTS, type Way, waysOf } from "../network/link-fault.ts";
import { asMap, type Fields } from "../yaml/as-map.ts";
import { type Mistake, type Path, quote } from "../yaml/problem.ts";
import { checkTime } from "./check-wire.ts";

/** What may be done to a host whose program is paused. */
const TAKEN_WHEN_PAUSED: ReadonlySet<string> = new Set(["resume", "kill", "restart"]);
const RESUME_ALONE: ReadonlySet<string> = new Set(["resume"]);
/** What ends a host's program. */
const ENDS: ReadonlySet<string> = new Set(["close", "stop", "kill"]);
/** A fault that lets through what it is done to, though not as it came. */
const LETS_THROUGH: ReadonlySet<string> = new Set(["delay", "rate", "slice", "merge", "reset"]);

/** An expectation of nothing that cannot be proved yet, and what stands in the way. */
interface OpenQuiet {
  readonly host: string;
  readonly path: Path;
  readonly why: string;
}

/** @param roles - What each host runs, by its name. */
export function checkFaults(
  given: Fields,
  steps: readonly unknown[],
  roles: ReadonlyMap<string, ProgramRole>,
): Mistake[] {
  const state = new FaultState(given, roles);
  const mistakes = steps.flatMap((step, index) => state.take(asMap(step), index));
  return [...mistakes, ...state.end()];
}

class FaultState {
  readonly #roles: ReadonlyMap<string, ProgramRole>;
  readonly #hosts: readonly string[];
  readonly #given: Fields;
  /** The case's server, of several the first. */
  readonly #server: string | undefined;
  /** What servers of one room share. */
  readonly #broker: string | undefined;
  readonly #running = new Set<string>();
  readonly #known = new Set<string>();
  readonly #paused = new Map<string, number>();
  /** What holds on each way, with the step in which that began. */
  readonly #broken = new Map<string, { readonly kind: string; readonly index: number }>();
  #open: OpenQuiet[] = [];

  constructor(given: Fields, roles: ReadonlyMap<string, ProgramRole>) {
    this.#given = given;
    this.#roles = roles;
    this.#hosts = [...roles.keys()];
    for (const host of Object.keys(given)) this.#start(host);
    const isServer = (host: string): boolean =>
      asMap(given[host]).server !== undefined || asMap(asMap(given[host]).peer).listen !== undefined;
    this.#broker = this.#hosts.find((host) => asMap(given[host]).broker !== undefined);
    this.#server = this.#hosts.find(isServer) ?? this.#hosts.find((host) => roles.get(host) === "server");
  }

  take(step: Fields, index: number): Mistake[] {
    const path = ["steps", index];
    const faults: readonly unknown[] = Array.isArray(step.faults) ? step.faults : [];
    const mistakes = faults.flatMap((fault, at) => this.#takeFault(asMap(fault), [...path, "faults", at], index));
    for (const [host, actions] of Object.entries(step)) {
      if (!this.#roles.has(host) || !Array.isArray(actions)) continue;
      mistakes.push(...actions.flatMap((action, at) => this.#takeAction(host, action, [...path, host, at], index)));
    }
    this.#open = this.#open.filter(({ host }) => this.#whyUnheard(host) !== undefined);
    for (const [host, expected] of Object.entries(asMap(step.expect))) {
      mistakes.push(...this.#takeExpected(host, asMap(expected), [...path, "expect", host]));
    }
    return mistakes;
  }

  /** What no later message can prove any more. */
  end(): Mistake[] {
    return this.#open.map(({ path, why }) => ({
      path,
      spot: "value",
      message: `expected a nothing that can be proved: ${why} to the end of the case, so that no message can show it; end that, or ${remedyFor(path)}`,
    }));
  }

  #takeFault(source: Fields, path: Path, index: number): Mistake[] {
    const [kind = "", more] = Object.keys(source);
    const link = asMap(source[kind]);
    const { between, to } = link;
    const [one, other] = Array.isArray(between) ? between : [];
    if (more !== undefined || typeof one !== "string" || typeof other !== "string") return [];
    const at = [...path, kind];
    const mistakes = [
      ...this.#checkEnds(one, other, [...at, "between"]),
      ...checkTo(to, one, other, [...at, "to"]),
      ...checkJitter(link, [...at, "jitter"]),
    ];
    if (mistakes.length > 0) return mistakes;
    const ways = waysOf({ between: [one, other], to: typeof to === "string" ? to : undefined }, this.#hosts);
    if (kind !== "heal") {
      if (kind !== "reset") for (const way of ways) this.#break(way, kind, index);
      return [];
    }
    const healed = ways.filter((way) => this.#broken.delete(keyOf(way)));
    const message = `expected a link to which something was done before; got ${one} – ${other}`;
    return healed.length > 0 ? [] : [{ path: [...at, "between"], spot: "value", message }];
  }

  #break(way: Way, kind: string, index: number): void {
    const before = this.#broken.get(keyOf(way));
    const isWorse = before !== undefined && LETS_THROUGH.has(before.kind) && !LETS_THROUGH.has(kind);
    if (before === undefined || isWorse) this.#broken.set(keyOf(way), { kind, index });
  }

  #checkEnds(one: string, other: string, path: Path): Mistake[] {
    const names = this.#hosts.join(", ");
    const isHost = (host: string): boolean => this.#roles.has(host);
    const unknown = [one, other].flatMap((host, end): Mistake[] => {
      if (isHost(host) || (end === 1 && host === ALL_HOSTS)) return [];
      const message = `expected one of the hosts ${names}${end === 1 ? `, or ${ALL_HOSTS}` : ""}; got ${quote(host)}`;
      return [{ path: [...path, end], spot: "value", message }];
    });
    if (unknown.length > 0 || one !== other) return unknown;
    return [{ path: [...path, 1], spot: "value", message: `expected another host than ${one}; got ${quote(other)}` }];
  }

  #takeAction(host: string, action: unknown, path: Path, index: number): Mistake[] {
    const word = typeof action === "string" ? action : (Object.keys(asMap(action))[0] ?? "");
    const message = this.#complain(host, word);
    if (message !== undefined) return [{ path, spot: "value", message }];
    if (word === "pause") this.#paused.set(host, index);
    if (word === "start" || word === "restart") this.#start(host);
    if (ENDS.has(word)) this.#running.delete(host);
    if (word !== "pause") this.#paused.delete(host);
    const { expect, within } = asMap(asMap(action).wire);
    if (expect === "nothing" && within === undefined) this.#awaitProof(host, [...path, "wire", "expect"]);
    return [];
  }

  #complain(host: string, word: string): string | undefined {
    const since = this.#paused.get(host);
    const isRunning = this.#running.has(host);
    if (word === "resume" && since === undefined) return `expected a host that is paused; got ${host}`;
    if (word === "pause" && !isRunning) return `expected a host whose program runs; got ${host}`;
    if (word === "restart" && !this.#known.has(host))
      return `expected a host whose program was started before; got ${host}`;
    // What does to a broker what it is told stands still with it.
    const taken = this.#roles.get(host) === "broker" ? RESUME_ALONE : TAKEN_WHEN_PAUSED;
    if (since !== undefined && !taken.has(word))
      return `expected ${tellChoice([...taken])}, since ${host} is paused in step ${since + 1}; got ${quote(word)}`;
    return undefined;
  }

  #start(host: string): void {
    this.#running.add(host);
    this.#known.add(host);
    this.#paused.delete(host);
  }

  #takeExpected(host: string, expected: Fields, path: Path): Mistake[] {
    const { within } = expected;
    if (within !== undefined) return checkWithin(expected, within, path);
    for (const quiet of quietsOf(expected)) this.#awaitProof(host, [...path, ...quiet]);
    return [];
  }

  /** Nothing is expected here; what it can be proved by may come later. */
  #awaitProof(host: string, path: Path): void {
    const why = this.#whyUnheard(host);
    if (why !== undefined) this.#open.push({ host, path, why });
  }

  /** Why nothing that anybody does can show on a host now; undefined where something can. */
  #whyUnheard(host: string): string | undefined {
    const { at } = asMap(this.#given[host]);
    const isServer = asMap(this.#given[host]).server !== undefined;
    const server = isServer ? host : typeof at === "string" ? at : this.#server;
    const paused = [host, server, this.#broker].find((each) => each !== undefined && this.#paused.has(each));
    if (paused !== undefined) return `${paused} is paused from step ${(this.#paused.get(paused) ?? 0) + 1}`;
    if (server === undefined || host === server) return undefined;
    // A client is asked to whisper. To a raw peer anything may come that proves it, also before the rest is dropped.
    const isPeer = this.#roles.get(host) === "peer";
    const ways = waysOf({ between: [host, server], to: isPeer ? host : undefined }, []);
    const lets = (kind: string): boolean => LETS_THROUGH.has(kind) || (isPeer && kind === "drop-after");
    const broken = ways.map((way) => this.#broken.get(keyOf(way))).find((each) => each && !lets(each.kind));
    return broken && `nothing passes between ${server} and ${host} from step ${broken.index + 1}`;
  }
}

/** What a step expects of a connection takes no time; an action does. */
function remedyFor(path: Path): string {
  return path.includes("receives") ? "expect it by a wire action with within" : "say within";
}

/** Where an expectation says that nothing is to be seen. */
function quietsOf({ shows, logs, receives }: Fields): readonly Path[] {
  const whole = Object.entries({ shows, logs, receives }).filter(([, value]) => value === "nothing");
  const byConnection = Object.entries(asMap(receives)).filter(([, value]) => value === "nothing");
  return [...whole.map(([kind]) => [kind]), ...byConnection.map(([as]) => ["receives", as])];
}

/** "resume, kill or restart". */
function tellChoice(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}

function keyOf({ from, to }: Way): string {
  return `${from} ${to}`;
}

function checkTo(to: unknown, one: string, other: string, path: Path): Mistake[] {
  if (typeof to !== "string" || to === one || to === other) return [];
  return [{ path, spot: "value", message: `expected ${one} or ${other}; got ${quote(to)}` }];
}

/** Nothing can arrive before it was sent. */
function checkJitter({ ms, jitter }: Fields, path: Path): Mistake[] {
  if (typeof ms !== "number" || typeof jitter !== "number" || jitter <= ms) return [];
  return [{ path, spot: "value", message: `expected at most the delay, ${ms}; got ${jitter}` }];
}

function checkWithin(expected: Fields, within: unknown, path: Path): Mistake[] {
  const wrong = checkTime([...path, "within"], within);
  if (wrong.length > 0 || typeof within !== "string") return wrong;
  if (Object.keys(expected).length > 1) return [];
  const message = "expected something that may take so long beside within; it is missing";
  return [{ path: [...path, "within"], spot: "key", message }];
}
