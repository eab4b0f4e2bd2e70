import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HELD_BYTES_MAX, HELD_SEGMENTS_MAX, type StreamPiece, type StreamSegment, TcpStream } from "./tcp-stream.ts";

function segment(sequence: number, text = "", flags = ""): StreamSegment {
  const payload = Uint8Array.from(Buffer.from(text));
  return { sequence: sequence >>> 0, syn: flags.includes("S"), fin: flags.includes("F"), payload };
}

/** What comes out, as text: parts joined by `+`, lost bytes as `?n`, the end as `.`. */
function told(pieces: readonly StreamPiece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === "bytes") return piece.parts.map((part) => Buffer.from(part).toString()).join("+");
      return piece.kind === "lost" ? `?${piece.lostBytes}` : ".";
    })
    .join(" ");
}

function through(stream: TcpStream, ...segments: readonly StreamSegment[]): readonly string[] {
  return segments.map((each) => told(stream.receive(each)));
}

describe("one direction of a connection", () => {
  it("gives bytes as they come, behind the SYN and across the wrap of the numbers", () => {
    const seen = through(
      new TcpStream(),
      segment(-3, "", "S"),
      segment(-2, "ab"),
      segment(0, "cd"),
      segment(2, "ef", "F"),
    );
    expect(seen).toEqual(["", "ab", "cd", "ef ."]);
  });

  it("may begin in the middle, with its first bytes, whatever empty segments came before", () => {
    expect(through(new TcpStream(), segment(99), segment(100, "ab"), segment(102, "c"))).toEqual(["", "ab", "c"]);
  });

  it("drops what came already, whole or in part, and a keepalive", () => {
    const stream = new TcpStream();
    expect(through(stream, segment(10, "abcd"), segment(10, "abcd"), segment(12, "cdef"), segment(15, "f"))).toEqual([
      "abcd",
      "",
      "ef",
      "",
    ]);
    expect(through(stream, segment(15), segment(16, "g"))).toEqual(["", "g"]);
  });

  it("holds what is ahead, and lets it out with what was missing as one read", () => {
    const stream = new TcpStream();
    expect(through(stream, segment(10, "a"), segment(13, "de"), segment(12, "cd"), segment(11, "b"))).toEqual([
      "a",
      "",
      "",
      "b+cd+e",
    ]);
  });

  it("ends when everything before the FIN is there, once, and says nothing behind it", () => {
    const stream = new TcpStream();
    expect(through(stream, segment(10, "a"), segment(12, "c", "F"))).toEqual(["a", ""]);
    expect(stream.ended).toBe(false);
    expect(through(stream, segment(11, "b"), segment(13, "", "F"), segment(14, "x"))).toEqual(["b+c .", "", ""]);
    expect(stream.ended).toBe(true);
  });

  it("takes a gap for lost when too much waits behind it, and says how much", () => {
    const stream = new TcpStream();
    const held = "x".repeat(1024);
    const seen = through(
      stream,
      segment(10, "a"),
      ...Array.from({ length: HELD_BYTES_MAX / 1024 + 1 }, (_, index) => segment(16 + 1024 * index, held)),
    );
    expect(seen.at(-2)).toBe("");
    expect(seen.at(-1)).toMatch(/^\?5 x{1024}(\+x{1024})+$/);
    const many = through(
      new TcpStream(),
      segment(0, "a"),
      ...Array.from({ length: HELD_SEGMENTS_MAX + 1 }, (_, index) => segment(2 + 2 * index, "b")),
    );
    expect(many.at(-2)).toBe("");
    expect(many.at(-1)).toBe("?1 b");
  });

  it("lets out at the capture's end what waits behind gaps", () => {
    const stream = new TcpStream();
    through(stream, segment(10, "a"), segment(12, "c"), segment(15, "f", "F"));
    expect(told(stream.flush())).toBe("?1 c ?2 f .");
    expect(stream.flush()).toEqual([]);
  });

  it("gives every byte once, in any order of any pieces, however often they come", () => {
    const stream = fc.uint8Array({ minLength: 1, maxLength: 300 });
    const piece = fc.tuple(fc.nat(299), fc.integer({ min: 1, max: 80 }));
    fc.assert(
      fc.property(stream, fc.array(piece, { maxLength: 40 }), fc.nat(0xffff_ffff), (bytes, extra, first) => {
        const tcp = new TcpStream();
        const whole = Array.from(bytes, (_, index) => [index, 1] as const).reverse();
        const out = [[0, 0] as const, ...extra, ...whole].flatMap(([from, length], index) =>
          tcp.receive({
            sequence: (first + (index === 0 ? 0 : from + 1)) >>> 0,
            syn: index === 0,
            fin: false,
            payload: index === 0 ? new Uint8Array(0) : bytes.slice(from, from + length),
          }),
        );
        const parts = out.flatMap((each) => (each.kind === "bytes" ? each.parts : []));
        expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes));
        expect(out.every((each) => each.kind === "bytes")).toBe(true);
      }),
    );
  });
});
