// Owns what is known of one step of a replay: where each host's output stood when it began and ended, and how its
// expectations stand. It must not wait or act. Invariant: a line belongs to the step in which it arrived, unless an
// open "nothing" before it claims it.

import type { Expectation, ReceivesExpectation, Step } from "../scenario/scenario.ts";
import { tellWireExpectation } from "../scenario/tell-wire.ts";
import type { KeptLines } from "../testbed/kept-lines.ts";
import { type FoundLine, LogSearch } from "./log-search.ts";
import {
  type Match,
  matchDraft,
  matchLogged,
  matchNever,
  matchNothing,
  matchShown,
  matchUsers,
  matchWindow,
  type TextPair,
  tell,
  tellAll,
  tellWidgets,
} from "./match.ts";
import type { PeerLink } from "./peer-link.ts";
import { type LinkMatch, matchReceived } from "./peer-match.ts";
import type { Stage } from "./stage.ts";
import { compilePattern, type Pattern } from "./text.ts";
import type { SeenWidget } from "./window-view.ts";

/** An expectation that was not met, or could not be judged. */
export interface Finding {
  readonly host: string;
  readonly verdict: "fail" | "error" | "unsupported";
  readonly expected: string;
  readonly seen: string;
  /** The expected text and the nearest that was seen, where there is one to compare. */
  readonly texts?: TextPair;
  /** The line of a server's log that did not come. */
  readonly missing?: string;
}

/** Where a host's output stood: how many lines it had shown or logged, and how many lists it had had. */
interface Mark {
  readonly lines: number;
  readonly lists: number;
}

/** An expectation with its texts ready to be compared. */
export interface Prepared {
  readonly expectation: Expectation;
  readonly patterns: readonly Pattern[];
}

export class StepRecord {
  readonly step: Step;
  /** When it began, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly prepared: readonly Prepared[];
  readonly findings: Finding[] = [];
  /** Expectations of nothing that no fence could prove yet. */
  readonly open = new Set<Prepared>();
  /** The last draft that each client told of. */
  readonly drafts = new Map<string, string>();
  /** What each window had when it was looked at. */
  readonly widgets = new Map<string, readonly SeenWidget[]>();
  /** How what peers were to receive stood when it was looked at for good. */
  readonly #received = new Map<Expectation, Match>();
  /** Where the matching of each server's log ended. */
  readonly logEnds = new Map<string, number>();
  readonly #stage: Stage;
  readonly #from: Map<string, Mark>;
  readonly #to = new Map<string, Mark>();
  /** Where each server's expected lines may begin: where those of the step before ended. */
  readonly #logFrom = new Map<string, number>();
  /** How far the log was searched for what each expectation is about. */
  readonly #searches = new Map<Prepared, LogSearch>();
  #endMs: number | undefined;

  constructor(stage: Stage, step: Step, before: StepRecord | undefined) {
    this.#stage = stage;
    this.step = step;
    this.startMs = stage.pulse.clock.nowMs();
    this.prepared = step.expectations.map((expectation) => ({
      expectation,
      patterns: "lines" in expectation ? expectation.lines.map((line) => compilePattern(stage.translate(line))) : [],
    }));
    this.#from = marksOf(stage);
    for (const [host, mark] of this.#from) this.#logFrom.set(host, before?.logEnds.get(host) ?? mark.lines);
    // Begun now: what comes while users act may be let go before anybody waits for it.
    for (const each of this.prepared) if (isSought(each)) this.#findLines(each);
  }

  /** Clients whose user acted in this step. */
  get actors(): readonly string[] {
    return this.step.work.map(({ host }) => host).filter((host) => this.#stage.clients.has(host));
  }

  /** When it ended, in milliseconds since the epoch; undefined until then. */
  get endMs(): number | undefined {
    return this.#endMs;
  }

  /** From here on a line belongs to a later step. */
  close(): void {
    this.#endMs ??= this.#stage.pulse.clock.nowMs();
    for (const [{ expectation }, search] of this.#searches) {
      this.#stage.servers.get(expectation.host)?.unfollow(search);
    }
    for (const [host, mark] of marksOf(this.#stage)) if (!this.#to.has(host)) this.#to.set(host, mark);
  }

  /** The first step's log begins with the program: nothing of it was looked at before. */
  beginLogAt(host: string, index: number): void {
    const mark = this.#from.get(host);
    if (mark !== undefined) this.#from.set(host, { ...mark, lines: index });
    this.#logFrom.set(host, index);
  }

  /** Gives a host's lines before an index to this step, and those from it on to another. */
  divide(later: StepRecord, host: string, index: number): void {
    const from = later.#from.get(host);
    if (from === undefined) return;
    this.#to.set(host, { ...from, lines: index });
    later.#from.set(host, { ...from, lines: index });
  }

  /** How an expectation stands now. `from` widens the window to the left, for lines that an open step may claim. */
  judge(prepared: Prepared, from?: number): Match {
    const { expectation, patterns } = prepared;
    const { host } = expectation;
    switch (expectation.kind) {
      case "shows":
        return matchShown(patterns, textsOf(this.#lines(host, from)));
      case "shows nothing":
        return matchNothing("shows", textsOf(this.#lines(host)));
      case "logs nothing":
        return matchNothing("logs", textsOf(this.#lines(host)));
      case "logs":
        return this.#judgeLog(prepared, from);
      case "never":
        return matchNever(patterns, this.#findLines(prepared)[0]?.text);
      case "users":
        return matchUsers(expectation.names, this.#names(host));
      case "draft":
        return matchDraft(this.#stage.translate(expectation.text), this.drafts.get(host) ?? "");
      case "window":
        return matchWindow(expectation.widgets, this.widgets.get(host) ?? []);
      case "receives":
        return this.#received.get(expectation) ?? this.#judgeReceived(expectation);
    }
  }

  /** What `judge` would give, for a fraction of the work where a log is long. */
  judgeKind(prepared: Prepared, from?: number): Match["kind"] {
    const { expectation, patterns } = prepared;
    if (expectation.kind !== "logs") return this.judge(prepared, from).kind;
    return this.#findLines(prepared, from).length === patterns.length ? "holds" : "pending";
  }

  /** Moves a peer's connections behind what they received, once all of the step is there. */
  lookThrough(expectation: ReceivesExpectation): void {
    this.#received.set(expectation, this.#judgeReceived(expectation));
    for (const { link, end } of this.#matchLinks(expectation)) link.lookTo(end);
  }

  /** The connections that an expectation is about; none while there is none. */
  linksOf({ host, as }: ReceivesExpectation): readonly PeerLink[] {
    return this.#stage.peers.get(host)?.find(as) ?? [];
  }

  /** Index of the first line, from an open step's beginning on, that is the first one expected here. */
  findFirst({ expectation, patterns }: Prepared, opened: StepRecord): number | undefined {
    const from = opened.#from.get(expectation.host)?.lines;
    return this.#lines(expectation.host, from).find(({ text }) => patterns[0]?.matches(text) === true)?.index;
  }

  /**
   * Adds what an expectation that does not hold came to. A stray line that an earlier step expected and this one does
   * not, on any host, was late: it is that step's. But on the host of one who acts now, a line that the earlier step
   * expected only of others is the answer to what is done now.
   */
  blame(host: string, match: Match, earlier: readonly StepRecord[] = []): void {
    if (match.kind === "holds") return;
    const stray = match.kind === "fails" ? match.stray : undefined;
    const owner = stray === undefined ? undefined : this.#findOwner(stray, host, earlier);
    if (owner === undefined || stray === undefined) {
      const { expected, seen, texts } = match;
      const missing = match.kind === "pending" ? match.missing : undefined;
      const more = { ...(texts && { texts }), ...(missing !== undefined && { missing }) };
      this.findings.push({ host, verdict: "fail", expected, seen, ...more });
    } else {
      const seen = `showed ${tell(stray)} afterwards`;
      owner.findings.push({ host, verdict: "fail", expected: "shows nothing more", seen });
    }
  }

  #findOwner(stray: string, host: string, earlier: readonly StepRecord[]): StepRecord | undefined {
    if (this.#expects(stray)) return undefined;
    const where = this.actors.includes(host) ? host : undefined;
    return earlier.findLast((record) => record.#expects(stray, where));
  }

  /** Whether a line is expected here, on any host unless told on which. */
  #expects(line: string, host?: string): boolean {
    return this.prepared.some(
      ({ expectation, patterns }) =>
        expectation.kind === "shows" &&
        (host === undefined || expectation.host === host) &&
        patterns.some((pattern) => pattern.isSpecific && pattern.matches(line)),
    );
  }

  #judgeReceived(expectation: ReceivesExpectation): Match {
    const matches = this.#matchLinks(expectation).map(({ match }) => match);
    const [first] = matches;
    const expected = `has the connection ${expectation.as ?? ""}`;
    if (first === undefined) return { kind: "pending", expected, seen: "has none" };
    return matches.find(({ kind }) => kind === "fails") ?? matches.find(({ kind }) => kind === "pending") ?? first;
  }

  #matchLinks(expectation: ReceivesExpectation): readonly (LinkMatch & { readonly link: PeerLink })[] {
    return this.linksOf(expectation).map((link) => ({
      link,
      ...matchReceived(expectation.expect, link, link.looked),
    }));
  }

  #judgeLog(prepared: Prepared, from?: number): Match {
    const { expectation, patterns } = prepared;
    const { host } = expectation;
    const found = this.#findLines(prepared, from);
    const end = (found.at(-1)?.index ?? -1) + 1;
    const isWhole = found.length === patterns.length;
    if (isWhole && end > 0) this.logEnds.set(host, end);
    const begin = Math.max(end, from ?? this.#logFrom.get(host) ?? 0);
    const rest = isWhole ? [] : textsOf(this.#lines(host, begin));
    return matchLogged(patterns, textsOf(found), rest);
  }

  /** The lines of a server's log that an expectation is about, as far as they are there. */
  #findLines(prepared: Prepared, from?: number): readonly FoundLine[] {
    const { expectation, patterns } = prepared;
    const { host, kind } = expectation;
    const server = this.#stage.servers.get(host);
    if (server === undefined) return [];
    const begin = from ?? (kind === "logs" ? this.#logFrom : undefined)?.get(host) ?? this.#from.get(host)?.lines ?? 0;
    const to = this.#to.get(host)?.lines;
    const known = this.#searches.get(prepared);
    if (known?.fits(begin, to ?? server.log.length) !== true) {
      if (known !== undefined) server.unfollow(known);
      const search = new LogSearch(begin, (text, found) =>
        kind === "logs"
          ? patterns[found]?.matches(text) === true
          : found === 0 && patterns.some((pattern) => pattern.matches(text)),
      );
      this.#searches.set(prepared, search);
      if (to === undefined) server.follow(search);
    }
    const search = this.#searches.get(prepared);
    search?.goOn(server.log, to ?? server.log.length);
    return search?.found ?? [];
  }

  #names(host: string): readonly string[] {
    const client = this.#stage.clients.get(host);
    const to = this.#to.get(host)?.lists ?? client?.lists.length ?? 0;
    const [list] = client?.lists.between(to - 1, to) ?? [];
    return list?.line ?? [];
  }

  /** What the host showed or logged in this step, without the lab's own fences. */
  #lines(host: string, from = this.#from.get(host)?.lines ?? 0): readonly FoundLine[] {
    const all = linesOf(this.#stage, host);
    const to = this.#to.get(host)?.lines ?? all?.length ?? 0;
    return [...(all?.between(from, to) ?? [])].flatMap(({ index, line }) =>
      line.isFence ? [] : [{ index, text: line.text }],
    );
  }
}

/** Whether a log is searched for it. */
function isSought({ expectation: { kind } }: Prepared): boolean {
  return kind === "logs" || kind === "never";
}

/** Whether anything did not hold. */
export function hasFailed(records: readonly StepRecord[]): boolean {
  return records.some(({ findings }) => findings.length > 0);
}

/** An expectation as a person reads it. */
export function describeExpectation(expectation: Expectation, stage: Stage): string {
  const { translate } = stage;
  switch (expectation.kind) {
    case "shows nothing":
    case "logs nothing":
      return expectation.kind;
    case "users":
      return `lists ${expectation.names.join(", ")}`;
    case "draft":
      return `has ${tell(translate(expectation.text))} in its entry`;
    case "window":
      return `has ${tellWidgets(expectation.widgets)}`;
    case "shows":
    case "logs":
      return `${expectation.kind} ${tellAll(expectation.lines.map(translate))}`;
    case "receives":
      return `${expectation.as === undefined ? "" : `${expectation.as} `}receives ${tellWireExpectation(expectation.expect, expectation.protocol)}`;
    case "never":
      return `never logs ${tellAll(expectation.lines.map(translate))}`;
  }
}

function linesOf(
  stage: Stage,
  host: string,
): KeptLines<{ readonly text: string; readonly isFence: boolean }> | undefined {
  return stage.clients.get(host)?.shown ?? stage.servers.get(host)?.log;
}

function marksOf(stage: Stage): Map<string, Mark> {
  const clients = [...stage.clients.values()].map(({ name, lists }) => [name, lists.length] as const);
  const servers = [...stage.servers.keys()].map((name) => [name, 0] as const);
  return new Map(
    [...clients, ...servers].map(([name, lists]) => [name, { lines: linesOf(stage, name)?.length ?? 0, lists }]),
  );
}

function textsOf(lines: readonly FoundLine[]): readonly string[] {
  return lines.map(({ text }) => text);
}
