// Owns the clients of the server benchmark's load: all connected and named, the first few of them senders, each of them a
// receiver of what the others send. It must not know when to send.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { writeNumber } from "./frames.ts";
import type { OnDelivery } from "./numbers.ts";
import type { Wire } from "./wire.ts";

const SENDERS = 8;
/** Connections that are opened at once: fewer than a listening socket's queue holds. */
const OPENING_MAX = 100;
/** While clients join, lists and notices come. Once none has come for so long, nothing but messages does. */
const QUIET_MS = 300;
const READ_BYTES = 65_536;

export class Crowd {
  readonly senders: number;
  /** Receivers of each message. */
  readonly others: number;
  onDelivery: OnDelivery = () => {};
  readonly #ports: readonly number[];
  readonly #wire: Wire;
  readonly #sockets: Socket[] = [];
  readonly #readers: ReturnType<Wire["reader"]>[] = [];
  readonly #messages: readonly ReturnType<Wire["message"]>[];
  readonly #nextNumbers: number[];
  /** One for all sockets: what a read brought is dealt with before the next one. */
  readonly #buffer = Buffer.alloc(READ_BYTES);
  #isGathered = false;
  #heardMs = 0;

  private constructor(ports: readonly number[], clients: number, wire: Wire) {
    this.#ports = ports;
    this.#wire = wire;
    this.senders = Math.min(SENDERS, clients);
    this.others = clients - 1;
    this.#messages = Array.from({ length: this.senders }, (_, index) => wire.message(index, nameOf(index)));
    this.#nextNumbers = this.#messages.map(() => 0);
  }

  /**
   * Settles when all are there, at the servers of one room in turn, and nothing comes any more. A server that nobody greets greets
   * with any byte.
   */
  static async gather(ports: readonly number[], clients: number, wire: Wire): Promise<Crowd> {
    const crowd = new Crowd(ports, clients, wire);
    for (let from = 0; from < clients; from += OPENING_MAX) {
      const length = Math.min(OPENING_MAX, clients - from);
      await Promise.all(Array.from({ length }, (_, index) => crowd.#join(from + index)));
    }
    while (performance.now() - crowd.#heardMs < QUIET_MS) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 10));
    }
    crowd.#isGathered = true;
    return crowd;
  }

  /** Numbers that did not come once and in order, so far. */
  get faults(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.faults, 0);
  }

  /** Sends a sender's next `count` messages, each in a write of its own or all in one. Gives the first one's number. */
  send(sender: number, count: number, isMerged: boolean): number {
    const message = this.#messages[sender];
    const first = this.#nextNumbers[sender];
    if (message === undefined || first === undefined) throw new Error(`no sender ${sender}`);
    this.#nextNumbers[sender] = first + count;
    const size = message.bytes.length;
    const bytes = Buffer.allocUnsafe(count * size);
    for (let index = 0; index < count; index += 1) {
      message.bytes.copy(bytes, index * size);
      writeNumber(bytes, index * size + message.numberAt, first + index);
    }
    const writeBytes = isMerged ? bytes.length : size;
    for (let at = 0; at < bytes.length; at += writeBytes) {
      this.#sockets[sender]?.write(bytes.subarray(at, at + writeBytes));
    }
    return first;
  }

  async #join(index: number): Promise<void> {
    const isIn = Promise.withResolvers<void>();
    const reader = this.#wire.reader(this.senders, (sender, number) => this.onDelivery(sender, number));
    const callback = (length: number): boolean => {
      // Before that only what its version has beside messages.
      if (this.#isGathered || this.#wire.readsAll) reader.take(this.#buffer, length);
      if (!this.#isGathered) isIn.resolve();
      this.#heardMs = performance.now();
      return true;
    };
    const onread = { buffer: this.#buffer, callback };
    const socket = connect({
      port: this.#ports[index % this.#ports.length] ?? 0,
      host: "127.0.0.1",
      noDelay: true,
      onread,
    });
    this.#sockets[index] = socket;
    this.#readers[index] = reader;
    await once(socket, "connect");
    socket.write(this.#wire.greeting(nameOf(index)));
    await isIn.promise;
  }
}

function nameOf(index: number): string {
  return `client ${index}`;
}
