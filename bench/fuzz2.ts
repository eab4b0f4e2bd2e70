// Owns `npm run bench -- fuzz2`: version 2's reader and codec against hostile bytes, millions of inputs from a seed. An input is
// a vector that was changed, frames in a row, or noise, handed over in pieces. What must hold: nothing is thrown, what is held
// stays under the longest frame, what is read can be written and read again, and memory does not grow.

import { parseArgs } from "node:util";
import { bytesOf } from "../src/protocol/hcp1/test-vectors.ts";
import { VECTORS } from "../src/protocol/hcp2/fixtures/vectors.ts";
import { decodeHcp2, encodeHcp2, FRAME_BYTES_MAX, Hcp2Reader } from "../src/protocol/hcp2/index.ts";
import { UsageError, wholeNumber } from "./options.ts";

const INPUTS = 10_000_000;
const INPUTS_MAX = 1_000_000_000;
/** Bytes of a frame's type and length at most. */
const HEADER_BYTES_MAX = 16;
/** How much the heap may grow from the first tenth of the inputs to the end. */
const GROWTH_BYTES_MAX = 33_554_432;
/** Every so many inputs one line, and a look at the memory. */
const ROUNDS = 10;
/** Long vectors are rare: copying them is all that they would measure. */
const LONG_BYTES = 1000;
const LONG_EVERY = 1000;
/** One in so many inputs is the last of its stream, if the stream was not broken before: most go on behind a bad frame. */
const STREAM_ENDS_EVERY = 4;

const HELP = `Usage: npm run bench -- fuzz2 [options]

Feeds hostile bytes to version 2's reader and codec.

  --inputs N  how many, 1 to ${INPUTS_MAX.toLocaleString("en")} (default ${INPUTS.toLocaleString("en")})
  --seed N    where the random numbers begin (default: the clock)
  --help
`;

interface Counts {
  messages: number;
  malformed: number;
  unknown: number;
  broken: number;
}

/** Runs, prints, and says whether all held. */
export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return true;
  }
  const inputs = wholeNumber("--inputs", values.inputs ?? String(INPUTS), 1, INPUTS_MAX);
  const seed = wholeNumber("--seed", values.seed ?? String(Date.now() % 2 ** 31), 0, 2 ** 31);
  print(`${inputs.toLocaleString("en")} inputs, seed ${seed}`);
  return fuzz(inputs, seed);
}

function fuzz(inputs: number, seed: number): boolean {
  const random = new Random(seed);
  const counts: Counts = { messages: 0, malformed: 0, unknown: 0, broken: 0 };
  let early = 0;
  const startedMs = performance.now();
  let reader = new Hcp2Reader();
  for (let input = 1; input <= inputs; input += 1) {
    try {
      const isBroken = feed(reader, random.input(), random, counts);
      if (isBroken || random.below(STREAM_ENDS_EVERY) === 0) reader = new Hcp2Reader();
    } catch (error) {
      print(`FAILED at input ${input} of seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
      return false;
    }
    if (input % Math.ceil(inputs / ROUNDS) === 0) {
      globalThis.gc?.();
      const heap = process.memoryUsage().heapUsed;
      early ||= heap;
      print(
        `${input.toLocaleString("en").padStart(13)}  ${JSON.stringify(counts)}  heap ${(heap / 2 ** 20).toFixed(1)} MiB`,
      );
    }
  }
  const growth = process.memoryUsage().heapUsed - early;
  const perS = (inputs * 1000) / (performance.now() - startedMs);
  const isBounded = growth <= GROWTH_BYTES_MAX;
  print(
    `${Math.round(perS).toLocaleString("en")} inputs a second; nothing was thrown, and all that was read could be written`,
  );
  print(
    `${isBounded ? "ok" : "FAILED"}: the heap grew by ${(growth / 2 ** 20).toFixed(1)} MiB, at most ${GROWTH_BYTES_MAX / 2 ** 20}`,
  );
  return isBounded;
}

/** Hands an input over in two pieces, and looks at whatever comes of it; says whether the stream is broken now. */
function feed(reader: Hcp2Reader, bytes: Uint8Array, random: Random, counts: Counts): boolean {
  const brokenBefore = counts.broken;
  const cut = random.below(bytes.length + 1);
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
    reader.receive(piece);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if ("broken" in frame) {
        counts.broken += 1;
        continue;
      }
      const message = decodeHcp2(frame);
      if (message.kind === "malformed") counts.malformed += 1;
      else if (message.kind === "unknown") counts.unknown += 1;
      else {
        counts.messages += 1;
        expectSame(message);
      }
    }
    if (reader.heldBytes > FRAME_BYTES_MAX + HEADER_BYTES_MAX) throw new Error(`${reader.heldBytes} bytes are held`);
  }
  return counts.broken > brokenBefore;
}

/** What was read is the same when it was written and read again. */
function expectSame(message: Parameters<typeof encodeHcp2>[0]): void {
  const again = new Hcp2Reader();
  again.receive(encodeHcp2(message));
  const frame = again.next();
  const read = frame === undefined || "broken" in frame ? undefined : decodeHcp2(frame);
  if (JSON.stringify(read, sorted) !== JSON.stringify(message, sorted)) {
    throw new Error(`read ${JSON.stringify(message)}, then ${JSON.stringify(read)}`);
  }
}

/** Fields come in any order. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Numbers from a seed (xorshift32), and inputs made of them. */
class Random {
  readonly #short: readonly Uint8Array[];
  readonly #long: readonly Uint8Array[];
  #state: number;

  constructor(seed: number) {
    this.#state = seed + 0x9e3779b9 || 1;
    const { both, read, malformed, broken } = VECTORS;
    const frames = [...both, ...read, ...malformed, ...broken].map(bytesOf);
    this.#short = frames.filter(({ length }) => length < LONG_BYTES);
    this.#long = frames.filter(({ length }) => length >= LONG_BYTES);
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  input(): Uint8Array {
    if (this.below(10) === 0) return this.#noise();
    const from = this.below(LONG_EVERY) === 0 ? this.#long : this.#short;
    const bytes = from[this.below(from.length)]?.slice() ?? new Uint8Array(0);
    for (let changes = this.below(4); changes > 0; changes -= 1) this.#change(bytes);
    return this.below(8) === 0 ? bytes.subarray(0, this.below(bytes.length + 1)) : bytes;
  }

  #noise(): Uint8Array {
    return Uint8Array.from({ length: this.below(64) }, () => this.below(256));
  }

  #change(bytes: Uint8Array): void {
    const at = this.below(bytes.length);
    const before = bytes[at] ?? 0;
    bytes[at] = [this.below(256), before ^ (1 << this.below(8)), before + 1, before - 1][this.below(4)] ?? 0;
  }
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...args], options: { inputs: text, seed: text, help: { type: "boolean" } } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replaceAll("\n", " "), { cause: error });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
