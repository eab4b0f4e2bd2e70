import { describe, expect, test } from "vitest";
import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import { fenceText } from "../protocol/fence-text.ts";
import type { FrameFacts } from "../protocol/wire-protocol.ts";
import type { WireEvent, WireFrame } from "../wire/wire.ts";
import { HOSTILE_TEXT } from "./fixtures/sample-run.ts";
import { painter } from "./paint.ts";
import { tellWireEvent } from "./wire-line.ts";

const PLAIN = painter(false);
const JON = { host: "Win72", address: "10.6.1.153", port: 49_175 };
const SERVER = { host: "Win71", address: "10.6.1.116", port: 20_002 };
const STRANGER = { host: null, address: "10.6.0.1", port: 5 };

function frame(over: Partial<WireFrame> = {}): WireFrame {
  return {
    kind: "frame",
    atMs: 1320,
    from: JON,
    to: SERVER,
    bytes: new Uint8Array(),
    wireBytes: 131,
    facts: factsOf({ kind: "message", sender: "Jon Stewart", receiver: "All", text: "text" }),
    end: "silence",
    segments: 1,
    isMerged: false,
    ...over,
  };
}

function factsOf(message: Message): FrameFacts {
  return HCP_WIRE.factsOf(encodeMessage(message));
}

describe("an event of the wire on one line", () => {
  const events: readonly (readonly [WireEvent, string])[] = [
    [frame(), "  0.320 s  Win72 → Win71  5 message Jon Stewart → All: “text”"],
    [frame({ facts: factsOf({ kind: "proposal", name: "Jon" }) }), "  0.320 s  Win72 → Win71  1 proposal Jon"],
    [
      frame({ segments: 2, isMerged: true, facts: factsOf({ kind: "update", names: ["Jon", "Jimmy"] }) }),
      "  0.320 s  Win72 → Win71  4 update Jon, Jimmy  [split in 2, merged]",
    ],
    [frame({ facts: HCP_WIRE.factsOf(Uint8Array.of(9)) }), "  0.320 s  Win72 → Win71  9 malformed, unknown-type"],
    [
      { kind: "opened", cutBytes: 0, atMs: 61_000.25, from: STRANGER, to: SERVER },
      " 60.000 s  10.6.0.1:5 → Win71  connection opened",
    ],
    [{ kind: "ended", cutBytes: 0, atMs: 1000, from: JON, to: SERVER }, "  0.000 s  Win72 → Win71  connection ended"],
    [{ kind: "reset", cutBytes: 0, atMs: 1000, from: JON, to: SERVER }, "  0.000 s  Win72 → Win71  connection reset"],
  ];

  test.each(events)("%#", (event, line) => {
    expect(tellWireEvent(event, 1000, PLAIN)).toBe(line);
  });

  test("is dimmed and labelled where it is the lab's own fence", () => {
    const fence = frame({ facts: factsOf({ kind: "message", sender: "Jon", receiver: "Jon", text: fenceText(3) }) });
    expect(tellWireEvent(fence, 1000, PLAIN)).toMatch(/\[the lab's fence\]$/);
    expect(tellWireEvent(fence, 1000, painter(true))).toBe(`\u001b[2m${tellWireEvent(fence, 1000, PLAIN)}\u001b[22m`);
    expect(tellWireEvent(frame(), 1000, painter(true))).not.toContain("\u001b");
  });

  test("holds no control characters, and no more of a text or a list than there is room for", () => {
    const names = Array.from({ length: 63 }, () => "\u001b[31m".padEnd(64, "x"));
    const hostile = [
      frame({
        facts: {
          ...factsOf({ kind: "message", sender: "\u001b[2J", receiver: "\u202eAll", text: "" }),
          text: HOSTILE_TEXT.repeat(99),
        },
      }),
      frame({ facts: factsOf({ kind: "update", names }) }),
      frame({ facts: { ...factsOf({ kind: "update", names }), fault: "name-not-utf8" } }),
      frame({ facts: factsOf({ kind: "nak", name: "\u0007\n" }) }),
    ];
    for (const event of hostile) {
      const line = tellWireEvent(event, 1000, PLAIN);
      expect(line).not.toMatch(/\p{Cc}|\p{Cf}/u);
      expect(line.length).toBeLessThan(300);
    }
    expect(tellWireEvent(hostile[0] ?? frame(), 1000, PLAIN)).toContain("more characters");
  });
});
