import { describe, expect, test } from "vitest";
import { FrameReader } from "../hcp1/index.ts";
import { byteByByte, fromHex, MESSAGE_VECTORS, bytesOf as v1 } from "../hcp1/test-vectors.ts";
import { type Opening, PREFACE, PREFACE_SILENCE_MS, PrefaceReader } from "./index.ts";

/** What the reader makes of the pieces, and what it leaves for the next one. */
function open(pieces: Iterable<Uint8Array>): { opening: Opening | undefined; rest: Uint8Array } {
  const reader = new PrefaceReader();
  let opening: Opening | undefined;
  for (const piece of pieces) {
    reader.receive(piece);
    opening ??= reader.next();
  }
  return { opening, rest: reader.release() };
}

describe("a connection's first bytes", () => {
  test("say version 2 when they are the preface, however it was cut, and leave what is behind it", () => {
    const bytes = Uint8Array.of(...PREFACE, 1, 0, 7);
    const expected = { opening: { protocol: "hcp2" }, rest: Uint8Array.of(1, 0, 7) };
    expect(open([bytes])).toEqual(expected);
    expect(open(byteByByte(bytes))).toEqual(expected);
    for (let at = 0; at <= bytes.length; at += 1)
      expect(open([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
  });

  test.each([
    ...MESSAGE_VECTORS.map(v1),
    fromHex("00"),
    fromHex("06 48"),
    fromHex("48 54 54 50"),
    fromHex("48 4f 57 44 59 2f 31 0a"),
  ])("say version 1 otherwise, and none of them is taken (%#)", (bytes) => {
    expect(open([bytes])).toEqual({ opening: { protocol: "hcp1" }, rest: bytes });
    expect(open(byteByByte(bytes))).toEqual({ opening: { protocol: "hcp1" }, rest: bytes });
  });

  test("say TLS when they begin as its handshake does", () => {
    expect(open([fromHex("16 03 01 02 00")]).opening).toEqual({ protocol: "tls" });
  });

  test("that begin a preface and go no further are of version 1 after a silence, or at the end of the stream", () => {
    for (const end of ["endBySilence", "endByClose"] as const) {
      const reader = new PrefaceReader();
      expect([reader.silenceMs(), reader[end]()]).toEqual([undefined, undefined]);
      reader.receive(PREFACE.subarray(0, 7));
      expect([reader.next(), reader.silenceMs()]).toEqual([undefined, PREFACE_SILENCE_MS]);
      expect(reader[end]()).toEqual({ protocol: "hcp1" });
      expect([reader.next(), reader.silenceMs(), reader[end]()]).toEqual([undefined, undefined, undefined]);
      expect(reader.release()).toEqual(PREFACE.subarray(0, 7));
    }
  });
});

test("a version 1 reader passes over the preface as one unknown frame, at once", () => {
  const reader = new FrameReader();
  reader.receive(PREFACE);
  expect([reader.next(), reader.silenceMs()]).toEqual([undefined, 0]);
  expect(reader.endBySilence()).toEqual({ type: 0x48, bytes: PREFACE, end: "silence" });
});
