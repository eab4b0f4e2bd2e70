import { describe, expect, test } from "vitest";
import { TestClock } from "../fixtures/test-clock.ts";
import { LINGER_MS } from "../transport/connection.ts";
import { hcp1 } from "./doors/hcp1/hcp1-door.ts";
import { DEADLINE_MS, TestPeer } from "./fixtures/test-peer.ts";
import {
  FLOOD_LEAVE_MS,
  FLOOD_LOOK_MS,
  FLOOD_TELL_MS,
  STOP_HURRY_MS,
  UNNAMED_BYTES_MAX,
  UNNAMED_TIME_MS,
} from "./limits.ts";
import type { LogLine } from "./log/log-line.ts";
import { Server, type ServerOptions } from "./server.ts";

interface Options extends Partial<ServerOptions> {
  readonly host?: string;
  readonly port?: number;
  readonly messageGapMs?: number;
}

/** A server of this process, and what it logged. */
class Running implements AsyncDisposable {
  readonly lines: LogLine[] = [];
  #server: Server | undefined;
  readonly #watchers = new Set<() => void>();

  static async start({ host = "127.0.0.1", port = 0, messageGapMs = 0, ...options }: Options = {}): Promise<Running> {
    const running = new Running();
    running.#server = await Server.start({
      entrances: [{ host, port, door: hcp1({ messageGapMs }) }],
      silentDeathS: 30,
      log: { wants: () => true, write: (line) => running.#note(line) },
      ...options,
    });
    return running;
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error("not started");
    return this.#server;
  }

  get port(): number {
    return this.server.port;
  }

  /** The lines so far, with the ports of peers put as PORT. */
  texts(): readonly string[] {
    return this.lines.map((line) => line.text.replace(/', \d+\)/g, "', PORT)"));
  }

  /** Waits until a line of a text was logged, `times` times. */
  async logged(text: string, times = 1): Promise<void> {
    const count = () => this.texts().filter((line) => line === text).length;
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error(`expected "${text}" ${times} times; got:\n${this.texts().slice(-20).join("\n")}`)),
        DEADLINE_MS,
      );
      const look = () => {
        if (count() < times) return;
        clearTimeout(deadline);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.stop();
  }

  #note(line: LogLine): void {
    this.lines.push(line);
    for (const look of [...this.#watchers]) look();
  }
}

test("a room lives from the first name to the last leave, in the report's words", async () => {
  await using running = await Running.start();
  using jon = await TestPeer.named(running.port, "Jon");
  using zoe = await TestPeer.named(running.port, "Zoë");
  jon.say("All", "Hi");
  await zoe.until("Jon's text", () => zoe.texts("Jon").length === 1);
  zoe.say("Jon", "psst");
  await jon.until("Zoë's whisper", () => jon.texts("Zoë").length === 1);
  zoe.socket.end();
  await jon.until("the shorter list", () => jon.list.length === 1);
  jon.socket.end();
  await running.logged("No user online now.");
  const accepted = (name: string, list: string) => [
    "A new client is connected: ('127.0.0.1', PORT)",
    "New message received. Message type: 1",
    "Parsing packet type 1 from ('127.0.0.1', PORT)",
    `A username is received: ${name}`,
    `A username is accepted: ${name}`,
    "Accepted user comes from ('127.0.0.1', PORT)",
    `New user is added into list. Current User list: ${list}`,
    "Sending packet type 2 to ('127.0.0.1', PORT)",
    "Sending packet type 4 to all receivers",
  ];
  const forwarded = (from: string, to: string, whom: string) => [
    "New message received. Message type: 5",
    "Parsing packet type 5 from ('127.0.0.1', PORT)",
    `Sender name is ${from}`,
    `Receiver name is ${to}`,
    `Forwarding message type 5 to ${whom}`,
  ];
  expect(running.texts()).toEqual([
    ...accepted("Jon", "Jon"),
    ...accepted("Zoë", "Jon, Zoë"),
    ...forwarded("Jon", "All", "all receivers"),
    ...forwarded("Zoë", "Jon", "Jon"),
    "Zoë is offline now.",
    "Sending packet type 4 to all receivers",
    "Jon is offline now.",
    "No user online now.",
  ]);
  expect(jon.texts()).toEqual(["psst"]);
  expect(zoe.texts()).toEqual(["Hi"]);
});

describe("a name", () => {
  test("that folds to one that is taken is refused", async () => {
    await using running = await Running.start();
    using _first = await TestPeer.named(running.port, "Straße");
    using second = await TestPeer.connect(running.port);
    second.propose("STRASSE");
    await second.next("nak");
    second.propose("Strasse 2");
    await second.next("ack");
  });

  test.each([
    { how: "by FIN", leave: (peer: TestPeer) => peer.socket.end() },
    { how: "by RST", leave: (peer: TestPeer) => peer.reset() },
    { how: "by a half close, with its other half still open", leave: (peer: TestPeer) => peer.socket.end() },
  ])("is free again when its connection goes $how, and everybody is told", async ({ leave }) => {
    await using running = await Running.start();
    using jon = await TestPeer.named(running.port, "Jon");
    using first = await TestPeer.named(running.port, "Zoë", { allowHalfOpen: true });
    leave(first);
    await running.logged("Zoë is offline now.");
    await jon.until("the shorter list", () => jon.list.join() === "Jon");
    using second = await TestPeer.connect(running.port);
    second.propose("Zoë");
    await second.next("ack");
  });

  test("proposed by forty at once gets each its ack before its first list, and all the same list in the end", async () => {
    await using running = await Running.start({ messageGapMs: 20 });
    using peers = new DisposableStack();
    const all = await Promise.all(Array.from({ length: 40 }, () => TestPeer.connect(running.port)));
    all.forEach((peer, index) => {
      peers.use(peer).propose(`user ${index}`);
    });
    await Promise.all(all.map((peer) => peer.until("the whole list", () => peer.list.length === 40)));
    const [first] = all;
    for (const peer of all) {
      expect(peer.received[0]).toEqual({ kind: "ack", name: peer.name });
      expect(peer.received.slice(1).every((message) => message.kind === "update")).toBe(true);
      expect(peer.list).toEqual(first?.list);
    }
    // Lists that wait are replaced by the latest: nobody is told of each of the forty.
    expect(first?.received.length).toBeLessThan(30);
    expect(new Set(first?.list).size).toBe(40);
  });
});

describe("a burst", () => {
  test("right before a leave is delivered whole, and the leave comes after it", async () => {
    await using running = await Running.start({ messageGapMs: 1 });
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    const texts = Array.from({ length: 500 }, (_, number) => `text ${number}`);
    zoe.socket.end(Buffer.concat(texts.map((text) => zoe.chat("All", text))));
    await jon.until("the shorter list", () => jon.list.length === 1);
    expect(jon.texts("Zoë")).toEqual(texts);
  });

  test("of one is held back by the gap, and another's words get through", async () => {
    await using running = await Running.start({ messageGapMs: 2 });
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    using abe = await TestPeer.named(running.port, "Abe");
    const texts = Array.from({ length: 400 }, (_, number) => `text ${number}`);
    zoe.send(Buffer.concat(texts.map((text) => zoe.chat("All", text))));
    await jon.until("Zoë to be under way", () => jon.texts("Zoë").length > 0);
    abe.say("Jon", "excuse me");
    await jon.until("Abe's words", () => jon.texts("Abe").length === 1);
    expect(jon.texts("Zoë").length).toBeLessThan(200);
    await jon.until("all of Zoë's", () => jon.texts("Zoë").length === 400);
    expect(jon.texts("Zoë")).toEqual(texts);
  });
});

describe("a peer that does not read", () => {
  test("is cut off with a line, while the others miss nothing and end with the right list", async () => {
    await using running = await Running.start();
    using peers = new DisposableStack();
    using jon = await TestPeer.named(running.port, "Jon");
    for (const name of ["deaf 1", "deaf 2", "deaf 3"]) {
      peers.use(await TestPeer.named(running.port, name)).socket.pause();
    }
    using zoe = await TestPeer.named(running.port, "Zoë");
    const padding = "x".repeat(3900);
    let sent = 0;
    while (!running.lines.some((line) => line.event === "queue-full")) {
      for (let count = 0; count < 50; count += 1) {
        jon.say("All", `${sent} ${padding}`);
        sent += 1;
      }
      await zoe.until("all so far", () => zoe.texts("Jon").length === sent);
    }
    jon.say("All", "last");
    await running.logged("deaf 3 is offline now.");
    for (const peer of [jon, zoe]) await peer.until("the right list", () => peer.list.join() === "Jon,Zoë");
    await zoe.until("the last text", () => zoe.texts("Jon").at(-1) === "last");
    expect(zoe.texts("Jon").map((text) => text.split(" ")[0])).toEqual([...Array(sent).keys(), "last"].map(String));
    const cutOff = running.lines.filter((line) => line.event === "queue-full");
    expect(cutOff).toHaveLength(3);
    expect(cutOff[0]?.text).toMatch(/^Error: the peer does not read: \d+ messages, \d+ bytes wait, closing \('127/);
  });
});

describe("a whisper to a name that nobody has", () => {
  test("is answered to its sender alone, in a form that every client shows", async () => {
    await using running = await Running.start();
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    jon.say("Abe", "are you there?");
    await jon.until("the notice", () => jon.texts().length === 1);
    expect(jon.received.at(-1)).toEqual({
      kind: "message",
      sender: "Server",
      receiver: "Jon",
      text: "Abe is not online.",
    });
    jon.say("Zoë", "fence");
    await zoe.until("the fence", () => zoe.texts().length === 1);
    expect(zoe.texts()).toEqual(["fence"]);
    expect(running.texts()).toContain("Error: Invalid receiver name.");
  });

  test("is answered with no control character, however long the name is", async () => {
    await using running = await Running.start();
    using jon = await TestPeer.named(running.port, "Jon");
    const frame = Buffer.from(jon.chat("x".repeat(64), "Hi"));
    frame.fill(0x1b, 65, 129);
    jon.send(frame);
    await jon.until("the notice", () => jon.texts().length === 1);
    expect(jon.texts()).toEqual([`${"\uFFFD".repeat(64)} is not online.`]);
  });

  test("is answered to nobody when its sender has no name, or another's", async () => {
    await using running = await Running.start();
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    using unnamed = await TestPeer.connect(running.port);
    unnamed.name = "Jon";
    unnamed.say("Abe", "spoofed");
    await running.logged("Error: mismatch of username and connection.");
    unnamed.name = "nobody";
    unnamed.say("Abe", "spoofed");
    await running.logged("Error: Invalid sender name.");
    zoe.say("Jon", "fence");
    await jon.until("the fence", () => jon.texts().length > 0);
    unnamed.propose("late");
    await unnamed.next("ack");
    expect(jon.texts()).toEqual(["fence"]);
    expect(unnamed.texts()).toEqual([]);
  });

  test("over and over holds its sender back and cuts nobody off", async () => {
    await using running = await Running.start({ messageGapMs: 1 });
    using jon = await TestPeer.named(running.port, "Jon");
    const times = 1500;
    jon.send(Buffer.concat(Array(times).fill(jon.chat("Abe", "are you there?"))));
    await jon.until("every notice", () => jon.texts().length === times);
    expect(jon.ending).toBeUndefined();
  });
});

describe("flood control", () => {
  test("lets a burst through at once and what follows at its rate, whole and in order", async () => {
    await using running = await Running.start({ flood: { burst: 20, ratePerS: 50 } });
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    const texts = Array.from({ length: 60 }, (_, number) => `text ${number}`);
    const startedMs = performance.now();
    jon.send(Buffer.concat(texts.map((text) => jon.chat("All", text))));
    await zoe.until("the burst", () => zoe.texts().length >= 20);
    await zoe.until("all", () => zoe.texts().length === 60);
    // 40 messages over the burst, 20 ms each; timers may be a millisecond early.
    expect(performance.now() - startedMs).toBeGreaterThan(750);
    expect(zoe.texts()).toEqual(texts);
    // A server that was held up finds more than one of them due.
    expect(running.server.counts.flood?.delayed).toBeGreaterThanOrEqual(20);
  });

  test("makes nobody else wait", async () => {
    await using running = await Running.start({ flood: { burst: 5, ratePerS: 1 } });
    using flooder = await TestPeer.named(running.port, "flooder");
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    flooder.send(Buffer.concat(Array(5000).fill(flooder.chat("All", "flood"))));
    await jon.until("the burst", () => jon.texts("flooder").length === 5);
    jon.say("Zoë", "excuse me");
    await zoe.until("the whisper", () => zoe.texts("Jon").length === 1);
    expect(zoe.texts("flooder").length).toBeLessThan(20);
    await untilTrue("the flooder waits", () => running.server.counts.flood?.waiting === 1);
  });

  test("does not count who only proposes", async () => {
    await using running = await Running.start({ flood: { burst: 1, ratePerS: 1 } });
    using jon = await TestPeer.named(running.port, "Jon");
    using second = await TestPeer.connect(running.port);
    for (let times = 0; times < 30; times += 1) second.propose("Jon");
    await second.until("every refusal", () => second.received.length === 30);
    expect(running.server.counts.flood).toEqual({ delayed: 0, waiting: 0, leftUnheard: 0 });
    expect(jon.ending).toBeUndefined();
  });

  test("hears a short rest of who left, and frees the name after it", async () => {
    await using running = await Running.start({ flood: { burst: 5, ratePerS: 10 } });
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    await jon.until("the longer list", () => jon.list.length === 2);
    zoe.socket.end(Buffer.concat(Array.from({ length: 15 }, (_, number) => zoe.chat("All", `text ${number}`))));
    await jon.until("the shorter list", () => jon.list.length === 1);
    expect(jon.texts("Zoë")).toHaveLength(15);
  });

  // Bytes: some lie in the kernel and a FIN comes behind them; or more than the network takes, so that none can come.
  test.each([
    { how: "by FIN", bytes: 100_000, leave: (peer: TestPeer) => peer.socket.end() },
    { how: "in the middle of what it sends", bytes: 2e7, leave: (peer: TestPeer) => peer.socket.destroy() },
    { how: "by RST", bytes: 2e7, leave: (peer: TestPeer) => peer.reset() },
  ])("frees the name of a flooder that leaves $how, in bounded time", async ({ bytes, leave }) => {
    await using running = await Running.start({ flood: { burst: 5, ratePerS: 1 } });
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    await jon.until("the longer list", () => jon.list.length === 2);
    const text = zoe.chat("Zoë", "x".repeat(200));
    zoe.send(Buffer.concat(Array(Math.ceil(bytes / text.length)).fill(text)));
    await untilTrue("the flooder waits", () => running.server.counts.flood?.waiting === 1);
    const leftMs = performance.now();
    leave(zoe);
    await jon.until("the shorter list", () => jon.list.length === 1);
    expect(performance.now() - leftMs).toBeLessThan(FLOOD_LEAVE_MS + FLOOD_TELL_MS + 4 * FLOOD_LOOK_MS + 2000);
    using again = await TestPeer.named(running.port, "Zoë");
    expect(again.list).toEqual(["Jon", "Zoë"]);
  });

  test("tells who has to wait for long", async () => {
    await using running = await Running.start({ flood: { burst: 5, ratePerS: 1 } });
    using zoe = await TestPeer.named(running.port, "Zoë");
    zoe.send(Buffer.concat(Array(50).fill(zoe.chat("All", "flood"))));
    await zoe.until("the notice", () => zoe.texts("Server").length > 0);
    expect(zoe.texts("Server")[0]).toBe(
      "You send faster than 1 messages a second: the rest is not lost, it waits its turn.",
    );
  });
});

/** Looks again and again until a condition holds: what the test waits for has no event of its own. */
async function untilTrue(what: string, holds: () => boolean): Promise<void> {
  const startedMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedMs > DEADLINE_MS) throw new Error(`expected ${what} within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the limit on connections", () => {
  test("costs the oldest without a name its place", async () => {
    await using running = await Running.start({ connectionsMax: 3 });
    using jon = await TestPeer.named(running.port, "Jon");
    using older = await TestPeer.connect(running.port);
    using younger = await TestPeer.connect(running.port);
    using newcomer = await TestPeer.named(running.port, "Zoë");
    await older.ended();
    expect([jon.ending, younger.ending, newcomer.ending]).toEqual([undefined, undefined, undefined]);
    expect(running.server.connections).toBe(3);
    await running.logged(
      "Error: 3 connections are the limit, closing the oldest without a username ('127.0.0.1', PORT)",
    );
  });

  test("costs the newcomer its place when all have names", async () => {
    await using running = await Running.start({ connectionsMax: 2 });
    using jon = await TestPeer.named(running.port, "Jon");
    using zoe = await TestPeer.named(running.port, "Zoë");
    using newcomer = await TestPeer.connect(running.port);
    await newcomer.ended();
    await running.logged("Error: 2 connections are the limit, refusing ('127.0.0.1', PORT)");
    zoe.socket.end();
    await running.logged("Zoë is offline now.");
    using later = await TestPeer.named(running.port, "Abe");
    expect([jon.ending, later.ending]).toEqual([undefined, undefined]);
  });

  test("holds when many come in a moment", async () => {
    await using running = await Running.start({ connectionsMax: 5 });
    using peers = new DisposableStack();
    const all = await Promise.all(Array.from({ length: 60 }, () => TestPeer.connect(running.port)));
    for (const peer of all) peers.use(peer);
    const open = () => all.filter((peer) => peer.ending === undefined).length;
    await Promise.all(all.slice(0, 55).map((peer) => peer.ended()));
    expect(open()).toBe(5);
    expect(running.server.connections).toBe(5);
  });
});

describe("a connection without a name", () => {
  test("is closed when its time is over, and one with a name is not", async () => {
    const clock = new TestClock();
    await using running = await Running.start({ clock });
    using jon = await TestPeer.named(running.port, "Jon");
    using refused = await TestPeer.connect(running.port);
    refused.propose("Jon");
    await refused.next("nak");
    await clock.pass(UNNAMED_TIME_MS - 1);
    expect([running.server.connections, refused.ending]).toEqual([2, undefined]);
    await clock.pass(1);
    await refused.ended();
    await running.logged("Error: No username in time, closing ('127.0.0.1', PORT)");
    expect(jon.ending).toBeUndefined();
    expect(running.texts().filter((text) => text.includes("closing"))).toHaveLength(1);
  });

  test("is closed when it sent too much, and one with a name is not", async () => {
    await using running = await Running.start();
    using jon = await TestPeer.named(running.port, "Jon");
    using scanner = await TestPeer.connect(running.port);
    const rubbish = Buffer.alloc(2 * UNNAMED_BYTES_MAX, 0x47);
    jon.send(rubbish);
    scanner.send(rubbish);
    await scanner.ended();
    await running.logged("Error: Over 65536 bytes without a username, closing ('127.0.0.1', PORT)");
    jon.say("Jon", "still here");
    await jon.until("the whisper", () => jon.texts("Jon").length === 1);
  });
});

describe("stop()", () => {
  test("writes what is queued, with its gaps, and closes every connection", async () => {
    await using running = await Running.start({ messageGapMs: 20 });
    const { port } = running;
    using jon = await TestPeer.named(port, "Jon");
    using zoe = await TestPeer.named(port, "Zoë");
    using unnamed = await TestPeer.connect(running.port);
    const texts = Array.from({ length: 20 }, (_, number) => `text ${number}`);
    jon.send(Buffer.concat(texts.map((text) => jon.chat("Zoë", text))));
    await zoe.until("the first text", () => zoe.texts().length > 0);
    const startedMs = performance.now();
    const stopped = running.server.stop();
    expect(await zoe.ended()).toBe("end");
    expect(zoe.texts("Jon")).toEqual(texts);
    // Written together they would have come in a read or two.
    expect(zoe.reads.length).toBeGreaterThan(texts.length / 2);
    expect([await jon.ended(), await unnamed.ended()]).toEqual(["end", "end"]);
    await stopped;
    expect(performance.now() - startedMs).toBeLessThan(STOP_HURRY_MS);
    expect(running.server.connections).toBe(0);
    await expect(TestPeer.connect(port)).rejects.toThrow("ECONNREFUSED");
  });

  test("settles in time with peers that do not read, do not close, or have seconds of messages to come", async () => {
    await using running = await Running.start({ messageGapMs: 1000 });
    using halfOpen = await TestPeer.connect(running.port, { allowHalfOpen: true });
    using jon = await TestPeer.connect(running.port);
    using deaf = await TestPeer.connect(running.port);
    for (const [peer, name] of [
      [halfOpen, "half open"],
      [jon, "Jon"],
      [deaf, "deaf"],
    ] as const)
      peer.propose(name);
    await jon.next("ack");
    deaf.socket.pause();
    jon.send(Buffer.concat(Array.from({ length: 30 }, (_, number) => jon.chat("All", `text ${number}`))));
    await running.logged("Forwarding message type 5 to all receivers", 30);
    const startedMs = performance.now();
    await running.server.stop();
    expect(performance.now() - startedMs).toBeLessThan(STOP_HURRY_MS + LINGER_MS + 3000);
    await halfOpen.until("what was queued", () => halfOpen.texts("Jon").length === 30);
  });

  test("may be called twice", async () => {
    await using running = await Running.start();
    using jon = await TestPeer.named(running.port, "Jon");
    await Promise.all([running.server.stop(), running.server.stop()]);
    expect(await jon.ended()).toBe("end");
  });
});

describe("an address", () => {
  test("that is in use, or not of this machine, rejects with the system's code", async () => {
    await using running = await Running.start();
    await expect(Running.start({ port: running.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(Running.start({ host: "203.0.113.1" })).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
  });

  test("of an IPv6 peer is logged and listed", async (context) => {
    const started = await Running.start({ host: "::1" }).catch(() => undefined);
    if (started === undefined) return context.skip("this machine has no IPv6");
    await using running = started;
    using jon = await TestPeer.named(running.port, "Jon", { host: "::1" });
    expect(running.texts()[0]).toBe("A new client is connected: ('::1', PORT)");
    expect(running.server.users).toMatchObject([{ name: "Jon", address: { address: "::1" } }]);
    jon.say("Jon", "Hi");
    await jon.next("message");
    expect(jon.texts()).toEqual(["Hi"]);
  });

  test("of an IPv4 peer is logged as such on a socket for both", async (context) => {
    const started = await Running.start({ host: "::" }).catch(() => undefined);
    if (started === undefined) return context.skip("this machine has no IPv6");
    await using running = started;
    using _jon = await TestPeer.named(running.port, "Jon");
    expect(running.texts()[0]).toBe("A new client is connected: ('127.0.0.1', PORT)");
  });
});
