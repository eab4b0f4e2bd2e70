// Owners of names and those between them and a real server: somebody who changes what both say first, and a connection that
// breaks before the answer.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { House } from "../server/doors/hcp/fixtures/people.ts";
import { Hcp2Peer } from "../server/fixtures/hcp2-peer.ts";
import { Client } from "./client.ts";
import type { ControlEvent2 } from "./control.ts";
import { withDeadline } from "./fixtures/deadline.ts";
import { VERSION_1 } from "./fixtures/version-1.ts";
import { KnownVersions } from "./hcp-version.ts";
import { createLog } from "./log.ts";

/** Somebody between a client and its server. */
class Between implements AsyncDisposable {
  readonly #listening = createServer();
  readonly #sockets = new Set<Socket>();
  /** Changes what the server says. */
  change = (bytes: Buffer): Buffer => bytes;
  /** Nothing of the server's reaches the client any more. */
  isDeaf = false;

  static async of(port: number): Promise<Between> {
    const between = new Between();
    between.#listening.on("connection", (near) => between.#join(near, connect(port, "127.0.0.1")));
    between.#listening.listen(0, "127.0.0.1");
    await once(between.#listening, "listening");
    return between;
  }

  get address() {
    return { address: "127.0.0.1", port: (this.#listening.address() as AddressInfo).port };
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.isDeaf = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#listening.close();
    await once(this.#listening, "close");
  }

  #join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.on("data", (bytes) => far.write(bytes)).on("close", () => far.destroy());
    far.on("data", (bytes: Buffer) => this.isDeaf || near.write(this.change(bytes))).on("close", () => near.destroy());
  }
}

/** A client, and what it tells. */
function open() {
  const events: ControlEvent2[] = [];
  let more = Promise.withResolvers<void>();
  const options = {
    localAddress: undefined,
    dialTimeoutMs: 5000,
    messageGapMs: 0,
    linesOnJoin: 0,
    ...VERSION_1,
    hcp: "2",
    versions: new KnownVersions(),
    prefaceAnswerMs: 5000,
    log: createLog("silent", () => undefined),
  } as const;
  const client = new Client(options, {
    onEvent: (event) => {
      events.push(event);
      more.resolve();
      more = Promise.withResolvers();
    },
    onEnded: () => undefined,
  });
  const next = async <Key extends string>(key: Key) => {
    for (;;) {
      const at = events.findIndex((event) => key in event);
      if (at !== -1)
        return events.splice(0, at + 1).at(-1) as Extract<ControlEvent2, { readonly [key in Key]: unknown }>;
      await withDeadline(more.promise, `${key} after ${JSON.stringify(events)}`);
    }
  };
  return { client, next, [Symbol.dispose]: () => client.take({ close: {} }) };
}

test("what was said before a connection broke is said once, under the owner's name", async () => {
  await using house = await House.withData();
  await using between = await Between.of(house.port);
  using watcher = await Hcp2Peer.named(house.port, "watcher");
  using zoe = open();
  const { client, next } = zoe;
  client.take({ connect: between.address });
  await next("connected");
  client.say("Server", "Zoë");
  await next("users");
  client.register("correct horse");
  expect(await next("account")).toEqual({ account: { what: "registered", of: "register", name: "Zoë" } });
  between.isDeaf = true;
  client.say("All", "Hi");
  await watcher.until("her line", () => watcher.heard.some(({ text }) => text === "Hi"));
  between.cut();
  expect(await next("disconnected")).toMatchObject({ disconnected: { reason: expect.stringMatching(/^peer-/) } });
  await watcher.until("her leave", () => !watcher.users.includes("Zoë"));
  client.take({ connect: between.address });
  await next("connected");
  client.say("Server", "zoë");
  expect(await next("account")).toEqual({ account: { what: "signed-in", of: "proposal", name: "Zoë" } });
  await next("said");
  client.say("All", "Bye");
  await watcher.until("her next line", () => watcher.heard.some(({ text }) => text === "Bye"));
  expect(watcher.heard.map(({ from, text }) => [from, text])).toEqual([
    ["Zoë", "Hi"],
    ["Zoë", "Bye"],
  ]);
});

test("a capability that somebody takes away on the way ends the connection, and says why", async () => {
  await using house = await House.open();
  await using between = await Between.of(house.port);
  using owner = open();
  owner.client.take({ connect: between.address });
  await owner.next("connected");
  owner.client.say("Server", "Zoë");
  await owner.next("users");
  owner.client.register("correct horse");
  await owner.next("account");
  // History and accounts are 1 and 2; 33 is a number that means nothing.
  let isChanged = false;
  between.change = (bytes) => {
    const at = isChanged ? -1 : bytes.indexOf(Uint8Array.of(1, 2));
    isChanged ||= at !== -1;
    if (at !== -1) bytes[at] = 33;
    return bytes;
  };
  owner.client.take({ connect: between.address });
  await owner.next("connected");
  owner.client.say("Server", "Zoë");
  expect(await owner.next("account")).toMatchObject({ account: { what: "refused", code: "sign-in-hellos-differ" } });
  expect(await owner.next("disconnected")).toEqual({ disconnected: { reason: "server-distrusted" } });
});
