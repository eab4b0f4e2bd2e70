// Owns when this server puts a snapshot of the room beside its log: once so many entries have come since the last one and nobody
// was before it, and when the log is full, which then forgets some. It must not know what a snapshot says, or where it lies.
// Invariant: one is made at a time, of a moment between two entries, and the room goes on meanwhile, whatever becomes of it.

import type { Clock } from "../clock.ts";
import type { SharedLog, Standing } from "../log/room-log.ts";
import { pack } from "./data/snapshot.ts";
import type { DataFolder } from "./data-folder.ts";
import { SNAPSHOT_ENTRIES, SNAPSHOT_EVERY_MS } from "./limits.ts";

export interface SnapshotKeeperOptions {
  readonly log: SharedLog;
  readonly data: Pick<DataFolder, "snapshot">;
  readonly clock: Clock;
  /** Gets what went wrong, for people. */
  readonly report: (text: string) => void;
  readonly entries?: number;
}

/** Entries between two looks at whether one is due. */
const LOOK_ENTRIES = 100;

export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  readonly #entries: number;
  #count = 0;
  /** The newest one that this server knows of. */
  #reached = 0;
  #nextMs = 0;
  #underWay: Promise<void> | undefined;
  /** The log takes nothing more. */
  #isFull = false;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
    this.#entries = options.entries ?? SNAPSHOT_ENTRIES;
    options.log.follow(() => this.#onEntry());
    options.log.watch((standing) => this.#onStanding(standing));
  }

  /** Settles when nothing is under way, and nothing begins any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    await this.#underWay;
  }

  #onEntry(): void {
    this.#count += 1;
    if (this.#count < this.#entries || this.#count % Math.min(LOOK_ENTRIES, this.#entries) !== 0) return;
    if (this.#isDue()) this.#begin("due");
  }

  #onStanding({ kind }: Standing): void {
    // Once this server's sessions are over it is told nothing until the log takes something again.
    if (kind !== "sessions-over") this.#isFull = kind === "full";
    if (this.#isFull) this.#begin("needed");
  }

  /** One that is due need not be taken where somebody has put one meanwhile; one that is needed is. */
  #begin(why: "due" | "needed"): void {
    if (this.#isClosed || this.#underWay !== undefined) return;
    this.#cancelRetry?.();
    this.#underWay = this.#take(why).finally(() => {
      this.#underWay = undefined;
      if (this.#isFull) this.#goOn(why);
    });
  }

  /** What was taken while the log is full may have come to nothing, or made too little room. */
  #goOn(why: "due" | "needed"): void {
    if (why === "due") this.#begin("needed");
    else if (!this.#isClosed) {
      this.#cancelRetry = this.#options.clock.after(SNAPSHOT_EVERY_MS, () => this.#isFull && this.#begin("needed"));
    }
  }

  /** Whoever is there for longest is the first to do it; the others wait, each for one before it more. */
  #isDue(): boolean {
    const { log, clock } = this.#options;
    const rank = log.nodes.findIndex(({ isOwn }) => isOwn);
    return rank >= 0 && this.#count >= this.#entries * (1 + rank) && clock.nowMs() >= this.#nextMs;
  }

  async #take(why: "due" | "needed"): Promise<void> {
    const { log, clock, report } = this.#options;
    this.#nextMs = clock.nowMs() + SNAPSHOT_EVERY_MS;
    try {
      const reached = await log.snapshots.reached();
      this.#count = 0;
      if (reached > this.#reached && why === "due") {
        this.#reached = reached;
        return;
      }
      const packed = await this.#pack();
      if (packed === undefined) return;
      await log.snapshots.put(packed.position, packed.bytes);
      this.#reached = await log.snapshots.reached();
    } catch (error) {
      if (this.#isClosed) return;
      report(`No snapshot of the room could be put beside its log: ${error instanceof Error ? error.message : error}.`);
    }
  }

  async #pack(): Promise<{ readonly position: string; readonly bytes: Uint8Array } | undefined> {
    using snapshot = this.#options.data.snapshot();
    return snapshot && { position: snapshot.position, bytes: await pack(this.#whileOpen(snapshot.lines())) };
  }

  *#whileOpen(lines: Iterable<string>): Generator<string> {
    for (const line of lines) {
      if (this.#isClosed) throw new Error("the server stops");
      yield line;
    }
  }
}
