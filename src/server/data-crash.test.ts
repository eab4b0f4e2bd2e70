// kill -9 of the server, over and over, while whispers are kept and delivered, lines are stored, and somebody reads them; then the
// books are balanced.
// HOWDY_CRASH_ROUNDS sets how often; HOWDY_TEST_SEED repeats a run's times of death.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFailed, test } from "vitest";
import { keysOf, register, signIn } from "./fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "./fixtures/hcp2-peer.ts";
import { TestPeer } from "./fixtures/test-peer.ts";
import { ServerProgram } from "./fixtures/test-program.ts";
import { MAIL_WINDOW_MESSAGES } from "./limits.ts";

const ROUNDS = Number(process.env.HOWDY_CRASH_ROUNDS ?? 3);
const SEED = Number(process.env.HOWDY_TEST_SEED ?? Date.now() % 1_000_000_007);
/** How long a server lives once it is under load. */
const LIFE_MS_MAX = 150;
const ROUND_MS_MAX = 20_000;
const RECEIVERS = ["Zoë", "Abe"] as const;
const SENDERS = 3;
const TALKERS = ["talker 1", "talker 2"] as const;
const UNANSWERED_MAX = 3;

/** What every line of version 2 came to. */
class Record {
  /** Texts by the ids that lines had: at once, in an answer, or as history. */
  readonly texts = new Map<string, Set<string>>();
  readonly acknowledged = new Set<string>();
  readonly #asked = new Map<string, string>();
  /** What was said and not answered yet, by who said it and the request. */
  readonly #open = new Map<string, Map<string, string>>();

  /** Says texts, the next ones as the first are answered: as long as the server lives. */
  talkOn(peer: Hcp2Peer, life: number): void {
    let said = 0;
    const open = this.#openOf(peer);
    for (const [request, text] of open) peer.send({ kind: "say", request, text });
    const again = open.size;
    const sayMore = () => {
      for (; said < peer.all("said").length - again + UNANSWERED_MAX; said += 1) {
        if (peer.ending !== undefined) return;
        const text = `${peer.name} ${life}/${said}`;
        const request = peer.say(text);
        this.#asked.set(request, text);
        open.set(request, text);
      }
    };
    peer.socket.on("data", sayMore);
    sayMore();
  }

  /** What a peer was answered, and what it heard. */
  enter(peer: Hcp2Peer): void {
    for (const { id, request } of peer.all("said")) {
      this.acknowledged.add(id);
      this.#note(id, this.#asked.get(request) ?? "nobody said it");
      this.#openOf(peer).delete(request);
    }
    for (const { id, text } of peer.heard) this.#note(id, text);
  }

  /** What a peer said in an earlier life and was not answered, it says again, and now it is answered. */
  async sayTheRest(peer: Hcp2Peer): Promise<void> {
    const open = [...this.#openOf(peer)];
    for (const [request, text] of open) peer.send({ kind: "say", request, text });
    for (const [request] of open) expect(await peer.answered(request)).toMatchObject({ kind: "said" });
    this.enter(peer);
  }

  /** Every text that was ever said. */
  get said(): readonly string[] {
    return [...this.#asked.values()];
  }

  /** All that a server still knows: texts by their ids. */
  async kept(peer: Hcp2Peer): Promise<ReadonlyMap<string, string>> {
    const kept = new Map<string, string>();
    let before: string | undefined;
    for (let isMore = true; isMore; ) {
      const { lines, page } = await peer.history({ before });
      for (const { id, text } of lines) {
        kept.set(id, text);
        this.#note(id, text);
      }
      before = lines[0]?.id;
      isMore = page?.more === true;
      expect(page?.gap).toBeUndefined();
    }
    return kept;
  }

  #openOf({ name }: Hcp2Peer): Map<string, string> {
    const open = this.#open.get(name) ?? new Map<string, string>();
    this.#open.set(name, open);
    return open;
  }

  #note(id: string, text: string): void {
    this.texts.set(id, (this.texts.get(id) ?? new Set()).add(text));
  }
}

/** An owner who reads whatever is said, and its read mark. */
class Reader {
  readonly #keys = keysOf("reader");
  #isRegistered = false;
  /** The last that was acknowledged. The ids of our server grow as their places do. */
  marked = "";

  /** The mark that a server tells of is the last that was acknowledged, or one behind it. */
  async come(port: number): Promise<Hcp2Peer> {
    const peer = await (this.#isRegistered ? Hcp2Peer.greeted(port) : Hcp2Peer.named(port, "owner"));
    if (!this.#isRegistered) expect(await register(peer, this.#keys)).toMatchObject({ kind: "registered" });
    else {
      const { answer } = await signIn(peer, "owner", this.#keys);
      const mark = answer.kind === "welcome" ? (answer.mark ?? "") : "no welcome";
      expect([mark >= this.marked, mark, this.marked]).toEqual([true, mark, this.marked]);
    }
    this.#isRegistered = true;
    return peer;
  }

  readOn(peer: Hcp2Peer): void {
    let read = "";
    peer.socket.on("data", () => {
      const id = peer.heard.at(-1)?.id ?? read;
      if (id === read || peer.ending !== undefined) return;
      read = id;
      peer.ask((request) => ({ kind: "read", request, id }));
    });
  }

  enter(peer: Hcp2Peer): void {
    this.marked = peer.all("marked").at(-1)?.id ?? this.marked;
  }
}

/** What every whisper came to. */
class Books {
  readonly sent = new Set<string>();
  readonly promised = new Set<string>();
  /** Each delivery, and the life of the server in which it was. */
  readonly delivered = new Map<string, number[]>();

  /** The answers to a sender come in the order of its whispers. */
  enter(texts: readonly string[], answers: readonly string[]): void {
    texts.forEach((text, index) => {
      this.sent.add(text);
      if (answers[index]?.endsWith("it will be delivered.")) this.promised.add(text);
    });
  }

  receive(peer: TestPeer, life: number): void {
    for (const text of peer.texts("Server")) {
      const whisper = /^sender \d whispered on .* UTC: (.*)$/.exec(text)?.[1];
      if (whisper === undefined) throw new Error(`not a whisper that was kept: ${text}`);
      this.delivered.set(whisper, [...(this.delivered.get(whisper) ?? []), life]);
    }
  }

  lost(): readonly string[] {
    return [...this.promised].filter((text) => !this.delivered.has(text));
  }

  /** For each life, how many of its deliveries came again later. */
  doubles(): ReadonlyMap<number, number> {
    const doubles = new Map<number, number>();
    for (const lives of this.delivered.values()) {
      for (const life of lives.slice(0, -1)) doubles.set(life, (doubles.get(life) ?? 0) + 1);
    }
    return doubles;
  }
}

test(`${ROUNDS} times kill -9 loses nothing that was promised, and doubles only what was on its way`, {
  timeout: ROUNDS * ROUND_MS_MAX,
}, async () => {
  onTestFailed(() => {
    process.stderr.write(`HOWDY_TEST_SEED=${SEED} repeats the times of death\n`);
  });
  const folder = mkdtempSync(join(tmpdir(), "howdy-"));
  using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  const books = new Books();
  const record = new Record();
  const reader = new Reader();
  for (let life = 0; life < ROUNDS; life += 1) await liveAndDie(folder, books, record, reader, life);
  await deliverTheRest(folder, books, ROUNDS);
  await readTheRest(folder, record, reader);
  expect(reader.marked).not.toBe("");
  expect(books.lost()).toEqual([]);
  expect([...books.delivered.keys()].filter((text) => !books.sent.has(text))).toEqual([]);
  // What a connection took is removed in the same turn: a kill finds what was on its way, and no more.
  for (const [life, doubles] of books.doubles()) {
    expect([life, doubles <= 2 * MAIL_WINDOW_MESSAGES]).toEqual([life, true]);
  }
  expect(books.doubles().get(ROUNDS) ?? 0).toBe(0);
  expect(books.promised.size).toBeGreaterThan(ROUNDS);
  expect(record.acknowledged.size).toBeGreaterThan(ROUNDS);
  const doubles = [...books.doubles().values()].reduce((sum, count) => sum + count, 0);
  process.stderr.write(
    `${books.promised.size} promised, ${books.delivered.size} delivered, ${doubles} of them twice; ${record.acknowledged.size} lines stored\n`,
  );
});

function listening(folder: string): Promise<ServerProgram> {
  const flags = ["--data", folder, "--message-gap-ms", "1", "--flood-rate", "0", "--mailbox-lines", "0"];
  return ServerProgram.listening(flags);
}

/** Whispers to one receiver who is away, while the other takes what waits; and at some moment the end. */
async function liveAndDie(folder: string, books: Books, record: Record, reader: Reader, life: number): Promise<void> {
  await using program = await listening(folder);
  using peers = new DisposableStack();
  const { port } = program;
  if (life === 0) for (const name of RECEIVERS) (await TestPeer.named(port, name)).socket.end();
  if (life === 0)
    for (const name of RECEIVERS)
      await program.until("a leave", () => program.texts.includes(`${name} is offline now.`));
  const away = RECEIVERS[life % 2] ?? "";
  const senders = await Promise.all(
    Array.from({ length: SENDERS }, async (_, index) => peers.use(await TestPeer.named(port, `sender ${index}`))),
  );
  const texts = senders.map((_, sender) => Array.from({ length: 60 }, (_, number) => `${life}/${sender}/${number}`));
  senders.forEach((peer, index) => {
    whisperOn(peer, away, texts[index] ?? []);
  });
  const receiver = peers.use(await TestPeer.named(port, RECEIVERS[(life + 1) % 2] ?? ""));
  const owner = peers.use(await reader.come(port));
  reader.readOn(owner);
  const talkers = await Promise.all(TALKERS.map(async (name) => peers.use(await Hcp2Peer.named(port, name))));
  for (const talker of talkers) record.talkOn(talker, life);
  await new Promise((resolve) => setTimeout(resolve, lifeMs(life)));
  program.child.kill("SIGKILL");
  await Promise.all([...senders, receiver, owner, ...talkers].map((peer) => peer.ended()));
  reader.enter(owner);
  for (const talker of talkers) record.enter(talker);
  senders.forEach((peer, index) => {
    books.enter(texts[index] ?? [], peer.texts("Server"));
  });
  books.receive(receiver, life);
}

/** A few whispers at once, and the next ones as they are answered: the load lasts as long as the server lives. */
function whisperOn(peer: TestPeer, receiver: string, texts: readonly string[]): void {
  let said = 0;
  const sayMore = () => {
    const next = texts.slice(said, peer.texts("Server").length + UNANSWERED_MAX);
    said += next.length;
    if (peer.ending === undefined) for (const text of next) peer.say(receiver, text);
  };
  peer.socket.on("data", sayMore);
  sayMore();
}

async function deliverTheRest(folder: string, books: Books, life: number): Promise<void> {
  for (const last of [false, true]) {
    await using program = await listening(folder);
    for (const name of RECEIVERS) {
      using receiver = await TestPeer.named(program.port, name);
      using fence = await TestPeer.named(program.port, `fence for ${name}`);
      const promised = () =>
        books.lost().filter((text) => !receiver.texts("Server").some((one) => one.endsWith(` ${text}`)));
      const mine = (text: string) => RECEIVERS[Number(text.split("/")[0]) % 2] === name;
      await receiver.until("what was promised", () => promised().filter(mine).length === 0);
      // Whatever waited beyond that comes before an answer to a whisper that goes round once it was taken.
      await quiet(receiver, fence);
      if (last) expect(receiver.texts("Server")).toEqual([]);
      books.receive(receiver, life);
    }
    program.child.kill("SIGTERM");
    expect((await program.exited()).status).toBe(0);
    expect(program.stderr).toBe("");
  }
}

/** Whatever was acknowledged is history and is found, no id ever stood for two texts, and every text was said once. */
async function readTheRest(folder: string, record: Record, reads: Reader): Promise<void> {
  await using program = await listening(folder);
  (await reads.come(program.port))[Symbol.dispose]();
  for (const name of TALKERS) {
    using talker = await Hcp2Peer.named(program.port, name);
    await record.sayTheRest(talker);
  }
  using reader = await Hcp2Peer.named(program.port, "reader");
  const kept = await record.kept(reader);
  expect([...record.acknowledged].filter((id) => !kept.has(id))).toEqual([]);
  expect([...kept.values()].toSorted()).toEqual(record.said.toSorted());
  expect((await found(reader, "talker")).toSorted()).toEqual([...kept.keys()].toSorted());
  expect([...record.texts].filter(([, texts]) => texts.size > 1)).toEqual([]);
}

/** The ids of all lines that hold a word. */
async function found(peer: Hcp2Peer, words: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let before: string | undefined;
  do {
    const request = peer.ask((one) => ({ kind: "search", request: one, words, before }));
    const page = await peer.answered(request);
    ids.push(...peer.all("line").flatMap((line) => (line.request === request ? [line.id] : [])));
    before = page.kind === "page" ? page.id : "no page";
  } while (before !== undefined);
  return ids;
}

/** Waits until nothing more comes from the mailbox: whispers in between, until none of it came between two of them. */
async function quiet(receiver: TestPeer, fence: TestPeer): Promise<void> {
  for (let round = 0, before = -1; before !== receiver.texts("Server").length; round += 1) {
    before = receiver.texts("Server").length;
    for (let times = 0; times < 5; times += 1) {
      fence.say(receiver.name, `${round} ${times}`);
      await receiver.until("the fence", () => receiver.texts(fence.name).at(-1) === `${round} ${times}`);
    }
  }
}

function lifeMs(life: number): number {
  return (Math.imul(SEED + life, 0x9e3779b1) >>> 0) % LIFE_MS_MAX;
}
