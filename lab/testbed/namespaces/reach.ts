// Owns how a browser of this machine comes to the pages of hosts in namespaces: a place on this machine's loopback for each
// port that it is to come to. It must not know browsers. Invariant: nothing listens here before somebody asked for it, nor
// when its host has ended.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "../../wire/wire.ts";
import type { Command } from "./holder.ts";

/** What the process on the bridge is told. With `carry` it gets the socket to listen at. */
export type ReachOrder =
  | { readonly kind: "carry"; readonly address: string; readonly port: number }
  | { readonly kind: "forget"; readonly address: string };

const MAIN = fileURLToPath(new URL("reach-main.ts", import.meta.url));
const HERE = "127.0.0.1";

/** The process on the bridge, and who waits for its word that it listens, in the order in which it was asked. */
interface Carrier {
  readonly child: ChildProcess;
  readonly waiting: PromiseWithResolvers<void>[];
}

export class Reach {
  readonly #enter: (words: readonly string[]) => Command;
  readonly #env: Readonly<Record<string, string>>;
  #carrier: Carrier | null = null;

  /**
   * @param enter - Runs words on the bridge, with this machine's files.
   * @param env - The process's variables.
   */
  constructor(enter: (words: readonly string[]) => Command, env: Readonly<Record<string, string>>) {
    this.#enter = enter;
    this.#env = env;
  }

  /** Where this machine comes to a host's port. */
  async to({ address, port }: Endpoint): Promise<Endpoint> {
    const server = createServer();
    server.listen({ host: HERE, port: 0, exclusive: true });
    await once(server, "listening");
    const place = server.address() as AddressInfo;
    this.#carrier ??= this.#start();
    const { child, waiting } = this.#carrier;
    const heard = Promise.withResolvers<void>();
    waiting.push(heard);
    send(child, { kind: "carry", address, port }, server);
    try {
      await heard.promise;
    } finally {
      // This process's own handle: the other one goes on.
      server.close();
    }
    return { address: HERE, port: place.port };
  }

  /** Nothing comes to this host any more. */
  forget(address: string): void {
    if (this.#carrier !== null) send(this.#carrier.child, { kind: "forget", address });
  }

  #start(): Carrier {
    const { file, args } = this.#enter([process.execPath, MAIN]);
    const child = spawn(file, args, {
      detached: true,
      env: { ...this.#env },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const waiting: Carrier["waiting"] = [];
    child.on("message", () => waiting.shift()?.resolve());
    const end = (): void => {
      this.#carrier = null;
      for (const each of waiting) each.reject(new Error("what carries connections to hosts has ended"));
    };
    child.once("exit", end).once("error", end);
    // It ends with the lab, and must not hold it.
    child.unref();
    child.channel?.unref();
    return { child, waiting };
  }
}

/** That it has ended is noticed by its exit. */
function send(child: ChildProcess, order: ReachOrder, server?: Server): void {
  child.send(order, server, () => {});
}
