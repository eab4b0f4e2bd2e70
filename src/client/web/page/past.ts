// Owns where lines that were said before go among those that stand already: above them, or behind them where a window comes
// back and missed them. It has no DOM. Invariant: a line whose id was noted is not given again.

import type { UnplacedLine } from "./transcript.ts";

/** Ids that are remembered: more than there are lines in a window. */
const IDS_MAX = 20_000;

interface GatheredLine extends UnplacedLine {
  readonly lineId: string | undefined;
  /** The first behind one's read mark. */
  readonly isFirstUnread: boolean;
}

export class Past {
  readonly #ids = new Set<string>();
  /** The server's time of the last line that was noted. Undefined: none was. */
  #newestMs: number | undefined;
  #server: string | undefined;
  #gathered: GatheredLine[] = [];

  /** Lines are of this server from now on. What stands there of another one is older, whatever its clock says, or has its id. */
  comeTo(server: string): void {
    if (this.#server !== undefined && this.#server !== server) this.#newestMs = Number.NEGATIVE_INFINITY;
    this.#server = server;
    this.#gathered = [];
  }

  /** A line stands there, or a text of one's own has its id. */
  note(id: string | undefined, atMs: number | undefined): void {
    if (id === undefined || atMs === undefined) return;
    this.#ids.add(id);
    this.#newestMs = Math.max(this.#newestMs ?? atMs, atMs);
    const [oldest] = this.#ids;
    if (this.#ids.size > IDS_MAX && oldest !== undefined) this.#ids.delete(oldest);
  }

  gather(line: GatheredLine): void {
    this.#gathered.push(line);
  }

  /** What was gathered: lines to go above all others, and lines to go behind them. */
  sort(): { readonly above: readonly GatheredLine[]; readonly behind: readonly GatheredLine[] } {
    const lines = this.#gathered;
    this.#gathered = [];
    const lastKnown = lines.findLastIndex(({ lineId }) => this.#ids.has(lineId ?? ""));
    const newestMs = this.#newestMs ?? Number.POSITIVE_INFINITY;
    const isBehind = (line: GatheredLine, at: number) => (lastKnown >= 0 ? at > lastKnown : line.atMs > newestMs);
    const fresh = lines.map((line, at) => ({ line, behind: isBehind(line, at) }));
    const news = fresh.filter(({ line }) => !this.#ids.has(line.lineId ?? ""));
    for (const { line } of news) this.note(line.lineId, line.atMs);
    const pick = (behind: boolean) => news.flatMap((one) => (one.behind === behind ? [one.line] : []));
    return { above: pick(false), behind: pick(true) };
  }
}
