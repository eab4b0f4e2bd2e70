import { describe, expect, it } from "vitest";
import { FRAME_BYTES, frameOf, NUMBER_OFFSET, writeNumber } from "./frames.ts";
import { Receiver } from "./receiver.ts";

const SENDERS = 8;

describe("a receiver of the benchmark's load", () => {
  it("finds nothing wrong with numbers in order, however the stream is cut", () => {
    const stream = framesOf([7, 0], [7, 1], [0, 0], [7, 2], [0, 1]);
    for (let cut = 1; cut < 2 * FRAME_BYTES; cut += 1) {
      const { deliveries, faults } = received(stream, cut);
      expect(deliveries).toEqual(["7:0", "7:1", "0:0", "7:2", "0:1"]);
      expect(faults).toBe(0);
    }
  });

  it.each([
    ["lost", framesOf([0, 0], [0, 2])],
    ["doubled", framesOf([0, 0], [0, 0])],
    ["out of order", framesOf([0, 0], [0, 2], [0, 1])],
    ["of nobody", framesOf([0, 0], [SENDERS, 0])],
    ["short of a byte", Buffer.concat([framesOf([0, 0]).subarray(1), framesOf([0, 1], [0, 2])])],
  ])("sees a message that is %s", (_, stream) => {
    expect(received(stream, stream.length).faults).toBeGreaterThan(0);
  });

  it("tells numbers of 24 bits apart", () => {
    const numbers = [1, 63, 64, 4095, 4096, 2 ** 24 - 1].map((number) => [0, number] as const);
    const { deliveries } = received(framesOf(...numbers), FRAME_BYTES);
    expect(deliveries).toEqual(numbers.map(([sender, number]) => `${sender}:${number}`));
  });
});

function framesOf(...frames: readonly (readonly [sender: number, number: number])[]): Buffer {
  return Buffer.concat(
    frames.map(([sender, number]) => {
      const bytes = frameOf(sender, `client ${sender}`);
      writeNumber(bytes, NUMBER_OFFSET, number);
      return bytes;
    }),
  );
}

function received(
  stream: Buffer,
  cutBytes: number,
): { readonly deliveries: readonly string[]; readonly faults: number } {
  const deliveries: string[] = [];
  const receiver = new Receiver(SENDERS, (sender, number) => deliveries.push(`${sender}:${number}`));
  for (let at = 0; at < stream.length; at += cutBytes) {
    const piece = stream.subarray(at, at + cutBytes);
    receiver.take(piece, piece.length);
  }
  return { deliveries, faults: receiver.faults };
}
