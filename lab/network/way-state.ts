// Owns what holds on one way between two hosts, for whoever passes bytes along it. It must not know connections.
// Invariant: whoever listens is told of every fault after it holds.

import type { WayFault } from "./link-fault.ts";

/** What holds now; what is undefined does not. */
export interface WaySettings {
  readonly isCut: boolean;
  readonly delay: { readonly ms: number; readonly jitter: number } | undefined;
  readonly kbps: number | undefined;
  readonly sliceBytes: number | undefined;
  readonly mergeMs: number | undefined;
  readonly dropAfterBytes: number | undefined;
}

const SOUND: WaySettings = {
  isCut: false,
  delay: undefined,
  kbps: undefined,
  sliceBytes: undefined,
  mergeMs: undefined,
  dropAfterBytes: undefined,
};

export class WayState {
  /** Gives numbers from 0 up to 1, without 1. */
  readonly random: () => number;
  readonly #listeners = new Set<(fault: WayFault) => void>();
  #settings = SOUND;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  get settings(): WaySettings {
    return this.#settings;
  }

  apply(fault: WayFault): void {
    this.#settings = after(this.#settings, fault);
    for (const listener of [...this.#listeners]) listener(fault);
  }

  /** Settles when the way is not cut. */
  async untilOpen(): Promise<void> {
    while (this.#settings.isCut) {
      await new Promise<void>((resolve) => {
        const unlisten = this.listen(() => {
          unlisten();
          resolve();
        });
      });
    }
  }

  /** Gives what ends the listening. */
  listen(listener: (fault: WayFault) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function after(settings: WaySettings, fault: WayFault): WaySettings {
  switch (fault.kind) {
    case "cut":
      return { ...settings, isCut: true };
    case "heal":
      return SOUND;
    case "reset":
      return settings;
    case "delay":
      return { ...settings, delay: { ms: fault.ms, jitter: fault.jitter } };
    case "rate":
      return { ...settings, kbps: fault.kbps };
    case "slice":
      return { ...settings, sliceBytes: fault.bytes };
    case "merge":
      return { ...settings, mergeMs: fault.ms };
    case "drop-after":
      return { ...settings, dropAfterBytes: fault.bytes };
  }
}
