// Owns the lab's relay as a program on a host whose connections to other hosts are led to it: orders on standard input,
// answers on standard output, JSON lines, one answer to each order, in their order. It must not know who leads them here.
// Invariant: it ends with its input, and where the other host listens nowhere nothing is accepted here.
//
//   node relay-main.ts SEED

import { createInterface } from "node:readline";
import type { Endpoint } from "../wire/wire.ts";
import { listeningPorts } from "./listening-ports.ts";
import { Relay } from "./relay.ts";
import { OWN_PORTS, type RelayAnswer, type RelayOrder } from "./relay-orders.ts";
import { Ways } from "./ways.ts";

/** A port may be in use, or not free yet. */
const TRIES_MAX = 64;

class HostRelay {
  readonly #ways: Ways;
  readonly #relay: Relay;
  readonly #listening = new Map<string, () => void>();
  #nextPort: number = OWN_PORTS.first;

  constructor(seed: number) {
    this.#ways = new Ways(seed);
    const wayOf = (from: Endpoint, to: Endpoint) => this.#ways.at({ from: from.address, to: to.address });
    this.#relay = new Relay(
      () => {},
      wayOf,
      () => this.#ownPorts(),
    );
  }

  async carryOut(order: RelayOrder): Promise<RelayAnswer> {
    switch (order.kind) {
      case "ports":
        return { ports: [...(await listeningPorts(order.address))] };
      case "serve":
        await this.#serve(order);
        return {};
      case "fault":
        this.#ways.at(order.way).apply(order.fault);
        return {};
    }
  }

  async #serve({ at, for: target, ports }: Extract<RelayOrder, { kind: "serve" }>): Promise<void> {
    const wanted = new Map(ports.map((port) => [`${at}:${port}`, port]));
    for (const [key, cease] of this.#listening) {
      if (wanted.has(key) || !key.startsWith(`${at}:`)) continue;
      cease();
      this.#listening.delete(key);
    }
    for (const [key, port] of wanted) {
      if (this.#listening.has(key)) continue;
      this.#listening.set(key, await this.#relay.listen({ address: at, port }, { address: target, port }));
    }
  }

  *#ownPorts(): Generator<number> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const port = this.#nextPort;
      this.#nextPort = port === OWN_PORTS.last ? OWN_PORTS.first : port + 1;
      yield port;
    }
  }
}

async function main(): Promise<void> {
  const relay = new HostRelay(Number(process.argv[2]));
  for await (const line of createInterface({ input: process.stdin })) {
    let answer: RelayAnswer;
    try {
      answer = await relay.carryOut(JSON.parse(line) as RelayOrder);
    } catch (fault) {
      answer = { fault: fault instanceof Error ? fault.message : String(fault) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit();
}

await main();
