import { describe, expect, it } from "vitest";
import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "./wire.ts";

const WHISPER: Message = { kind: "message", sender: "Jon", receiver: "Zoë", text: "Hi" };

function factsOf(message: Message) {
  return HCP_WIRE.factsOf(encodeMessage(message));
}

describe("a frame", () => {
  it("is told by its type and names", () => {
    const frames = [encodeMessage({ kind: "proposal", name: "Jon" }), encodeMessage(WHISPER), Uint8Array.of(9, 1)];
    expect(frames.map((bytes) => HCP_WIRE.factsOf(bytes).title)).toEqual(["1 proposal", "5 message", "9 unknown"]);
    expect(factsOf(WHISPER).namesTold).toBe("Jon → Zoë");
    expect(factsOf({ kind: "update", names: [] }).namesTold).toBe("nobody");
  });

  it("that is a text says whom it is for; an ack gives a name, an update lists who is there", () => {
    expect(factsOf(WHISPER)).toMatchObject({ text: "Hi", receiver: "Zoë", givenName: null, isList: false });
    expect(factsOf({ kind: "ack", name: "Jon" })).toMatchObject({ text: null, receiver: null, givenName: "Jon" });
    expect(factsOf({ kind: "update", names: ["Jon"] })).toMatchObject({ isList: true, givenName: null });
  });

  it("that is no message has a fault, and what could be read of its names", () => {
    const bytes = encodeMessage({ kind: "ack", name: "Jon" });
    bytes[2] = 0xff;
    expect(HCP_WIRE.factsOf(bytes)).toMatchObject({ fault: "name-not-utf8", names: ["J\ufffdn"], givenName: null });
  });
});

describe("the end of a stream", () => {
  it("leaves a frame without a length whole, and nothing of one that lacks part of a fixed field", () => {
    const open = HCP_WIRE.openReader();
    open.receive(encodeMessage({ ...WHISPER, text: "x".repeat(600) }));
    expect(open.next()).toBeUndefined();
    expect(open.endByStream()).toMatchObject({ end: "silence" });
    const partial = HCP_WIRE.openReader();
    partial.receive(Uint8Array.of(1, 0x4a));
    expect(partial.next()).toBeUndefined();
    expect(partial.endByStream()).toBeUndefined();
  });
});
