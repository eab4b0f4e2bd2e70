// Keeps part 2 of PROTOCOL.md true where it repeats the code: tables, numbers, codes, bytes.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { concat, fromHex } from "../hcp1/test-vectors.ts";
import { FRAMES, VECTORS } from "./fixtures/vectors.ts";
import { CAPABILITIES, FIELDS, MESSAGES, PREFACE } from "./index.ts";
import * as limits from "./limits.ts";

const DOCUMENT = readFileSync(new URL("../../../PROTOCOL.md", import.meta.url), "utf8");
const PART_2 = DOCUMENT.split("\n# Part 2")[1] ?? "";

/** The cells of the rows of the tables between two headings, without the marks of code. */
function rows(clause: string): readonly (readonly string[])[] {
  const section = PART_2.split(`\n### ${clause} `)[1]?.split("\n### ")[0] ?? "";
  const all = [...section.matchAll(/^\| (.+) \|$/gmu)].map((match) =>
    (match[1] ?? "").replaceAll("`", "").split(" | "),
  );
  return all.slice(1);
}

function listed(names: readonly string[]): string {
  return names.join(", ") || "–";
}

describe("part 2 of PROTOCOL.md", () => {
  test("has the table of fields", () => {
    const fields = Object.entries(FIELDS).map(([name, { tag, kind }]) => [String(tag), name, kind]);
    const stated = rows("15.1").filter(([tag = ""]) => /^\d+$/.test(tag));
    expect(stated.map((row) => row.slice(0, 3))).toEqual(
      fields.toSorted(([one], [other]) => Number(one) - Number(other)),
    );
    const kinds = rows("15.1").filter(([tag = ""]) => /^[a-z]+$/.test(tag) && tag !== "value");
    expect(new Set(kinds.map(([kind]) => kind))).toEqual(new Set(fields.map(([, , kind]) => kind)));
  });

  test("has the table of messages", () => {
    const messages = Object.entries(MESSAGES).map(([name, { type, from, needs, may }]) => {
      return [String(type), name, from, listed(needs), listed(may)];
    });
    expect(rows("15.2")).toEqual(messages);
  });

  test("has the capabilities and the limits", () => {
    const capabilities = Object.entries(CAPABILITIES).map(([name, number]) => [String(number), name]);
    expect(rows("15.3").map((row) => row.slice(0, 2))).toEqual(capabilities);
    const stated = Object.fromEntries(rows("19.1").map(([name, value]) => [name, Number(value)]));
    expect(stated).toEqual({ ...limits });
  });

  test("lists every fault", () => {
    const codes = [...rows("18.1"), ...rows("18.2")].flatMap(([code = ""]) => code.split(", "));
    for (const { fault } of VECTORS.malformed) expect(codes).toContain(fault);
    for (const { broken } of VECTORS.broken) expect(codes).toContain(broken);
  });

  test("shows only bytes that are vectors, with right offsets", () => {
    const blocks = [...PART_2.matchAll(/^```hex\n(.*?)^```$/gmsu)].map((match) => match[1] ?? "");
    expect(blocks.length).toBeGreaterThan(10);
    for (const block of blocks) {
      const lines = block.trimEnd().split("\n");
      const parts = lines.map((line) => /^ *(\d+) {2}(.+?) {2,}(.+)$/u.exec(line) ?? []);
      let end = 0;
      for (const [, offset, hex = ""] of parts) {
        expect(Number(offset)).toBe(end);
        end += fromHex(hex).length;
      }
      expect(FRAMES).toContainEqual(concat(parts.map(([, , hex = ""]) => fromHex(hex))));
    }
  });

  test("has the preface", () => {
    const [, hex = ""] = /^```preface\n(.+?) {2,}/mu.exec(PART_2) ?? [];
    expect(fromHex(hex)).toEqual(PREFACE);
  });
});
