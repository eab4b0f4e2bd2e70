// Hostile bytes at a server of its own process, while three clients chat: none of them loses, doubles or reorders a line.
// HOWDY_TEST_SEED repeats a run's random bytes.

import { describe, expect, onTestFailed, test } from "vitest";
import { DEADLINE_MS, TestPeer } from "./fixtures/test-peer.ts";
import { ServerProgram } from "./fixtures/test-program.ts";

const SEED = Number(process.env.HOWDY_TEST_SEED ?? Date.now() % 1_000_000_007);
const LINE_EVERY_MS = 20;
/** Far over what a line takes while the server is busy with others, far under a hang. */
const LATENCY_MS_MAX = 5000;
const RESIDENT_BYTES_MAX = 300e6;

/** mulberry32: small, and the same numbers everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomBytes(random: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** Three clients that tell each other numbered lines, to All and in whispers, for as long as they are let. */
class Chat implements Disposable {
  readonly #peers: readonly TestPeer[];
  readonly #timer: NodeJS.Timeout;
  readonly #sentAtMs: number[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #read = new Map<TestPeer, number>();

  private constructor(peers: readonly TestPeer[]) {
    this.#peers = peers;
    this.#timer = setInterval(() => this.#sayNext(), LINE_EVERY_MS);
    for (const peer of peers) peer.socket.on("data", () => this.#noteLatencies(peer));
  }

  static async open(port: number): Promise<Chat> {
    return new Chat([
      await TestPeer.named(port, "Jon"),
      await TestPeer.named(port, "Zoë"),
      await TestPeer.named(port, "Abe"),
    ]);
  }

  /** Says the last line, and checks what each client got. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const peer of this.#peers) {
      await peer.until("every line", () =>
        this.#peers.every((from) => peer.texts(from.name).length >= this.#expected(from, peer).length),
      );
      for (const from of this.#peers) expect(peer.texts(from.name)).toEqual(this.#expected(from, peer));
    }
    expect(this.#sentAtMs.length).toBeGreaterThan(10);
    expect(Math.max(...this.#latenciesMs)).toBeLessThan(LATENCY_MS_MAX);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const peer of this.#peers) peer[Symbol.dispose]();
  }

  #sayNext(): void {
    const number = this.#sentAtMs.length;
    this.#sentAtMs.push(performance.now());
    for (const peer of this.#peers) peer.say(number % 2 === 0 ? "All" : this.#nextTo(peer).name, `line ${number}`);
  }

  #nextTo(peer: TestPeer): TestPeer {
    const next = this.#peers[(this.#peers.indexOf(peer) + 1) % this.#peers.length];
    if (next === undefined) throw new Error("nobody is there");
    return next;
  }

  #expected(from: TestPeer, to: TestPeer): readonly string[] {
    if (from === to) return [];
    const all = this.#sentAtMs.map((_, number) => number);
    const heard = this.#nextTo(from) === to ? all : all.filter((number) => number % 2 === 0);
    return heard.map((number) => `line ${number}`);
  }

  #noteLatencies(peer: TestPeer): void {
    for (const message of peer.received.slice(this.#read.get(peer) ?? 0)) {
      const number = message.kind === "message" ? /^line (\d+)$/.exec(message.text)?.[1] : undefined;
      if (number !== undefined) this.#latenciesMs.push(performance.now() - (this.#sentAtMs[Number(number)] ?? 0));
    }
    this.#read.set(peer, peer.received.length);
  }
}

interface Attack {
  readonly by: string;
  readonly attack: (program: ServerProgram, peers: DisposableStack) => Promise<void>;
}

const ATTACKS: readonly Attack[] = [
  { by: "merged frames, and frames a byte at a time", attack: mergeAndDribble },
  { by: "random bytes", attack: sendRandomBytes },
  { by: "names and texts that are not UTF-8", attack: sendBadUtf8 },
  { by: "resets in the middle of a frame", attack: resetInFrames },
  { by: "5 000 connects", attack: connectOverAndOver },
  { by: "a flood of broadcasts", attack: floodBroadcasts },
  { by: "a flood of messages to nobody", attack: floodNobody },
  { by: "a reader that stops while it is sent a lot", attack: stopReading },
  { by: "half-open peers and peers that say nothing", attack: stayHalfOpen },
];

describe("three clients who chat lose no line", () => {
  test.each(ATTACKS)("by $by", async ({ attack }) => {
    onTestFailed(() => {
      process.stderr.write(`HOWDY_TEST_SEED=${SEED} repeats the random bytes\n`);
    });
    await using program = await ServerProgram.listening(["--message-gap-ms", "1", "--flood-rate", "0"]);
    using chat = await Chat.open(program.port);
    using peers = new DisposableStack();
    await attack(program, peers);
    await chat.close();
    const residentBytes = program.residentBytes();
    if (residentBytes !== undefined) expect(residentBytes).toBeLessThan(RESIDENT_BYTES_MAX);
    expect(program.stderr).toBe("");
  });
});

/** Some lines' time beside attackers that do nothing more. */
function aWhile(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
}

async function mergeAndDribble(program: ServerProgram, peers: DisposableStack): Promise<void> {
  const merger = peers.use(await TestPeer.named(program.port, "merger"));
  const texts = Array.from({ length: 300 }, (_, number) => `merged ${number}\n\t`);
  merger.send(Buffer.concat(texts.map((text) => merger.chat("merger", text))));
  const dribblers = await Promise.all(Array.from({ length: 10 }, () => TestPeer.connect(program.port)));
  for (const dribbler of dribblers) peers.use(dribbler);
  const stream = Buffer.concat([Buffer.from(proposalOf("dribbler")), merger.chat("merger", "never")]);
  for (let offset = 0; offset < stream.length; offset += 1) {
    for (const dribbler of dribblers) dribbler.send(stream.subarray(offset, offset + 1));
    await new Promise(setImmediate);
  }
  const [first] = dribblers;
  await Promise.all(dribblers.map((dribbler) => dribbler.until("an answer", () => dribbler.received.length > 0)));
  expect(dribblers.filter((dribbler) => dribbler.received[0]?.kind === "ack")).toHaveLength(1);
  expect(first?.ending).toBeUndefined();
  await merger.until("its own words", () => merger.texts("merger").length === texts.length);
  expect(merger.texts("merger")).toEqual(texts);
}

function proposalOf(name: string): Uint8Array {
  const frame = new Uint8Array(65);
  frame[0] = 1;
  new TextEncoder().encodeInto(name, frame.subarray(1));
  return frame;
}

async function sendRandomBytes({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  const random = randomFrom(SEED);
  for (let round = 0; round < 40; round += 1) {
    const peer = peers.use(
      round % 2 === 0 ? await TestPeer.connect(port) : await TestPeer.named(port, `random ${round}`),
    );
    peer.send(randomBytes(random, 40_000));
    if (round % 4 === 0) peer.socket.end();
    if (round % 4 === 1) setImmediate(() => peer.reset());
  }
  await aWhile();
}

async function sendBadUtf8({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  const peer = peers.use(await TestPeer.connect(port));
  const bad = proposalOf("bad name");
  bad[2] = 0xff;
  peer.send(bad);
  // A refusal with the very bytes of the proposal.
  await peer.next("malformed");
  peer.propose("good name");
  await peer.next("ack");
  for (let count = 0; count < 200; count += 1) {
    const message = Buffer.from(peer.chat("All", "an invalid text"));
    message[129 + (count % 15)] = 0xc3;
    peer.send(message);
    const receiver = Buffer.from(peer.chat("All", "an invalid receiver"));
    receiver[65] = 0xff;
    peer.send(receiver);
  }
  peer.say("good name", "still here");
  await peer.until("its own words", () => peer.texts("good name").length === 1);
  await aWhile();
}

async function resetInFrames({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  const frame = Buffer.concat([proposalOf("reset"), Buffer.alloc(600, 5)]);
  for (let length = 0; length < frame.length; length += 6) {
    const peer = peers.use(await TestPeer.connect(port));
    peer.send(frame.subarray(0, length));
    setImmediate(() => peer.reset());
  }
  await aWhile();
}

async function connectOverAndOver({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  for (let wave = 0; wave < 50; wave += 1) {
    const arrivals = await Promise.all(Array.from({ length: 100 }, () => TestPeer.connect(port)));
    arrivals.forEach((peer, index) => {
      peers.use(peer);
      if (index % 4 === 0) peer.propose(`visitor ${wave} ${index}`);
      if (index % 4 < 2) peer.reset();
      else peer.socket.end();
    });
    await Promise.all(arrivals.map((peer) => peer.ended()));
  }
}

async function floodBroadcasts({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  const flooder = peers.use(await TestPeer.named(port, "flooder"));
  const listener = peers.use(await TestPeer.named(port, "listener"));
  const texts = Array.from({ length: 2000 }, (_, number) => `flood ${number}`);
  flooder.send(Buffer.concat(texts.map((text) => flooder.chat("All", text))));
  await listener.until("the flood", () => listener.texts("flooder").length === texts.length, 2 * DEADLINE_MS);
  expect(listener.texts("flooder")).toEqual(texts);
}

async function floodNobody({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  const flooder = peers.use(await TestPeer.named(port, "flooder"));
  const noise = flooder.chat("nobody", "is anybody there?");
  for (let batch = 0; batch < 4; batch += 1) flooder.send(Buffer.concat(Array(1000).fill(noise)));
  flooder.say("flooder", "done");
  await flooder.until("its own words", () => flooder.texts("flooder").length === 1);
}

async function stopReading(program: ServerProgram, peers: DisposableStack): Promise<void> {
  const deaf = peers.use(await TestPeer.named(program.port, "deaf"));
  deaf.socket.pause();
  const pusher = peers.use(await TestPeer.named(program.port, "pusher"));
  const push = Buffer.concat(Array(50).fill(pusher.chat("deaf", "x".repeat(3900))));
  const cutOff = () => program.stdout.includes("the peer does not read");
  for (let batch = 0; batch < 400 && !cutOff(); batch += 1) {
    if (!pusher.socket.write(push)) await new Promise((resolve) => pusher.socket.once("drain", resolve));
  }
  await program.logged("queue-full");
  await pusher.until("the list without it", () => !pusher.list.includes("deaf"));
}

async function stayHalfOpen({ port }: ServerProgram, peers: DisposableStack): Promise<void> {
  for (let index = 0; index < 20; index += 1) {
    peers.use(await TestPeer.named(port, `half open ${index}`, { allowHalfOpen: true })).socket.end();
    peers.use(await TestPeer.connect(port));
  }
  const witness = peers.use(await TestPeer.named(port, "witness"));
  await witness.until("none of them", () => witness.list.length === 4);
}
