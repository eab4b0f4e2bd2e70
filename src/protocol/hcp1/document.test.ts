// Keeps part 1 of PROTOCOL.md true where it repeats the code: numbers, codes, bytes; and the clauses of both parts.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as limits from "./limits.ts";
import { decodeFrame, MESSAGE_TYPES } from "./message.ts";
import {
  bytesOf,
  concat,
  type Field,
  FOREIGN_VECTORS,
  fromHex,
  MALFORMED_VECTORS,
  MESSAGE_VECTORS,
} from "./test-vectors.ts";

const DOCUMENT = readFileSync(new URL("../../../PROTOCOL.md", import.meta.url), "utf8");
const [PART_1 = ""] = DOCUMENT.split("\n# Part 2");
const EXAMPLES = [...PART_1.matchAll(/^```hex\n(.*?)^```$/gmsu)].map((match) => fieldsOf(match[1] ?? ""));

/** The cells of the tables' rows, but for the last. */
const ROWS = [...PART_1.matchAll(/^\| (.+) \|$/gmu)].map((match) => (match[1] ?? "").split(" | "));

describe("PROTOCOL.md", () => {
  it("states every limit with its value", () => {
    const stated = ROWS.filter(([name]) => /^`[A-Z_]+`$/u.test(name ?? ""));
    const values = Object.fromEntries(stated.map(([name = "", value]) => [name.replaceAll("`", ""), Number(value)]));
    expect(values).toEqual({ ...limits });
  });

  it("lists every fault of a frame and of a name", () => {
    const first = ROWS.map(([name]) => name);
    const names = ["empty", "control-character", "too-long", "blank-at-an-end", "reserved"];
    for (const fault of [...MALFORMED_VECTORS.map((vector) => vector.fault), ...names]) {
      expect(first).toContain(`\`${fault}\``);
    }
  });

  it("shows only bytes that are test vectors", () => {
    const vectors = [...MESSAGE_VECTORS, ...FOREIGN_VECTORS].map(bytesOf);
    for (const fields of EXAMPLES) expect(vectors).toContainEqual(concat(fields.map(([, hex]) => fromHex(hex))));
  });

  it("has an example of a name frame, a list and a message, with right offsets", () => {
    const kinds = EXAMPLES.map((fields) => decodeFrame(concat(fields.map(([, hex]) => fromHex(hex)))).kind);
    expect(new Set(kinds)).toEqual(new Set(Object.keys(MESSAGE_TYPES).filter((kind) => kind !== "nak")));
    for (const fields of EXAMPLES) {
      let end = 0;
      for (const [offset, hex] of fields) {
        expect(offset).toBe(end);
        end += fromHex(hex).length;
      }
    }
  });

  it("numbers its clauses once each, and refers only to clauses that it has", () => {
    const clauses = [...DOCUMENT.matchAll(/^(?:#{2,3} |- \*\*)(\d+(?:\.\d+)?)/gmu)].map((match) => match[1]);
    expect(new Set(clauses).size).toBe(clauses.length);
    const references = [...DOCUMENT.matchAll(/(?<![\d.,"'`])(\d{1,2}\.\d)(?![\d.])/gu)].map((match) => match[1]);
    const known = new Set([...clauses, "3.7"]); // RFC 9293, 3.7.1.
    expect(references.filter((reference) => !known.has(reference))).toEqual([]);
  });
});

function fieldsOf(block: string): readonly Field[] {
  return block
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, offset, hex = "", meaning = ""] = /^ *(\d+) {2}(.+?) {2,}(.+)$/u.exec(line) ?? [];
      return [Number(offset), hex, meaning];
    });
}
