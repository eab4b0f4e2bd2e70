// Owns the driving of a case's broker: orders to what runs it (lab/broker/main.sh), and whether it is up. It must not know
// what is kept there. Invariant: an order is done when this says so, and what the broker kept goes with "wipe" alone.

import { BROKER_PORT } from "../hosts/topology.ts";
import type { Launch } from "../implementation/implementation.ts";
import type { Host, OutputLine, ProgramExit } from "../testbed/testbed.ts";
import type { Watcher } from "./driver.ts";
import type { Pulse } from "./pulse.ts";
import { ServerDriver } from "./server-driver.ts";

/** What can be done to a broker that was started. */
export type BrokerOrder = "kill" | "start" | "restart" | "wipe" | "fill" | "free";

/** How what runs it is started. */
export const BROKER_LAUNCH: Launch = { arguments: ["{address}", String(BROKER_PORT), "{folder}"], environment: {} };

/** The NATS server's own word, and those of the script around it. */
const READY = "Server is ready";
const ENDED = "broker: ended";
const FULL = "broker: full";
const HAS_ROOM = "broker: has room";
const LACKS = /^broker: lacks: (?<what>.*)$/;

export class BrokerDriver extends ServerDriver {
  #isUp = false;
  #isFull = false;
  /** How often it came up. */
  #comings = 0;
  #lacks: string | null = null;

  constructor(host: Host, pulse: Pulse, watch: Watcher) {
    super(host, pulse, watch, []);
  }

  /** Clients can connect to it. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** What this bed lacks for it, null where nothing is known to be missing. */
  get lacks(): string | null {
    return this.#lacks;
  }

  /** Does it, and waits until it is done; false when that takes longer than waitMs. */
  async order(order: BrokerOrder, waitMs: number): Promise<boolean> {
    const before = this.#comings;
    if (!this.write(order)) return false;
    const isDone = (): boolean => {
      if (order === "kill") return !this.#isUp;
      if (order === "fill" || order === "free") return this.#isFull === (order === "fill");
      return this.#comings > before;
    };
    await this.pulse.until(() => isDone() || this.#lacks !== null || undefined, waitMs);
    return isDone();
  }

  protected override takeLine(line: OutputLine): void {
    super.takeLine(line);
    this.#lacks ??= LACKS.exec(line.text)?.groups?.what ?? null;
    if (this.#lacks !== null) this.expectEnd();
    if (line.text === ENDED) this.#isUp = false;
    if (line.text === FULL || line.text === HAS_ROOM) this.#isFull = line.text === FULL;
    if (!line.text.endsWith(READY)) return;
    this.#isUp = true;
    this.#isFull = false;
    this.#comings += 1;
  }

  protected override takeExit(exit: ProgramExit): void {
    super.takeExit(exit);
    this.#isUp = false;
  }
}
