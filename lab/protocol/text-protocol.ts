// Owns a protocol of texts as the lab's port wants a protocol: whoever makes one says how its stream is cut and what a text
// means, and gets the rest from here. It must not know any protocol. Invariant: whatever bytes come, they can be told.

import * as z from "zod";
import { type Notation, NotationError, type WrittenSource } from "./notation.ts";
import { compilePattern } from "./pattern.ts";
import type { Protocol } from "./protocol.ts";
import { visible } from "./visible.ts";
import type { FrameEnd, FrameReader, WireProtocol } from "./wire-protocol.ts";

/** What a text says. What is left out is not in it. */
export interface TextFacts {
  /** What kind of text it is: "entered". */
  readonly title: string;
  /** The names in it. */
  readonly names?: readonly string[];
  /** What somebody says by it, and to whom. */
  readonly text?: string;
  readonly receiver?: string;
  /** The name that whoever gets it has from then on. */
  readonly givenName?: string;
  /** The name that whoever sends it has from then on, where no text of the server gives one. */
  readonly takenName?: string;
}

/** How a kind of text is written in scenario files, `{line: "Ted:Hi"}`, and what is sent of it. */
export interface TextWord {
  readonly word: string;
  readonly schema: z.ZodType;
  readonly help: string;
  /** What may stand there, for editors. */
  readonly example: unknown;
  /** Whoever expects one may leave ports and parts open: PORT and … */
  encode(written: unknown): string;
}

export interface TextProtocol {
  readonly name: string;
  /** Where a server listens unless told, and what it logs when clients can connect. */
  readonly port: number;
  readonly ready: string;
  /** The silences that its reader asks for, in milliseconds, the shortest first. */
  readonly silencesMs: readonly number[];
  openReader(): FrameReader;
  /** What a text says, with its delimiter. It may come from anybody. */
  read(text: string): TextFacts;
  readonly words: readonly [TextWord, ...TextWord[]];
  /** The text by which a client asks for a name. */
  ask(name: string): string;
  /** The text by which somebody of this name, who is connected from this port, says something to themselves alone. */
  toItself(name: string, text: string, port: number): string;
  /** The destination that means everybody, and names that nobody may have. */
  readonly everybody: string;
  readonly reserved?: readonly string[];
}

const TEXT_CHARS_MAX = 8192;
const TEXT_CHARS_TOLD = 120;
const NUMBER = /\{n\}/g;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A word whose argument is the text itself; `tail` is what is sent behind it. */
export function textWord(word: string, help: string, tail = ""): TextWord {
  return {
    word,
    help,
    example: "Hi",
    schema: z.string().max(TEXT_CHARS_MAX),
    encode: (written) => `${String(written)}${tail}`,
  };
}

export function textProtocol(spec: TextProtocol): Protocol {
  const { name, port, ready, everybody, reserved = [] } = spec;
  const bytes = (text: string): Uint8Array => encoder.encode(text);
  return {
    name,
    port,
    ready,
    clauses: [],
    rules: { findBroken: () => [], explain: () => undefined, likely: () => undefined },
    wire: wireOf(spec),
    notation: notationOf(spec),
    joining: {
      commands: (wanted) => [{ type: wanted }, { send: {} }],
      list: (names) => names,
      isReserved: (wanted) => reserved.includes(wanted),
      request: (wanted) => bytes(spec.ask(wanted)),
      acceptance: () => [],
      accepted: "",
      hasShown: (lines, wanted) => lines.some((line) => line.includes(wanted)),
      logs: { connected: "…", settled: "…", ofOne: () => [] },
      help: {
        asked: `the name (docs/protocols.md, ${name})`,
        request: "send it",
        listen: "listen at the address and the port that it is given",
        accept: "answer as the protocol says",
        log: "print a line",
        show: "show it",
      },
    },
    fencing: {
      everybody,
      toItself: (wanted, text, own) => bytes(spec.toItself(wanted, text, own)),
      isShown: (line, text) => line.endsWith(text),
      isReceived: (line, text, sender) => line.includes(sender) && line.endsWith(text),
      logs: () => [],
    },
  };
}

function wireOf({ read, openReader, silencesMs }: TextProtocol): WireProtocol {
  const factsOf: WireProtocol["factsOf"] = (frame) => {
    const { title, names = [], text, receiver, givenName } = read(decoder.decode(frame));
    return {
      type: 0,
      title,
      fault: null,
      names,
      namesTold: names.join(" \u2192 "),
      text: text ?? null,
      receiver: receiver ?? null,
      givenName: givenName ?? null,
      isList: false,
    };
  };
  return {
    silencesMs,
    openReader,
    factsOf,
    fieldsOf: (frame) => {
      const text = decoder.decode(frame);
      return [{ offset: 0, bytes: frame.length, name: read(text).title, value: visible(text) }];
    },
    tell: (frame) => `${read(decoder.decode(frame)).title} ${quoted(decoder.decode(frame))}`,
    tellEnd: (end) => END_WORDS[end],
    nameTakenBy: (frame) => read(decoder.decode(frame)).takenName ?? null,
  };
}

const END_WORDS: Readonly<Record<FrameEnd, string>> = {
  length: "by its length",
  delimiter: "by its delimiter",
  "next-type": "by what follows",
  limit: "by the limit",
  silence: "by silence",
};

function notationOf({ words, silencesMs }: TextProtocol): Notation {
  const encoded = (source: WrittenSource, number: number): string => {
    for (const { word, encode } of words) {
      if (word in source) return encode(source[word]).replaceAll(NUMBER, String(number));
    }
    throw new NotationError(`expected one of ${words.map(({ word }) => word).join(", ")}`);
  };
  const matchesMerged = (sources: readonly WrittenSource[], number: number, frame: Uint8Array): boolean =>
    compilePattern(sources.map((source) => encoded(source, number)).join("")).matches(decoder.decode(frame));
  const [first, last = first] = words;
  return {
    words: words.map(({ word }) => word),
    schemas: words.map(({ word, schema, help }) => z.strictObject({ [word]: schema }).describe(help)),
    example: `{${words[0].word}: …}`,
    exchange: { sent: { [first.word]: first.example }, received: { [last.word]: last.example } },
    bytesHelp: 'Bytes in hexadecimal, with text in quotes: "Hi" 0a.',
    expectHelp:
      "What comes next on the connection, in order; or nothing, closed, reset. PORT stands for any port, PORT(Win72) for that of a host's newest connection, … for any text.",
    encode: (source, number) => encoder.encode(encoded(source, number)),
    matches: (source, number, frame) => matchesMerged([source], number, frame),
    ...(silencesMs.length > 0 && { matchesMerged }),
  };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > TEXT_CHARS_TOLD ? `${text.slice(0, TEXT_CHARS_TOLD)}…` : text);
}
