// Owns what people have of a room on several servers: what one, two and three of them deliver, beside one without a log, and how
// soon a dead server's users are back under their names. Servers are programs; the people are one process more.

import { PREFACE_ANSWER_MS } from "../src/client/call-opening.ts";
import { Client } from "../src/client/client.ts";
import { NO_TLS } from "../src/client/fixtures/version-1.ts";
import { KnownVersions } from "../src/client/hcp-version.ts";
import { createLog } from "../src/client/log.ts";
import type { NatsServer } from "../src/log/nats/fixtures/nats-server.ts";
import { LOADS } from "./options.ts";
import { type RunningServer, startLoad, startServer } from "./programs.ts";
import { QUIET } from "./server.ts";

const CLIENTS = 60;
/** A server that has just started is not yet compiled for what it does most. */
const WARM_UP_MS = 1500;
const RUN_MS = 4000;

/** That of a server that is not told another. */
const LEASE_S = 5;
/** A room promises that they are back within the lease and so much. */
const BACK_MS_MAX = 1000 * LEASE_S + 2000;
const RETURNING = 50;
/** What nobody waits for any longer. */
const LOST_MS = 30_000;

/** Deliveries a second to people who are spread over so many servers; 0: one server without a log. */
export async function deliveriesPerS(broker: NatsServer, servers: number): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const ports: number[] = [];
  const flags = servers === 0 ? [] : ["--room-log", broker.url(`people-${servers}`)];
  for (let at = 0; at < Math.max(1, servers); at += 1) ports.push(stack.use(await start(flags)).port);
  const load = stack.use(await startLoad(ports, CLIENTS, "hcp1"));
  const order = { kind: "closed", ...LOADS.stream } as const;
  await load.run({ ...order, durationMs: WARM_UP_MS });
  const { deliveries, durationMs, wrong } = await load.run({ ...order, durationMs: RUN_MS });
  if (wrong > 0) throw new Error(`${wrong} messages were lost, doubled or out of order`);
  return (1000 * deliveries) / durationMs;
}

/** Milliseconds from the death of a server until each of its users is back at another one. */
export async function waysBack(
  broker: NatsServer,
): Promise<{ readonly waitsMs: readonly number[]; readonly inTime: boolean }> {
  await using stack = new AsyncDisposableStack();
  const flags = ["--room-log", broker.url("back"), "--lease-s", String(LEASE_S)];
  const [dying, other, third] = [await start(flags), await start(flags), await start(flags)];
  for (const server of [dying, other, third]) stack.use(server);
  const places = [dying, other, third].map(({ port }) => ({ address: "127.0.0.1", port }));
  const people = Array.from({ length: RETURNING }, (_, at) => stack.use(new Person(`client ${at}`, places)));
  await within(Promise.all(people.map(({ named }) => named.promise)), "a name");
  const killedMs = performance.now();
  dying.child.kill("SIGKILL");
  await within(Promise.all(people.map(({ back }) => back.promise)), "the way back");
  const waitsMs = people.map(({ backMs }) => backMs - killedMs);
  return { waitsMs, inTime: Math.max(...waitsMs) <= BACK_MS_MAX };
}

function start(flags: readonly string[]): Promise<RunningServer> {
  return startServer({ folder: process.cwd(), flags: [...QUIET, ...flags] }, "ignore");
}

/** A client that knows all servers. */
class Person implements Disposable {
  readonly named = Promise.withResolvers<void>();
  readonly back = Promise.withResolvers<void>();
  backMs = Number.NaN;
  readonly #client: Client;

  constructor(name: string, servers: { address: string; port: number }[]) {
    this.#client = new Client(
      {
        localAddress: undefined,
        dialTimeoutMs: LOST_MS,
        messageGapMs: 0,
        hcp: "2",
        versions: new KnownVersions(),
        prefaceAnswerMs: PREFACE_ANSWER_MS,
        ...NO_TLS,
        log: createLog("silent", () => undefined),
        linesOnJoin: 0,
      },
      {
        onEvent: (event) => {
          if ("connected" in event && event.connected.returnsAs === undefined) {
            queueMicrotask(() => this.#client.say("Server", name));
          } else if ("shown" in event) this.#shown(event.shown.text);
        },
        onEnded: () => undefined,
      },
    );
    this.#client.take({ connect: { servers } });
  }

  [Symbol.dispose](): void {
    this.#client.take({ close: {} });
  }

  #shown(text: string): void {
    if (text === "Your username is accepted") this.named.resolve();
    else if (text.startsWith("You are back as")) {
      this.backMs = performance.now();
      this.back.resolve();
    }
  }
}

async function within(all: Promise<unknown>, what: string): Promise<void> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`somebody waited for ${what} too long`)), LOST_MS);
  try {
    await Promise.race([all, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
