import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EncodeError } from "../encode-error.ts";
import { isPlainText, textBytes } from "../text.ts";
import { LIST_NAMES_MAX, NAME_BYTES, TEXT_BYTES_MAX } from "./limits.ts";
import { decodeFrame, encodeMessage, type FrameFault, isTypeByte, type Message } from "./message.ts";
import {
  bytesOf,
  CHARACTERS,
  characterAt,
  FOREIGN_VECTORS,
  fromHex,
  MALFORMED_VECTORS,
  MESSAGE_VECTORS,
} from "./test-vectors.ts";

const FAULTS: Record<FrameFault, true> = {
  "unknown-type": true,
  "name-not-utf8": true,
  "name-with-zero-byte": true,
  "text-not-utf8": true,
  "text-with-control": true,
};

const character = fc.oneof(fc.nat(0xff), fc.nat(CHARACTERS - 1)).map(characterAt);

function chat(text: string): Message {
  return { kind: "message", sender: "Jon", receiver: "All", text };
}

describe("the vectors", () => {
  it("annotate every byte at its offset", () => {
    for (const { title, fields } of [...MESSAGE_VECTORS, ...FOREIGN_VECTORS, ...MALFORMED_VECTORS]) {
      let end = 0;
      for (const [offset, hex, meaning] of fields) {
        expect(offset, `${title}: ${meaning}`).toBe(end);
        end += fromHex(hex).length;
      }
    }
  });

  it("hold every fault", () => {
    expect(new Set(MALFORMED_VECTORS.map((vector) => vector.fault))).toEqual(new Set(Object.keys(FAULTS)));
  });
});

describe("encodeMessage", () => {
  it.each(MESSAGE_VECTORS)("writes $title", (vector) => {
    expect(encodeMessage(vector.message)).toEqual(bytesOf(vector));
  });

  it("takes a name of exactly 64 bytes and refuses one of 65, counted in bytes", () => {
    expect(encodeMessage({ kind: "proposal", name: "é".repeat(32) })).toHaveLength(65);
    for (const name of ["a".repeat(65), `${"é".repeat(32)}a`, "🦉".repeat(17)]) {
      expect(() => encodeMessage({ kind: "proposal", name })).toThrow(EncodeError);
      expect(() => encodeMessage({ kind: "update", names: ["Jon", name] })).toThrow(EncodeError);
      expect(() => encodeMessage({ kind: "message", sender: name, receiver: "All", text: "" })).toThrow(EncodeError);
      expect(() => encodeMessage({ kind: "message", sender: "Jon", receiver: name, text: "" })).toThrow(EncodeError);
    }
  });

  it("says what it expected and what it got", () => {
    expect(() => encodeMessage({ kind: "nak", name: "a".repeat(70) })).toThrow("a name takes at most 64 bytes; got 70");
    expect(() => encodeMessage(chat("a".repeat(3968)))).toThrow("a text takes at most 3967 bytes; got 3968");
    const names = Array.from({ length: 64 }, (_, index) => `User ${index}`);
    expect(() => encodeMessage({ kind: "update", names })).toThrow("a list holds at most 63 names; got 64");
  });

  it("refuses a zero byte and half a character in a name, which would not come back as they were", () => {
    for (const name of ["J\0n", "Jon\0", "\ud83e", "J\udd89n"]) {
      expect(() => encodeMessage({ kind: "ack", name })).toThrow(EncodeError);
    }
  });

  it("refuses a name in a list that a reader would take for padding or for the next frame", () => {
    for (const name of ["", "\u0001Jon", "\u0005"]) {
      expect(() => encodeMessage({ kind: "update", names: ["Zoë", name] })).toThrow(EncodeError);
    }
    expect(encodeMessage({ kind: "update", names: ["\u0006Jon"] })).toHaveLength(65);
  });

  it.each(["\0", "\u0001", "\u0005", "\u001b", "\r", "\u007f", "\u0085", "\ud800"])("refuses %j in a text", (bad) => {
    expect(() => encodeMessage(chat(`a${bad}b`))).toThrow(EncodeError);
  });
});

describe("decodeFrame", () => {
  it.each(MESSAGE_VECTORS)("reads $title", (vector) => {
    expect(decodeFrame(bytesOf(vector))).toEqual(vector.message);
  });

  it.each(FOREIGN_VECTORS)("reads $title", (vector) => {
    expect(decodeFrame(bytesOf(vector))).toEqual(vector.message);
  });

  it.each(MALFORMED_VECTORS)("finds $fault: $title", (vector) => {
    expect(decodeFrame(bytesOf(vector))).toEqual({ kind: "malformed", fault: vector.fault, names: vector.names });
  });

  it("finds the type bytes that only a frame which no reader cut can hold in its text", () => {
    const frame = new Uint8Array([...bytesOf({ fields: [[0, "05 4a 00*63 41 6c 6c 00*61 61", ""]] }), 1, 0x61]);
    expect(decodeFrame(frame)).toMatchObject({ fault: "text-with-control" });
  });

  it("names the sender's fault when sender, receiver and text all have one", () => {
    const frame = fromHex("05 ff 00*63 4a 00 4a 00*61 ff");
    expect(decodeFrame(frame)).toEqual({ kind: "malformed", fault: "name-not-utf8", names: ["\u{fffd}", "J\0J"] });
  });

  it("takes no text from behind the 4096th byte", () => {
    const frame = fromHex("05 4a 00*63 41 6c 6c 00*61 61*4000");
    expect(decodeFrame(frame)).toMatchObject({ text: "a".repeat(TEXT_BYTES_MAX) });
  });

  it("reads frames that end inside a name field as if they were padded", () => {
    expect(decodeFrame(fromHex("01 4a 6f 6e"))).toEqual({ kind: "proposal", name: "Jon" });
    expect(decodeFrame(fromHex("04 4a 6f 6e"))).toEqual({ kind: "update", names: ["Jon"] });
    expect(decodeFrame(fromHex("05 4a 6f 6e"))).toEqual({ kind: "message", sender: "Jon", receiver: "", text: "" });
  });

  it("takes nothing at all for an unknown type", () => {
    expect(decodeFrame(new Uint8Array(0))).toMatchObject({ fault: "unknown-type" });
  });

  it("gives the message that encodeMessage wrote, for any message that it takes", () => {
    const name = fc.string({ unit: character, maxLength: 24 }).map((drawn) => withoutControls(drawn).slice(0, 16));
    const named = name.filter((drawn) => textBytes(drawn) <= NAME_BYTES && drawn.isWellFormed());
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({ kind: fc.constantFrom("proposal", "ack", "nak"), name: named }),
      fc.record({
        kind: fc.constant("update"),
        names: fc.array(
          named.filter((drawn) => drawn !== ""),
          { maxLength: LIST_NAMES_MAX },
        ),
      }),
      fc.record({
        kind: fc.constant("message"),
        sender: named,
        receiver: named,
        text: fc.string({ unit: character, maxLength: 900, size: "large" }).map(withoutControls),
      }),
    );
    fc.assert(
      fc.property(message, (drawn) => {
        expect(decodeFrame(encodeMessage(drawn))).toEqual(drawn);
      }),
    );
  });

  it("either refuses a message or keeps it, whatever strings it is made of", () => {
    const any = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 8 });
    const mean = fc.oneof(any, fc.constantFrom("", "\u0001", "Jon\0", "\ud800", "\udc00x", "\u{feff}", "a\u0004"));
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({ kind: fc.constant("nak"), name: mean }),
      fc.record({ kind: fc.constant("update"), names: fc.array(mean, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("message"), sender: mean, receiver: mean, text: mean }),
    );
    fc.assert(fc.property(message, keepsOrRefuses), { numRuns: 500 });
  });

  it("never throws, whatever the bytes", () => {
    const frame = fc.tuple(fc.nat(7), fc.uint8Array({ maxLength: 300 }));
    const property = fc.property(frame, ([type, rest]) => {
      const decoded = decodeFrame(Uint8Array.of(type, ...rest));
      if (decoded.kind === "malformed") expect(FAULTS).toHaveProperty([decoded.fault]);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("a text", () => {
  it("is counted in bytes", () => {
    expect(textBytes("Zoë")).toBe(4);
    expect(textBytes("")).toBe(0);
  });

  it("may hold tab, newline and whatever is no control character", () => {
    for (const text of ["", "a\tb\n", "\u{a0}", "\u{200b}", "\u{2028}", "👋🏽", "\u{fffe}"]) {
      expect(isPlainText(text), JSON.stringify(text)).toBe(true);
    }
    for (const text of ["\0", "\u0001", "\b", "\v", "\r", "\u007f", "\u009f", "\ud800", "a\udfff"]) {
      expect(isPlainText(text), JSON.stringify(text)).toBe(false);
    }
  });

  it("may hold no byte that begins a frame, and 01 to 05 are those bytes", () => {
    const typeBytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => isTypeByte(byte));
    expect(typeBytes).toEqual([1, 2, 3, 4, 5]);
    expect(isTypeByte(undefined)).toBe(false);
    for (const byte of typeBytes) expect(isPlainText(String.fromCharCode(byte))).toBe(false);
  });
});

function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}]/gu, "x");
}

function keepsOrRefuses(message: Message): void {
  let bytes: Uint8Array;
  try {
    bytes = encodeMessage(message);
  } catch (error) {
    expect(error).toBeInstanceOf(EncodeError);
    return;
  }
  expect(decodeFrame(bytes)).toEqual(message);
}
