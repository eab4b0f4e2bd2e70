import { expect, test } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import { tellFrames } from "./tell-wire.ts";

const ACK = encodeMessage({ kind: "ack", name: "Jon" });
const LIST = encodeMessage({ kind: "update", names: ["Jon", "Zoë"] });

test("frames that leave in one go are told one by one", () => {
  expect(tellFrames(Buffer.concat([ACK, LIST]), HCP_WIRE)).toBe('ack "Jon", update "Jon", "Zoë"');
});

test("a part of a frame is told as the frame that a reader would make of it", () => {
  expect(tellFrames(Uint8Array.of(1, 0x4a), HCP_WIRE)).toBe('proposal "J"');
  expect(tellFrames(Uint8Array.of(), HCP_WIRE)).toBe("");
});

test("what is told stays short, however much leaves at once", () => {
  expect(tellFrames(Buffer.concat(Array(10).fill(ACK)), HCP_WIRE)).toMatch(
    /^(ack "Jon", ){5}ack "Jon" and 4 frames more$/,
  );
  expect(tellFrames(new Uint8Array(300_000), HCP_WIRE)).toBe("300000 bytes");
});
