// Owns the load of the server benchmark, in a process of its own. Arguments: ports of one room, clients, the name of its wire. It
// prints a JSON line when everybody is there. Then each order on its input, a JSON line, is carried out and answered by one.

import { createInterface } from "node:readline";
import { Crowd } from "./crowd.ts";
import { WIRES, type WireName } from "./wire.ts";

/** A sender has messages under way, and sends some more as soon as as many of them have reached everybody. */
export interface ClosedOrder {
  readonly kind: "closed";
  readonly underWay: number;
  /** How many it sends one right after the other. */
  readonly together: number;
  /** These are one write. */
  readonly isMerged: boolean;
  readonly durationMs: number;
}

/** The senders send in turn, at a rate, whatever has arrived. */
export interface PacedOrder {
  readonly kind: "paced";
  readonly messagesPerS: number;
  readonly durationMs: number;
}

export type Order = ClosedOrder | PacedOrder;

export interface LoadResult {
  readonly deliveries: number;
  /** Not 0 when a message was lost, doubled or out of order. */
  readonly wrong: number;
  readonly durationMs: number;
  /** The load's own time on a core. */
  readonly cpuMs: number;
  /** Of a paced load, from when a message was due to be sent until it arrived: every delivery. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

interface Sent {
  readonly messages: number;
  readonly latenciesMs: Float64Array;
}

/** What has not come so long after an order's time is lost. */
const LOST_MS = 5000;

const [ports = "", clients = ""] = process.argv.slice(2, 4);
const crowd = await Crowd.gather(ports.split(",").map(Number), Number(clients), WIRES[process.argv[4] as WireName]);
print({ ready: true });
for await (const line of createInterface({ input: process.stdin })) print(await carryOut(JSON.parse(line)));

async function carryOut(order: Order): Promise<LoadResult> {
  const faultsBefore = crowd.faults;
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  let deliveries = 0;
  const count = (): number => {
    deliveries += 1;
    return deliveries;
  };
  const { messages, latenciesMs } = await (order.kind === "closed"
    ? sendClosed(order, startedMs, count)
    : sendPaced(order, startedMs, count));
  const durationMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  const wrong = crowd.faults - faultsBefore + Math.abs(messages * crowd.others - deliveries);
  return { deliveries, wrong, durationMs, cpuMs: (user + system) / 1000, latencyMs: quantiles(latenciesMs) };
}

async function sendClosed(order: ClosedOrder, startedMs: number, count: () => number): Promise<Sent> {
  const { underWay, together, isMerged, durationMs } = order;
  const done = Promise.withResolvers<void>();
  const sent = new Int32Array(crowd.senders);
  const delivered = new Int32Array(crowd.senders);
  let messages = 0;
  let isOver = false;
  const send = (sender: number, howMany: number): void => {
    messages += howMany;
    sent[sender] = (sent[sender] ?? 0) + howMany;
    crowd.send(sender, howMany, isMerged);
  };
  crowd.onDelivery = (sender) => {
    const all = count();
    const bySender = (delivered[sender] ?? 0) + 1;
    delivered[sender] = bySender;
    if (bySender < ((sent[sender] ?? 0) - underWay + together) * crowd.others) return;
    isOver ||= performance.now() - startedMs >= durationMs;
    if (!isOver) send(sender, together);
    else if (all === messages * crowd.others) done.resolve();
  };
  for (let sender = 0; sender < crowd.senders; sender += 1) send(sender, underWay);
  await within(durationMs + LOST_MS, done.promise);
  return { messages, latenciesMs: new Float64Array(0) };
}

async function sendPaced(order: PacedOrder, startedMs: number, count: () => number): Promise<Sent> {
  const messagesMax = Math.ceil((order.messagesPerS * order.durationMs) / 1000);
  const done = Promise.withResolvers<void>();
  const dueMs = Array.from({ length: crowd.senders }, () => new Map<number, number>());
  const latenciesMs = new Float64Array(messagesMax * crowd.others);
  let messages = 0;
  crowd.onDelivery = (sender, number) => {
    const deliveries = count();
    latenciesMs[deliveries - 1] = performance.now() - (dueMs[sender]?.get(number) ?? 0);
    if (deliveries === latenciesMs.length) done.resolve();
  };
  // A timer is too coarse for this: the clock is looked at once a turn of the event loop.
  const sendDue = (): void => {
    for (; messages < messagesMax; messages += 1) {
      const atMs = startedMs + (messages * 1000) / order.messagesPerS;
      if (performance.now() < atMs) break;
      const sender = messages % crowd.senders;
      dueMs[sender]?.set(crowd.send(sender, 1, false), atMs);
    }
    if (messages < messagesMax) setImmediate(sendDue);
  };
  sendDue();
  await within(order.durationMs + LOST_MS, done.promise);
  return { messages, latenciesMs };
}

async function within(limitMs: number, done: Promise<void>): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  await Promise.race([done, limit.promise]);
  clearTimeout(timer);
}

function quantiles(values: Float64Array): LoadResult["latencyMs"] {
  const sorted = values.toSorted();
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
