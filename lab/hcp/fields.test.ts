import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import {
  bytesOf,
  concat,
  FOREIGN_VECTORS,
  fromHex,
  MALFORMED_VECTORS,
  MESSAGE_VECTORS,
} from "../../src/protocol/hcp1/test-vectors.ts";
import { fieldsOf } from "./fields.ts";

/** "0+1 type: 1 proposal (note)" */
function told(bytes: Uint8Array): readonly string[] {
  return fieldsOf(bytes).map(
    (field) => `${field.offset}+${field.bytes} ${field.name}: ${field.value}${field.note ? ` (${field.note})` : ""}`,
  );
}

function coversOnce(bytes: Uint8Array): boolean {
  let offset = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.offset !== offset || field.bytes <= 0) return false;
    offset += field.bytes;
  }
  return offset === bytes.length;
}

describe("the fields of a frame", () => {
  it("are type, name and padding of types 1 to 3", () => {
    expect(told(encodeMessage({ kind: "proposal", name: "Zoë" }))).toEqual([
      "0+1 type: 1 proposal",
      "1+4 name: Zoë",
      "5+60 padding: 60 zero bytes",
    ]);
    expect(told(encodeMessage({ kind: "ack", name: "a".repeat(64) }))).toEqual([
      "0+1 type: 2 ack",
      `1+64 name: ${"a".repeat(64)}`,
    ]);
    expect(told(encodeMessage({ kind: "nak", name: "" }))).toEqual([
      "0+1 type: 3 nak",
      "1+64 padding: 64 zero bytes (an empty name)",
    ]);
  });

  it("are the names of a list, with padding that runs over", () => {
    const list = fromHex("04 4a 6f 6e 00*61 5a 6f c3 ab 00*61 4a 69 6d 00*61");
    expect(told(list)).toEqual([
      "0+1 type: 4 update",
      "1+3 name 1: Jon",
      "4+61 padding: 61 zero bytes",
      "65+4 name 2: Zoë",
      "69+61 padding: 61 zero bytes (1 byte over the 64 of the field)",
      "130+3 name 3: Jim",
      "133+61 padding: 61 zero bytes",
    ]);
    expect(told(fromHex("04 00*64 62 00*63"))).toEqual([
      "0+1 type: 4 update",
      "1+64 padding: 64 zero bytes (a block of zero bytes holds no name)",
      "65+1 name 1: b",
      "66+63 padding: 63 zero bytes",
    ]);
  });

  it("are sender, receiver and text of type 5", () => {
    expect(
      told(concat([encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "Hi\n" }), fromHex("00")])),
    ).toEqual([
      "0+1 type: 5 message",
      "1+3 sender: Jon",
      "4+61 padding: 61 zero bytes",
      "65+3 receiver: All",
      "68+61 padding: 61 zero bytes",
      "129+3 text: Hi\\u{a}",
      "132+1 padding: 1 zero byte",
    ]);
  });

  it("say what is wrong with them", () => {
    expect(told(fromHex("01 4a 00 6e 00*61"))[1]).toBe("1+3 name: J\\u{0}n (a zero byte before the padding)");
    expect(told(fromHex("02 ff 6f 00*62"))[1]).toBe("1+2 name: \u{fffd}o (not UTF-8)");
    expect(told(fromHex("05 4a 00*63 41 00*63 61 1b"))[5]).toBe(
      "129+2 text: a\\u{1b} (a control character but tab and newline)",
    );
    expect(told(fromHex("05 4a 00*63 41 00*63 61 ff"))[5]).toBe("129+2 text: a\u{fffd} (not UTF-8)");
    expect(told(fromHex("48 69"))).toEqual(["0+2 unknown: Hi (begins with no type of version 1)"]);
  });

  it("are there of what no reader cuts so: short, long or nothing", () => {
    expect(told(fromHex("01 4a 6f"))).toEqual(["0+1 type: 1 proposal", "1+2 name: Jo (62 of 64 bytes are missing)"]);
    expect(told(fromHex("04 4a 00"))).toEqual([
      "0+1 type: 4 update",
      "1+1 name 1: J",
      "2+1 padding: 1 zero byte (62 of 64 bytes are missing)",
    ]);
    expect(told(fromHex("02 4a 00*63 61"))[3]).toBe("65+1 unknown: a (behind the end of the frame)");
    expect(fieldsOf(new Uint8Array(0))).toEqual([]);
  });

  it("spell out what would not be seen, or would turn the line around", () => {
    const [, name] = fieldsOf(encodeMessage({ kind: "proposal", name: "a\u{202e}b\u{200b}\u{2028}\u{feff}ש" }));
    expect(name?.value).toBe("a\\u{202e}b\\u{200b}\\u{2028}\\u{feff}ש");
  });

  it.each([...MESSAGE_VECTORS, ...FOREIGN_VECTORS, ...MALFORMED_VECTORS])("cover every byte once: $title", (vector) => {
    expect(coversOnce(bytesOf(vector))).toBe(true);
  });

  it("cover every byte once, of any bytes", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.constantFrom(0, 97), { maxLength: 300 }).map((all) => Uint8Array.from(all)),
    );
    fc.assert(
      fc.property(fc.nat(6), bytes, (type, rest) => {
        expect(coversOnce(concat([Uint8Array.of(type), rest]))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(coversOnce(concat([fromHex("05"), new Uint8Array(5000).fill(0x61)]))).toBe(true);
  });
});
