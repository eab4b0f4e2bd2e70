// Owns clients of version 2 that all do the same thing at once, for the benchmark: come, or say lines. It must not know what is
// measured.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Hcp2Receiver } from "./hcp2-receiver.ts";
import { WIRES } from "./wire.ts";

/** What has not come after so long does not come. */
const LOST_MS = 60_000;
const READ_BYTES = 65_536;

interface Person {
  readonly socket: Socket;
  readonly reader: Hcp2Receiver;
}

export class Hcp2People implements AsyncDisposable {
  readonly #people: readonly Person[];
  #onRead: () => void = () => {};

  private constructor(sockets: number, port: number) {
    const buffer = Buffer.alloc(READ_BYTES);
    this.#people = Array.from({ length: sockets }, () => {
      const reader = new Hcp2Receiver(sockets, () => {});
      const callback = (length: number): boolean => {
        reader.take(buffer, length);
        this.#onRead();
        return true;
      };
      return { reader, socket: connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } }) };
    });
  }

  /** Settles when all are connected, and none has said anything. */
  static async connect(port: number, count: number): Promise<Hcp2People> {
    const people = new Hcp2People(count, port);
    await Promise.all(people.#people.map(({ socket }) => once(socket, "connect")));
    return people;
  }

  /** Everybody greets and asks for a name; settles when everybody knows of everybody. Gives the milliseconds from the last greeting. */
  async joinAll(): Promise<number> {
    const all = this.#people.length;
    for (const [index, { socket }] of this.#people.entries()) socket.write(WIRES.hcp2.greeting(`person ${index}`));
    const startedMs = performance.now();
    await this.#until("everybody's list", () => this.#people.every(({ reader }) => reader.people >= all));
    return performance.now() - startedMs;
  }

  /** They say so many lines together, each with some under way; gives the milliseconds until the last one was answered. */
  async sayAll(lines: number, underWay: number): Promise<number> {
    const line = WIRES.hcp2.message(0, "").bytes;
    const each = Math.ceil(lines / this.#people.length);
    const said = this.#people.map(() => 0);
    const sayMore = (): void => {
      for (const [index, { socket, reader }] of this.#people.entries()) {
        const already = said[index] ?? 0;
        const more = Math.min(each, reader.answers + underWay) - already;
        if (more <= 0) continue;
        said[index] = already + more;
        socket.write(Buffer.concat(Array.from({ length: more }, () => line)));
      }
    };
    const startedMs = performance.now();
    sayMore();
    await this.#until("every answer", () => {
      sayMore();
      return this.#people.every(({ reader }) => reader.answers >= each);
    });
    return performance.now() - startedMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#people) socket.destroy();
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const done = Promise.withResolvers<void>();
    const timer = setTimeout(() => done.reject(new Error(`${what} did not come within ${LOST_MS} ms`)), LOST_MS);
    this.#onRead = () => {
      if (holds()) done.resolve();
    };
    this.#onRead();
    await done.promise.finally(() => clearTimeout(timer));
  }
}
