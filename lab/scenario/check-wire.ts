// Owns what is wrong with a scenario's bytes and connections: hexadecimal, kinds of frames, lengths, names of
// connections. Like check.ts it takes raw data. Invariant: what it finds nothing wrong with can be encoded and sent.

import { isIPv6 } from "node:net";
import { PIECES_MAX, SEND_BYTES_MAX } from "../peer/words.ts";
import { readHex } from "../protocol/hex.ts";
import { type Notation, NotationError } from "../protocol/notation.ts";
import { asMap, type Fields } from "../yaml/as-map.ts";
import { type Mistake, type Path, quote } from "../yaml/problem.ts";
import { type Spoken, wordsOf } from "./scenario.ts";
import { buildFrame, bytesFor, cutBytes, readTimeMs, TIME_WORDS } from "./wire.ts";
import { EXPECTED_WORDS, type FrameSource } from "./wire-schema.ts";

/** The highest number that {n} may stand for: with it a name is longest. */
const CROWD_NUMBER_MAX = 100;

/** Follows a peer's connections through a file. */
export class PeerCheck {
  readonly #host: string;
  /** Connections that it accepts have names that no file says. */
  readonly #listens: boolean;
  readonly #spoken: Spoken;
  readonly #names = new Set<string>();
  #unnamed = 0;

  constructor(host: string, listens: boolean, spoken: Spoken) {
    this.#host = host;
    this.#spoken = spoken;
    this.#listens = listens;
  }

  action(path: Path, action: unknown): Mistake[] {
    if (action === "connect") return this.#connect([...path], {});
    const { connect, wire } = asMap(action);
    if (connect !== undefined) return this.#connect([...path, "connect"], asMap(connect));
    return wire === undefined ? [] : this.#wire([...path, "wire"], asMap(wire));
  }

  receives(path: Path, value: unknown): Mistake[] {
    const fields = asMap(value);
    const keys = Object.keys(fields);
    const words = wordsOf(this.#spoken);
    const isMessage = keys.some((key) => words.includes(key));
    if (keys.length === 0 || isMessage)
      return [...this.#knows(path, undefined), ...checkExpect(path, value, this.#notation(undefined))];
    return keys.flatMap((key) => [
      ...this.#knows([...path, key], key, "key"),
      ...checkExpect([...path, key], fields[key], this.#notation(key)),
    ]);
  }

  /** How the frames of a connection are written. */
  #notation(as: string | undefined): Notation {
    return this.#spoken.at(this.#host, as).notation;
  }

  #connect(path: Path, { as, protocol, address }: Fields): Mistake[] {
    if (typeof address === "string" && isIPv6(address.replace(/^\[(.*)\]$/, "$1"))) {
      const message = `expected an IPv4 address, since a peer's host has no other; got ${quote(address)}`;
      return [{ path: [...path, "address"], spot: "value", message }];
    }
    this.#unnamed += as === undefined ? 1 : 0;
    const name = as ?? `c${this.#unnamed}`;
    if (typeof name !== "string") return [];
    const spot = { path: as === undefined ? path : [...path, "as"], spot: "value" } as const;
    if (protocol !== undefined) {
      const own = { path: [...path, "protocol"], spot: "key" } as const;
      if (as === undefined) return [{ ...own, message: "expected as beside protocol; it is missing" }];
      const message = `expected address, port, as or times, since ${this.#host} listens; got "protocol"`;
      if (this.#listens) return [{ ...own, message }];
    }
    if (wordsOf(this.#spoken).includes(name))
      return [{ ...spot, message: `expected a name that is no kind of message; got ${quote(name)}` }];
    if (this.#names.has(name)) {
      return [{ ...spot, message: `expected a name of its own; got ${quote(name)}, which ${this.#host} has` }];
    }
    this.#names.add(name);
    return [];
  }

  #wire(path: Path, wire: Fields): Mistake[] {
    const { as, send, expect } = wire;
    const named = typeof as === "string" ? as : undefined;
    const notation = this.#notation(named);
    return [
      ...this.#knows(named === undefined ? path : [...path, "as"], named),
      ...(send === undefined ? [] : checkSend([...path, "send"], send, notation)),
      ...(expect === undefined ? [] : checkExpect([...path, "expect"], expect, notation)),
      ...checkTogether(path, wire, notation),
      ...["gap", "within"].flatMap((key) => checkTime([...path, key], wire[key])),
    ];
  }

  /** Whether a connection can be meant: one that was made before. */
  #knows(path: Path, as: string | undefined, spot: Mistake["spot"] = "value"): Mistake[] {
    if (this.#listens) return [];
    const names = [...this.#names];
    if (as === undefined) {
      const usual = this.#spoken.at(this.#host);
      if (names.length === 1 && this.#spoken.at(this.#host, names[0]) === usual) return [];
      const message =
        names.length === 0
          ? "expected a connect before it; got none"
          : `expected as, one of ${names.join(", ")}; it is missing`;
      return [{ path, spot: "value", message }];
    }
    if (names.some((name) => as === name || (as.startsWith(`${name}-`) && /^\d+$/.test(as.slice(name.length + 1)))))
      return [];
    const which = names.length === 0 ? "a connect before it" : `one of the connections ${names.join(", ")}`;
    return [{ path, spot, message: `expected ${which}; got ${quote(as)}` }];
  }
}

function checkSend(path: Path, send: unknown, notation: Notation): Mistake[] {
  return listed(path, send).flatMap(({ at, value }) => checkFrame(at, value, [], notation));
}

function checkExpect(path: Path, expect: unknown, notation: Notation): Mistake[] {
  if (expect === "nothing") return [];
  const frames = listed(path, expect);
  return frames.flatMap(({ at, value }, index) => {
    const isEnd = value === "closed" || value === "reset";
    if (isEnd && index < frames.length - 1) {
      return [{ path: at, spot: "value" as const, message: `expected nothing behind ${quote(value)}; got more` }];
    }
    if (isEnd) return [];
    return checkFrame(at, value, Array.isArray(expect) ? EXPECTED_WORDS.slice(1) : EXPECTED_WORDS, notation);
  });
}

/** @param words - What may stand there beside bytes and messages, for the message. */
function checkFrame(path: Path, frame: unknown, words: readonly string[], notation: Notation): Mistake[] {
  if (typeof frame === "string") return checkHex(path, frame, words);
  const [word] = Object.keys(asMap(frame));
  if (word === undefined) return [];
  if (!notation.words.includes(word)) {
    const message = `expected one of ${notation.words.join(", ")}; got ${quote(word)}`;
    return [{ path, spot: "value", message }];
  }
  return checkEncoding(path, frame as FrameSource, notation);
}

function checkHex(path: Path, text: string, words: readonly string[]): Mistake[] {
  const read = readHex(text);
  if (read.kind === "bytes") return [];
  const others = words.length === 0 ? "" : `, or ${words.join(" or ")}`;
  return [{ path, spot: "value", message: `${read.message}${others}` }];
}

function checkEncoding(path: Path, frame: FrameSource, notation: Notation): Mistake[] {
  try {
    bytesFor(buildFrame(frame), CROWD_NUMBER_MAX, notation);
    return [];
  } catch (error) {
    // Data of the wrong shape is the schema's to tell of.
    return error instanceof NotationError ? [{ path, spot: "value", message: `cannot be sent: ${error.message}` }] : [];
  }
}

/** What fits each other: a cut needs something to cut, and only one way to. */
function checkTogether(path: Path, wire: Fields, notation: Notation): Mistake[] {
  const mistakes: Mistake[] = [];
  const need = (key: string, isMet: boolean, message: string): void => {
    if (wire[key] !== undefined && !isMet) mistakes.push({ path: [...path, key], spot: "key", message });
  };
  for (const key of ["times", "pieces", "each"])
    need(key, wire.send !== undefined, `expected send beside ${key}; it is missing`);
  const isCut = wire.pieces !== undefined || wire.each !== undefined;
  need("gap", isCut, "expected pieces or each beside gap; got neither");
  need("each", wire.pieces === undefined, "expected pieces or each; got both");
  need("times", !isCut, "expected one write of what is sent several times; got pieces");
  need("reset", wire.end === undefined, "expected end or reset; got both");
  need("within", wire.expect !== undefined, "expected expect beside within; it is missing");
  if (Object.keys(wire).every((key) => key === "as")) {
    mistakes.push({ path, spot: "value", message: "expected send, expect, end, reset or reads; got none" });
  }
  return mistakes.length > 0 ? mistakes : checkSize(path, wire, notation);
}

function checkSize(path: Path, { send, times, each, pieces }: Fields, notation: Notation): Mistake[] {
  try {
    const frames =
      send === undefined
        ? []
        : listed([], send).map(({ value }) => bytesFor(buildFrame(value as FrameSource), 1, notation));
    const bytes = frames.reduce((sum, { length }) => sum + length, 0) * (typeof times === "number" ? times : 1);
    if (bytes > SEND_BYTES_MAX) {
      return [
        { path: [...path, "send"], spot: "value", message: `expected at most ${SEND_BYTES_MAX} bytes; got ${bytes}` },
      ];
    }
    const length = typeof each === "number" && each > 0 ? each : undefined;
    const writes = length === undefined ? 1 : cutBytes(frames, { kind: "each", length }).length;
    if (writes <= PIECES_MAX && pieces !== null) return [];
    return [
      { path: [...path, "each"], spot: "value", message: `expected at most ${PIECES_MAX} pieces; got ${writes}` },
    ];
  } catch {
    return []; // Frames that cannot be built are told of where they stand.
  }
}

/** A time as a file says it: what is no text is the schema's to tell of. */
export function checkTime(path: Path, time: unknown): Mistake[] {
  if (typeof time !== "string" || readTimeMs(time) !== undefined) return [];
  return [{ path, spot: "value", message: `${TIME_WORDS}; got ${quote(time)}` }];
}

function listed(path: Path, value: unknown): readonly { readonly at: Path; readonly value: unknown }[] {
  if (!Array.isArray(value)) return [{ at: path, value }];
  return value.map((each, index) => ({ at: [...path, index], value: each }));
}
